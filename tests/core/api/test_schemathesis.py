"""Whatever is sent to the API by any role, it does not break, and it answers as it says it does."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.core.api.conftest import MakeToken
from tests.factories.world import PEOPLE

#: a writer of everything, one who reads everything, a clerk at a school, and the neighbour
ROLES = ("jia-admin", "province-auditor", "jia-school", "yi-admin")
#: the addresses of ledgers are made from declarations by one piece of code: those of one ledger are tried like core's
#: own, the others' a little, by who may write
EXAMPLES, FEW = 15, 2
THOROUGHLY, LITTLE = "/ledgers/families", ("jia-admin",)


@pytest.mark.parametrize("login", ROLES)
def test_no_role_can_break_the_api(app: Flask, token_of: MakeToken, login: str) -> None:
    code = PEOPLE[login][1]
    client, headers = app.test_client(), {"Authorization": f"Bearer {token_of(login)}"}
    described = client.get(f"/api/v1/u/{code}/openapi.json", headers=headers).get_json()
    schema = schemathesis.openapi.from_dict(described)
    schema.app = app
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if "/ledgers/" not in operation.path or THOROUGHLY in operation.path:
            _try(operation, headers, code, EXAMPLES)
        elif login in LITTLE:
            _try(operation, headers, code, FEW)
        tried += 1
    assert tried >= 18


def _try(operation: Any, headers: dict[str, str], code: str, examples: int) -> None:
    codes = st.sampled_from([code, code, "990101", "nowhere", "\u5e9f"])

    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(), codes)
    def trying(case: Any, at: str) -> None:
        if "code" in (case.path_parameters or {}):
            case.path_parameters["code"] = at
        answer = case.call(headers=headers)
        try:
            case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])
        except FailureGroup as failures:
            raise AssertionError(f"{case.formatted_path} {case.query} {case.body}: {failures.exceptions}") from failures
    trying()
