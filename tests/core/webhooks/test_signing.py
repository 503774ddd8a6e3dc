"""Signatures as Standard Webhooks has them, the recipe in the documents, and secrets at rest."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from core.errors import PlatformError
from core.webhooks import recipe
from core.webhooks.signing import new_secret, signature, signed_headers
from core.webhooks.vault import Vault
from tests.conftest import settings_for

README = Path(recipe.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_the_signature_is_that_of_the_specifications_own_example() -> None:
    given = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                      b'{"test": 2432232314}')
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_recipe_of_the_documents_is_the_tested_one() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown == Path(recipe.__file__).read_text(encoding="utf-8")


def test_the_recipe_takes_either_of_two_signatures_and_no_third(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = new_secret(), new_secret(), new_secret()
    headers = signed_headers([first, second], uuid.UUID(int=7), 1_700_000_000, b"{}")
    monkeypatch.setattr(recipe.time, "time", lambda: 1_700_000_200.0)
    assert recipe.verify(first, headers, b"{}") and recipe.verify(second, headers, b"{}")
    assert not recipe.verify(third, headers, b"{}")
    monkeypatch.setattr(recipe.time, "time", lambda: 1_700_000_400.0)
    assert not recipe.verify(first, headers, b"{}")


def test_a_sealed_secret_opens_for_its_own_row_and_key_alone(tmp_path: Path) -> None:
    settings, mine, other = settings_for("sqlite://", tmp_path), uuid.UUID(int=1), uuid.UUID(int=2)
    sealed = Vault(settings).seal("whsec_x", mine)
    assert "whsec" not in sealed and sealed != Vault(settings).seal("whsec_x", mine)
    assert Vault(settings).open(sealed, mine) == "whsec_x"
    with pytest.raises(PlatformError):
        Vault(settings).open(sealed, other)
