"""docs/glossary.md: every word exists in the code where it says, and every code of the catalogue is on the page."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import TallyKind
from domain.people.organisation import ROLES, Level, Line
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.stages import STAGE_NAMES
from infra.runtime.policy_files import read_lexicon

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")


def rows(section: str) -> list[list[str]]:
    """The cells of each row in the tables of a section, without the heads."""
    text = PAGE.split(f"\n## {section}")[1].split("\n## ")[0]
    lines = [line.strip("| ") for line in text.splitlines() if line.startswith("| ")]
    cells = [re.split(r"\s*\|\s*", line) for line in lines]
    return [row for row in cells if row[0] not in ("code", "word")]


def codes(section: str) -> dict[str, str]:
    """Code -> Chinese name, as a section's table has them."""
    return {row[0].strip("`"): row[1] for row in rows(section) if row[0].startswith("`")}


def exists(path: str) -> bool:
    """Whether a dotted path leads to a module's member, a member of a class, or a field of a model."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            module = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        held: object = module
        for name in parts[cut:]:
            held = _member(held, name)
        return held is not None
    return False


def _member(holder: object, name: str) -> object:
    return getattr(holder, name, None) or getattr(holder, "model_fields", {}).get(name)


@pytest.mark.parametrize("row", rows("Things"), ids=lambda row: row[0])
def test_every_thing_is_where_the_page_says(row: list[str]) -> None:
    where = re.findall(r"`([\w.]+)`", row[3])
    assert where
    assert [path for path in where if not exists(path)] == []


def test_a_path_that_leads_nowhere_is_found() -> None:
    assert exists("domain.case.state.Task.delegate")
    assert not exists("domain.case.state.Task.delegat")
    assert not exists("domain.case.states.Task")


def test_stages_kinds_actions_and_outcomes_are_those_of_the_catalogue() -> None:
    assert codes("Stages") == {str(stage): name for stage, name in STAGE_NAMES.items()}
    assert codes("Task kinds") == {kind: spec.name for kind, spec in KINDS.items()}
    assert codes("Actions") == {action: spec.title for action, spec in ACTIONS.items()}
    assert codes("Outcomes") == OUTCOMES


def test_every_task_kind_lists_its_decisions() -> None:
    listed = {row[0].strip("`"): dict(re.findall(r"`(\w+)` ([^,|]+)", row[3])) for row in rows("Task kinds")}
    assert listed == {
        kind: {name: decision.title for name, decision in spec.decisions.items()} for kind, spec in KINDS.items()
    }


def test_every_decision_is_explained_under_each_of_its_titles() -> None:
    titles: dict[str, set[str]] = {}
    for spec in KINDS.values():
        for name, decision in spec.decisions.items():
            titles.setdefault(name, set()).add(decision.title)
    explained = codes("Decisions")
    assert set(explained) == set(titles)
    shown = {name: set(text.split(" / ")) for name, text in explained.items()}
    assert {name: shown[name] - titles[name] for name in shown if shown[name] - titles[name]} == {}
    reasons = PAGE.split("Reasons of a return:")[1].split("\n")[0]
    assert dict(re.findall(r"`(\w+)` ([^,.]+)", reasons)) == RETURN_REASONS


def test_roles_levels_lines_and_colours_are_those_of_the_code() -> None:
    assert codes("Roles") == {code: role.name for code, role in ROLES.items()}
    assert {row[0].strip("`"): row[3] for row in rows("Roles")} == {code: str(r.sight) for code, r in ROLES.items()}
    assert set(codes("Levels and lines")) == {*map(str, Level), *map(str, Line)}
    assert codes("Colours") == {code: row.name for code, row in read_lexicon().risks.colours.items()}


def test_indicators_and_what_they_count_are_explained() -> None:
    assert codes("Indicators") == {code: definition.name for code, definition in DEFINITIONS.items()}
    (tally,) = (row for row in rows("Indicators") if row[0] == "tally")
    assert set(re.findall(r"`(\w+)`", tally[2])) == set(map(str, TallyKind))
