"""The signature of a certificate of honour, and its verification with nothing but two small files.

This module stands alone: Python and `cryptography` are all it needs. `python verifier.py CERTIFICATE.json KEYS.json`,
with the certificate's file from its page and the county's keys from the page of certificates, says whether number, donor,
amount and issuer are as they were signed. Whether a certificate has been revoked since, only its page can tell.

*Signed* is one line of UTF-8 JSON without spaces: the array of `FORMAT` and `FIELDS` as texts, the amount with two
decimals and the day as 2026-11-21; Ed25519, key and signature in hexadecimal.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, KEYS_FORMAT = "bangfu-certificate-1", "bangfu-certificate-keys-1"
FIELDS = ("tenant", "number", "token", "donor", "amount", "honour", "issuer", "issued_on")


def signed_bytes(values: Mapping[str, str]) -> bytes:
    """What is signed of a certificate."""
    return json.dumps([FORMAT, *(values[name] for name in FIELDS)], ensure_ascii=False, separators=(",", ":")).encode()


def fault(certificate: Mapping[str, Any], keys: Collection[str]) -> str:
    """What is wrong with a certificate's file, in Chinese; empty: nothing."""
    wanted = (*FIELDS, "public_key", "signature")
    if certificate.get("format") != FORMAT or any(not isinstance(certificate.get(name), str) for name in wanted):
        return "这不是捐赠证书的验真文件，或者文件不完整"
    if certificate["public_key"] not in keys:
        return "签名所用的公钥不在该县公布的公钥里"
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(certificate["public_key"]))
        public.verify(bytes.fromhex(certificate["signature"]), signed_bytes(certificate))
    except (InvalidSignature, ValueError):
        return "签名不符：编号、捐赠者、金额或颁发单位被改动过"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """0 when the certificate is as it was signed."""
    parser = argparse.ArgumentParser(description="离线核验捐赠证书")
    parser.add_argument("certificate", type=Path, help="证书的验真文件")
    parser.add_argument("keys", type=Path, help="县里公布的公钥文件")
    asked = parser.parse_args(arguments)
    try:
        certificate, keys = (json.loads(path.read_text(encoding="utf-8")) for path in (asked.certificate, asked.keys))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"文件读不出来：{error}\n")
        return 2
    known = keys.get("keys", []) if isinstance(keys, dict) and keys.get("format") == KEYS_FORMAT else []
    wrong = fault(certificate, known) if isinstance(certificate, dict) else "这不是捐赠证书的验真文件，或者文件不完整"
    if wrong:
        sys.stdout.write(f"不通过：{wrong}\n")
        return 1
    sys.stdout.write(f"通过：{certificate['issuer']} {certificate['number']}，{certificate['donor']}，"
                     f"{certificate['amount']} 元，{certificate['issued_on']}（是否已撤销请查公开网页）\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
