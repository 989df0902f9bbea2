"""Nothing that others can see or set is undocumented."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio import workflow

from domain import errors
from domain.case import state
from domain.case.clocks import RungName
from domain.errors import SantuiError
from domain.people.organisation import ROLES, Level, Line
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.spans import Unit
from domain.policy.stages import STAGE_NAMES
from infra.runtime.settings import Settings, variable
from workflows import ports
from workflows.dispute import DisputeWorkflow
from workflows.search_attributes import SEARCH_ATTRIBUTES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


GLOSSARY, REFERENCE, OPERATIONS = page("glossary"), page("reference"), page("operations")


def section(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}")[2].partition("\n## ")[0]


def row(text: str, code: str) -> str:
    """The table row of a code; empty where there is none."""
    return next((line for line in text.splitlines() if line.startswith(f"| `{code}` |")), "")


def ours(cls: type[SantuiError] = SantuiError) -> Iterator[type[SantuiError]]:
    yield cls
    for child in (c for c in cls.__subclasses__() if c.__module__ == errors.__name__):
        yield from ours(child)


@pytest.mark.parametrize("error", list(ours()), ids=lambda error: error.code)
def test_every_error_code_is_documented_with_status_and_title(error: type[SantuiError]) -> None:
    assert row(REFERENCE, error.code).startswith(f"| `{error.code}` | {error.status} | {error.title} |")


def test_no_error_code_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^\| `(\w+)` \| \d{3} \|", REFERENCE, re.MULTILINE)
    assert sorted(documented) == sorted(error.code for error in ours())


def doors() -> dict[str, str]:
    """Name -> kind of everything Temporal knows the workflow by."""
    definition = workflow._Definition.must_from_class(DisputeWorkflow)
    kinds = (("update, validated", definition.updates), ("signal", definition.signals), ("query", definition.queries))
    return {str(name): kind for kind, named in kinds for name in named}


def test_every_update_signal_and_query_is_documented_and_no_other() -> None:
    table = section(REFERENCE, "The workflow `Dispute`").partition("| activity |")[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (update, validated|signal|query) \|", table, re.MULTILINE))
    assert documented == doors()
    assert f"`{workflow._Definition.must_from_class(DisputeWorkflow).name}`" in REFERENCE
    assert f"`{ports.TASK_QUEUE}`" in REFERENCE
    assert f"`{ports.READ_MODEL_GAP}`" in REFERENCE


def test_every_activity_is_documented() -> None:
    names = [name for name, member in inspect.getmembers(ports, inspect.iscoroutinefunction)]
    assert names
    assert [name for name in names if not row(REFERENCE, name)] == []


def test_every_search_attribute_is_documented_with_its_type() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| (Keyword|Int|Bool) \|", REFERENCE, re.MULTILINE))
    assert documented == SEARCH_ATTRIBUTES


def test_every_kind_of_timeline_entry_is_documented() -> None:
    written: set[str] = set()
    for source in [*(ROOT / "domain").glob("*.py"), *(ROOT / "workflows").glob("*.py")]:
        text = source.read_text(encoding="utf-8")
        written |= set(re.findall(r'\b(?:case|self)\.log\(\s*"(\w+)"', text))
    written |= {"claimed", "released"}
    table = section(REFERENCE, "Timeline entries")
    assert [kind for kind in sorted(written) if f"`{kind}`" not in table] == []


def test_every_setting_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `(SANTUI_\w+)` \|", OPERATIONS, re.MULTILINE)
    assert documented == [variable(name) for name in Settings.model_fields]
    assert [f.description for f in Settings.model_fields.values() if str(f.description) not in OPERATIONS] == []


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Stages", {stage.value: name for stage, name in STAGE_NAMES.items()}),
        ("Task kinds", {code: kind.name for code, kind in KINDS.items()}),
        ("Actions", {code: action.title for code, action in ACTIONS.items()}),
        ("Outcomes", OUTCOMES),
        ("Roles", {code: role.name for code, role in ROLES.items()}),
    ],
)
def test_the_glossary_ties_every_word_to_what_staff_read_and_has_no_other(heading: str, names: dict[str, str]) -> None:
    table = section(GLOSSARY, heading)
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE)) == names


def test_the_glossary_has_every_decision_under_its_kind_and_by_itself() -> None:
    kinds, decisions = section(GLOSSARY, "Task kinds"), section(GLOSSARY, "Decisions")
    for code, kind in KINDS.items():
        for name, decision in kind.decisions.items():
            assert f"`{name}` {decision.title}" in row(kinds, code)
            assert decision.title in row(decisions, name)
    assert [reason for reason in RETURN_REASONS.items() if "`{}` {}".format(*reason) not in decisions] == []


def test_the_glossary_has_the_things_and_the_words_of_deadlines() -> None:
    things, clocks = section(GLOSSARY, "Things"), section(GLOSSARY, "Clock words")
    shown = (
        "Incident",
        "Party",
        "Task",
        "Decision",
        "Session",
        "Agreement",
        "Disposal",
        "Verdict",
        "Supervision",
        "Push",
    )
    assert [thing for thing in shown if hasattr(state, thing) and thing not in things] == []
    states = ("running", "suspended", "overdue", "met", "missed")
    assert [word for word in (*RungName, *Unit, *states) if word not in clocks] == []
    levels = section(GLOSSARY, "Levels and lines")
    assert [word for word in (*Level, *Line) if not row(levels, word)] == []


def test_every_decision_record_is_listed_and_short() -> None:
    listed = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    records = sorted((DOCS / "adr").glob("0*.md"))
    assert len(records) >= 9
    for number, record in enumerate(records, start=1):
        text = record.read_text(encoding="utf-8")
        assert record.name.startswith(f"{number:04}-")
        assert f"({record.name})" in listed
        assert text.startswith(f"# {number:04} ")
        assert len(text) < 4000
        if number < 9:
            assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Cost")), record.name
