"""Sealing, indexing and masking, as properties; keys outside the database."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PlatformError
from core.extensions import Database
from core.privacy import KINDS, Vault, vault_of
from core.privacy.columns import Sealing, triples
from core.privacy.masks import mask, mask_many
from core.privacy.vault import normal, normal_many
from core.registry.models import Person

TEXTS = st.text(max_size=60)
OWNER = uuid.UUID(int=1)
same_vault = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.at(tmp_path)


@same_vault
@given(TEXTS, st.uuids())
def test_what_was_sealed_opens_for_its_owner_and_purpose_alone(vault: Vault, text: str, owner: uuid.UUID) -> None:
    sealed = vault.seal("persons.phone", owner, text)
    assert vault.open("persons.phone", owner, sealed) == text
    for purpose, other in (("persons.bank_card", owner), ("persons.phone", uuid.UUID(int=owner.int ^ 1))):
        with pytest.raises(PlatformError, match="打不开"):
            vault.open(purpose, other, sealed)


@same_vault
@given(TEXTS, st.integers(2, 60))
def test_a_changed_byte_does_not_open(vault: Vault, text: str, at: int) -> None:
    sealed = bytearray(vault.seal("p", OWNER, text))
    sealed[at % (len(sealed) - 2) + 2] ^= 1
    with pytest.raises(PlatformError):
        vault.open("p", OWNER, bytes(sealed))


def test_the_same_text_is_never_sealed_alike(vault: Vault) -> None:
    assert len(set(vault.seal_many("p", [OWNER] * 1000, ["测试"] * 1000))) == 1000


@same_vault
@given(st.lists(TEXTS, max_size=20))
def test_many_at_once_are_many_one_by_one(vault: Vault, texts: list[str]) -> None:
    owners = [uuid.UUID(int=number) for number in range(len(texts))]
    sealed = vault.seal_many("p", owners, texts)
    assert [vault.open("p", owner, value) for owner, value in zip(owners, sealed, strict=True)] == texts
    assert vault.index_many("phone", texts) == [vault.index("phone", text) for text in texts]


@pytest.mark.parametrize(("kind", "one", "other"), [
    ("id_number", "11010519491231002x", " 110105 19491231 002Ｘ "), ("phone", "+86 138-0000-0000", "１３８００００００００"),
    ("bank_card", "6222 0000 0000 0000 000", "6222000000000000000"), ("register_number", "g11010519491231002X", "G 11010519491231002x")])
def test_one_number_has_one_key_however_it_is_written(vault: Vault, kind: str, one: str, other: str) -> None:
    assert vault.index(kind, one) == vault.index(kind, other)
    assert len(vault.index(kind, one)) == 64


@same_vault
@given(TEXTS, TEXTS, st.sampled_from(KINDS))
def test_keys_are_equal_exactly_where_the_numbers_are(vault: Vault, one: str, other: str, kind: str) -> None:
    assert (vault.index(kind, one) == vault.index(kind, other)) == (normal(kind, one) == normal(kind, other))


@given(st.text("0123456789０９XxＸgJ -—　\u200b", max_size=25), st.sampled_from(KINDS))
def test_the_normal_form_of_a_number_is_its_own(text: str, kind: str) -> None:
    assert normal(kind, normal(kind, text)) == normal(kind, text)


def test_kinds_and_machines_do_not_share_keys(vault: Vault, tmp_path: Path) -> None:
    assert len({vault.index(kind, "1234567890") for kind in KINDS}) == len(KINDS)
    assert Vault.at(tmp_path / "other").index("phone", "1") != vault.index("phone", "1")
    assert Vault.at(tmp_path).index("phone", "1") == vault.index("phone", "1")


def test_keys_are_files_for_their_owner_alone(vault: Vault, tmp_path: Path) -> None:
    vault.seal("p", OWNER, "测试")
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["index-1.key", "records-1.key"]
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_bytes()) == 32


def test_another_process_notices_a_new_key_and_old_values_still_open(vault: Vault, tmp_path: Path) -> None:
    other = Vault.at(tmp_path)
    old, key = other.seal("p", OWNER, "测试"), other.index("phone", "1")
    assert vault.keys.renew() == 2
    os.utime(tmp_path / "keys")
    fresh = other.seal("p", OWNER, "测试")
    assert (fresh[:2], other.open("p", OWNER, old), vault.open("p", OWNER, fresh)) == (b"\x00\x02", "测试", "测试")
    assert other.indexes("phone", "1") == [other.index("phone", "1"), key]


def test_a_missing_key_says_which(vault: Vault) -> None:
    sealed = vault.seal("p", OWNER, "测试")
    with pytest.raises(PlatformError, match="第 9 版密钥"):
        vault.open("p", OWNER, b"\x00\x09" + sealed[2:])


def test_every_session_knows_the_vault_of_its_database(sqlite_database: Database) -> None:
    with sqlite_database.session() as session:
        assert vault_of(session) is sqlite_database.info["vault"]
    with Database("sqlite://").session() as session, pytest.raises(PlatformError, match="密钥库"):
        vault_of(session)


@pytest.mark.parametrize(("kind", "text", "shown"), [
    ("name", "测试", "测*"), ("name", "测试甲", "测**"), ("name", "欧阳测试", "欧阳**"), ("name", "欧阳", "欧*"), ("name", "测", "*"),
    ("id_number", "52270119000101123X", "5227**********123X"), ("phone", "13800001234", "138****1234"),
    ("bank_card", "6222000000000001234", "6222***********1234"), ("register_number", "G52270119000101123X", "***************123X"),
    ("address", "某县一镇东村三组 5 号", "某县一镇东村****"), ("address", "某县一镇东村", "某县一镇东村"),
    ("address", "某县一镇街上 5 号", "某县一镇****"),
    ("address", "三组 5 号", "****"), ("phone", "12345", "****5"), ("text", "任何别的", "****"), ("name", "", "")])
def test_masks_as_officials_write_them(kind: str, text: str, shown: str) -> None:
    assert mask(kind, text) == shown


@given(st.text(st.characters(min_codepoint=0x30, max_codepoint=0x39), max_size=25), st.sampled_from(KINDS))
def test_a_mask_of_a_number_hides_at_least_four_digits_or_nearly_all(text: str, kind: str) -> None:
    shown = mask(kind, text)
    assert len(shown) == len(text)
    hidden = shown.count("*")
    assert hidden >= min(4, (3 * len(text) + 3) // 4)


def test_numbers_are_kept_in_one_form_and_empty_values_give_empty_columns(vault: Vault) -> None:
    found = triples(vault, Person, "phone", [OWNER, OWNER, OWNER], [" +86 138-0000-0000", None, ""])
    assert vault.open("registry_persons.phone", OWNER, found["phone_sealed"][0]) == "13800000000"
    assert found["phone_mask"] == ["138****0000", "", ""]
    assert [value is None for value in found["phone_sealed"]] == [False, True, True]
    assert found["phone_key"][1:] == [None, None]


@same_vault
@given(st.lists(st.none() | TEXTS, max_size=12), st.data())
def test_what_is_sealed_when_asked_for_opens_wherever_it_is_asked(vault: Vault, texts: list[str | None], data: st.DataObject) -> None:
    owners = [uuid.UUID(int=number) for number in range(len(texts))]
    sealing = Sealing(vault, "p", owners, texts)

    def opened(values: Sequence[bytes | None], at: Sequence[int]) -> list[str | None]:
        return [None if value is None else vault.open("p", owners[n], value) for n, value in zip(at, values, strict=True)]

    wanted = [text or None for text in texts]
    assert opened(list(sealing), range(len(texts))) == opened([sealing[at] for at in range(len(texts))], range(len(texts))) == wanted
    some = data.draw(st.lists(st.sampled_from(range(len(texts))), unique=True)) if texts else []
    assert opened(sealing.some(some)[:], some) == [wanted[at] for at in some]
    assert opened(sealing[1:3], range(len(texts))[1:3]) == wanted[1:3]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("odd", ["", "1380000", " +86 138-0000-0000", "8613800000000", "５２２７２３", "52272320050101123x", "甲"])
def test_numbers_judged_together_come_out_as_each_by_itself(kind: str, odd: str) -> None:
    plain = ["13800000000" if kind == "phone" else "138000000001234567"] * 2
    for texts in (plain, [*plain, odd], [odd, odd]):
        assert normal_many(kind, texts) == [normal(kind, text) for text in texts]
        assert mask_many(kind, [*texts, " 1"])[:-1] == mask_many(kind, texts)
