"""What a machine makes up from the OpenAPI document, valid and not, as nobody and as three kinds of people: the answer
is never a 500, and always what the document says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.e2e.support import People
from tests.instance import Instance

LEFT_OUT = {
    "GET /v1/events": "a stream that does not end by itself",
    "POST /v1/auth/token": "wrong passwords would lock the county's sign-in for a minute",
    "POST /v1/me/second-factor/confirm": "wrong codes count as tries at the sign-in, and lock it for a minute too",
    "POST /v1/auth/logout": "it would end the sign-in that the rest is tried with",
    "POST /v1/me/sessions/end": "it would end the supervisor's sign-in that other tests of the county use",
}
load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
        "response_schema_conformance",
    )
]  # fmt: skip
EXAMPLES = 5
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
PERSONS: dict[str, Callable[[People], str] | None] = {
    "nobody": None,
    "a supervisor": lambda people: people.supervisor.username,
    "an officer": lambda people: people.with_role("on_scene_officer").username,
    "the auditor": lambda people: people.with_role("auditor").username,
}


@pytest.fixture(scope="module")
def schema(jinhua: Instance) -> Any:
    """The document, and disputes in the system that it may be tried upon."""
    people = People(jinhua.base, jinhua.var / "demo.json")
    people.at_push_1()
    return schemathesis.openapi.from_url(f"{jinhua.base}/openapi.json")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("person", PERSONS)
def test_every_operation_answers_as_the_document_says(
    jinhua: Instance, schema: Any, person: str, mode: GenerationMode
) -> None:
    headers = {}
    if (named := PERSONS[person]) is not None:
        people = People(jinhua.base, jinhua.var / "demo.json")
        known = next(p for p in people._people if p["username"] == named(people))
        form = {"username": known["username"], "password": known["password"]}
        signed_in = httpx2.post(f"{jinhua.base}/v1/auth/token", data=form, trust_env=False, timeout=60)
        token = signed_in.json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
    broken: list[str] = []
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label in LEFT_OUT:
            continue
        answers = trials(operation, mode, headers, broken)
        tried += answers
        if mode is GenerationMode.POSITIVE:
            assert answers, f"{operation.label} was not tried"
    print(f"{tried} requests as {person}")
    assert not broken, "\n".join(broken[:10])


def trials(operation: Any, mode: GenerationMode, headers: dict[str, str], broken: list[str]) -> int:
    """Tries an operation a few times; answers how often, and adds what went wrong to `broken`."""
    count = 0

    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def trial(case: Any) -> None:
        nonlocal count
        count += 1
        answer = case.call(headers=headers)
        try:
            case.validate_response(answer, checks=CHECKED)
        except schemathesis.core.failures.FailureGroup as failures:
            broken.extend(f"{operation.label}: {str(failure)[:400]}" for failure in failures.exceptions)

    try:
        trial()
    except Exception as unable:
        if type(unable).__name__ not in ("Unsatisfiable", "SkipTest", "Skipped"):
            raise
    return count
