"""The OpenAPI document says what the API answers: every endpoint of the contract, its fields, and real answers."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml

from api.core.documentation import READ, SIGN_IN, WRITE
from api.core.errors import MEDIA
from tests.e2e.asking import ask_everything
from tests.e2e.messages.listening import Heard, Operations, listening
from tests.instance import Instance

CONTRACT: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8"))
"""The endpoints of the HTTP contract with the fields it names, and those that are not built yet."""
FILE = "GET /v1/attachments/{attachment_id}"
NO_JSON = {FILE, f"{FILE}/thumbnail", "GET /v1/indicators.xlsx", "GET /v1/audit/access.csv", "GET /v1/events"}


@pytest.fixture(scope="module")
def document(jinhua: Instance) -> dict[str, Any]:
    """The document as clients read it."""
    found: dict[str, Any] = httpx2.get(f"{jinhua.base}/openapi.json", trust_env=False, timeout=60).json()
    return found


@pytest.fixture(scope="module")
def heard(jinhua: Instance, document: dict[str, Any]) -> list[Heard]:
    """A round of the contract."""
    with listening(Operations(document)) as answers:
        ask_everything(jinhua.county)
    return answers


def operations_of(document: dict[str, Any]) -> set[str]:
    """`GET /v1/me` and so on."""
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


def good_answers(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers of an operation that are no errors."""
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


def has_model(answer: dict[str, Any]) -> bool:
    """Whether an answer is JSON with a schema of its own, or one of several."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return all("$ref" in each for each in schema.get("anyOf", [schema]))


def strict(schema: Any) -> Any:
    """The schema without room for a field it does not name."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tight = {key: strict(each) for key, each in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        tight["additionalProperties"] = False
    return tight


def checked(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What of a value its schema does not allow."""
    whole = {**schema, "components": document["components"]}
    validator = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(value)]


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    without = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not all(map(has_model, good_answers(operation)))
    }
    assert without == NO_JSON
    identifiers = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(identifiers) == len(set(identifiers))


def test_every_operation_says_which_errors_it_answers(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            errors = {int(status): answer for status, answer in operation["responses"].items() if int(status) >= 400}
            if path.startswith("/v1"):
                expected = SIGN_IN if path == "/v1/auth/token" else READ if method == "get" else WRITE
                assert expected <= errors.keys(), f"{method} {path}"
                assert {media for answer in errors.values() for media in answer["content"]} == {MEDIA}


def test_every_endpoint_of_the_contract_is_there_or_named_as_not_built(document: dict[str, Any]) -> None:
    built, planned = CONTRACT["built"].keys(), set(CONTRACT["not yet"])
    assert built <= operations_of(document)
    assert not planned & operations_of(document), "built by now: move it"


def test_no_field_that_the_contract_names_is_missing(document: dict[str, Any], heard: list[Heard]) -> None:
    for operation, fields in CONTRACT["built"].items():
        if operation in NO_JSON:
            continue
        answers = [each.answered for each in heard if each.operation == operation and each.status < 300]
        assert answers, f"{operation} was not asked"
        told = answers[-1]
        if isinstance(told.get("items"), list) and told["items"] and isinstance(told["items"][0], dict):
            told = {**told, **told["items"][0]}
        assert set(fields or ()) <= told.keys(), operation


def test_every_answer_of_a_round_is_what_the_document_says_and_no_more(
    document: dict[str, Any], heard: list[Heard]
) -> None:
    tight = strict(copy.deepcopy(document))
    operations = Operations(tight)
    wrong: set[str] = set()
    for each in heard:
        schema = operations.schema(each.operation, each.status)
        if schema is None:
            wrong.add(f"{each.operation} {each.status}: not in the document")
        else:
            wrong |= {f"{each.operation} {each.status} {error}" for error in checked(tight, schema, each.answered)}
    assert not wrong, "\n".join(sorted(wrong)[:20])
    asked = {each.operation for each in heard if each.status < 300}
    assert asked >= operations_of(document) - NO_JSON - {"POST /v1/disputes/{no}/actions/{name}"}


def test_every_example_is_valid_and_every_endpoint_has_one(document: dict[str, Any]) -> None:
    without = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            contents = [c for a in good_answers(operation) for c in a.get("content", {}).values()]
            contents += list(operation.get("requestBody", {}).get("content", {}).values())
            shown = [c for c in contents if "example" in c]
            for content in shown:
                assert checked(document, content["schema"], content["example"]) == [], f"{method} {path}"
            name = f"{method.upper()} {path}"
            if not shown and name not in NO_JSON:
                without.append(name)
    assert without == []
