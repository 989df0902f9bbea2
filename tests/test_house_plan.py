"""The laws of the house's plan: each check finds what it is there to find, and nothing in what is right."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests import house_plan


def findings(**sources: str) -> list[str]:
    """What is found in files; a name's `__` is a `/`."""
    return list(house_plan.check({PurePosixPath(name.replace("__", "/") + ".py"): s for name, s in sources.items()}))


@pytest.mark.parametrize("back", [
    "from domain.a import x",
    "import domain.a",
    "def late() -> None:\n    from domain import a",
    "if TYPE_CHECKING:\n    from domain.a import X",
])  # fmt: skip
def test_a_circle_of_files_is_found_however_it_is_imported(back: str) -> None:
    [finding] = findings(domain__a="from domain import b", domain__b="import domain.c", domain__c=back)
    assert finding.endswith("an import circle: domain.a -> domain.b -> domain.c -> domain.a")


def test_two_ways_to_one_module_are_no_circle() -> None:
    assert findings(domain__a="from domain import b, c", domain__b="import domain.c", domain__c="import os") == []


def test_a_folder_may_be_full_and_have_an_init() -> None:
    files = {f"infra__records__m{n}": "" for n in range(house_plan.MOST_MODULES)}
    assert findings(**files, infra__records____init__="") == []
    [finding] = findings(**files, infra__records__more="")
    assert finding.startswith(f"infra/records:1: {house_plan.MOST_MODULES + 1} modules")


@pytest.mark.parametrize(("who", "imports", "what"), [
    ("api__tasks__pages", "from api.tasks.endpoints import post_claim", "endpoints are imported by the application"),
    ("api__tasks__inbox_pages", "from api.tasks import watch_endpoints", "endpoints are imported by the application"),
    ("api__tasks__endpoints", "from api.tasks import pages", "pages are imported by the application"),
    ("api__tasks__pages", "from api.disputes.action_pages import shown", "pages are imported by the application"),
    ("api__tasks__service", "from api.tasks.endpoints import router", "endpoints are imported by the application"),
    ("api__tasks__service", "from api.web.forms import Field", "a service knows no pages"),
    ("api__people__deputy_service", "from fastapi.responses import JSONResponse", "a service knows no responses"),
    ("api__tasks__schemas", "import starlette.responses", "a schemas knows no responses"),
    ("api__core__context", "from api.tasks.service import decide", "api/core knows no room"),
    ("api__web__session", "import api.people.service", "api/web knows no room"),
    ("api__histories__replay", "from api.audit import schemas", "api/histories knows no room"),
    ("api__app", "from api.cli.main import app", "nobody imports the command line"),
])  # fmt: skip
def test_an_import_against_the_plan_is_found(who: str, imports: str, what: str) -> None:
    modules = ("tasks__endpoints", "tasks__watch_endpoints", "tasks__pages", "tasks__service", "disputes__action_pages",
               "web__forms", "web__form_pages", "people__service", "audit__schemas", "cli__main")  # fmt: skip
    rooms = {f"api__{module}": "" for module in modules}
    [finding] = findings(**{**rooms, who: imports})
    assert what in finding


@pytest.mark.parametrize(("who", "imports"), [
    ("api__app", "from api.tasks import endpoints, pages"),
    ("api__tasks__inbox_pages", "from api.tasks.pages import shown"),
    ("api__tasks__inbox_pages", "from api.disputes.service import whole\nfrom api.web.form_pages import Field"),
    ("api__tasks__service", "from api.core.context import Services\nfrom api.disputes.schemas import Brief"),
    ("api__web__session", "from fastapi import Request\nfrom api.core.context import Services"),
    ("api__cli__show", "from api.cli.client import County"),
])  # fmt: skip
def test_an_import_by_the_plan_is_none(who: str, imports: str) -> None:
    rooms = {f"api__tasks__{module}": "" for module in ("endpoints", "pages", "service")}
    rooms["api__web__form_pages"] = ""
    assert findings(**{**rooms, who: imports}) == []


@pytest.mark.parametrize(("planted", "right"), [
    ("@workflow.update\ndef decide() -> None: ...", '@workflow.update(name="decide")\ndef decide() -> None: ...'),
    ("@workflow.defn()\nclass Dispute: ...", '@workflow.defn(name="Dispute")\nclass Dispute: ...'),
    ("@activity.defn(name=PUBLISH)\ndef x() -> None: ...", '@activity.defn(name="publish")\ndef x() -> None: ...'),
    ("@workflow.signal(name=f)\ndef f() -> None: ...", "@f.validator\ndef may_f() -> None: ..."),
])  # fmt: skip
def test_a_name_that_temporal_knows_is_a_literal(planted: str, right: str) -> None:
    [finding] = findings(workflows__dispute=planted)
    assert "a name that Temporal knows is a string literal" in finding
    assert findings(workflows__dispute=right) == []


def test_an_endpoint_says_what_it_answers() -> None:
    planted = "@router.get('/x')\nasync def get_x() -> dict[str, str]: ..."
    [finding] = findings(api__tasks__watch_endpoints=planted)
    assert "an endpoint says what it answers (get_x)" in finding
    for said in ("response_model=X", "response_class=StreamingResponse"):
        assert findings(api__tasks__endpoints=planted.replace("'/x'", f"'/x', {said}")) == []
    assert findings(api__tasks__pages=planted) == []


def test_free_form_json_has_a_ceiling() -> None:
    lines = "x: dict[str, Any]\n" * (house_plan.MOST_DICTS // 2)
    assert findings(api__a=lines, api__b=lines, domain__c=lines) == []
    [finding] = findings(api__a=lines, api__b=lines + "x: dict[str, Any]\n" * 2)
    assert "which schema is missing" in finding
