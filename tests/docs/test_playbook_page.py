"""docs/playbook.md: its example loads, and nothing a playbook may say is missing from it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from api.cli.stories import OWN
from domain.policy import approvals, parts, playbook, process
from domain.policy.addressing import Place
from domain.policy.catalogue import KINDS
from domain.policy.forms import demands
from domain.policy.intake import sources
from domain.policy.oversight import spot_checks, thresholds
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.spans import Unit
from domain.policy.stages import Stage
from tests.domain.support import MONDAY, Desk

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "playbook.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
PROSE = PAGE.replace(EXAMPLE, "")
PARTS = [importlib.import_module(f"{parts.__name__}.{each.name}") for each in pkgutil.iter_modules(parts.__path__)]
MODELS = [
    model
    for module in (playbook, process, spot_checks, thresholds, approvals, demands, sources, *PARTS)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]  # fmt: skip


def example() -> Playbook:
    return load_playbook(EXAMPLE, "docs/playbook.md")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_a_playbook_may_have_is_explained_and_shown(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if f"`{name}`" not in PROSE] == []
    assert [name for name in model.model_fields if not re.search(rf"\b{name}:", EXAMPLE)] == []


@pytest.mark.parametrize("words", [list(Stage), list(Unit), list(get_args(Place))], ids=["stages", "units", "places"])
def test_every_word_a_playbook_may_use_is_explained(words: list[str]) -> None:
    assert [word for word in words if not re.search(rf"\b{word}\b", PROSE)] == []


def test_every_task_a_stage_needs_is_named() -> None:
    needed = {kind for kind, spec in KINDS.items() if spec.stages}
    assert [kind for kind in sorted(needed) if f"`{kind}`" not in PROSE] == []


def test_the_example_is_a_whole_playbook_that_says_what_its_comments_say() -> None:
    loaded = example()
    assert loaded.code == "yunhe"
    assert loaded.process.first_push is Stage.PUSH_2
    assert loaded.process.ladder is not None
    assert sum(tier.sessions for tier in loaded.process.ladder.tiers) == 5
    assert [loaded.process.colour_of_rank(rank) for rank in (3, 2, 1)] == ["orange", "yellow", "blue"]
    assert len(loaded.process.model_dump_json().encode()) < 16 * 1024


def test_a_case_lives_under_the_example() -> None:
    desk = Desk()
    desk.state.process = example().process
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    assert [post.role for post in task.addressees] == ["responsible_officer"]
    desk.pass_time(days=90)
    assert desk.at > MONDAY
    assert [supervision.level for supervision in desk.state.supervisions] == [0, 0, 1]


def test_every_story_of_a_mechanism_s_own_is_explained() -> None:
    assert [name for name in OWN if f"`{name}`" not in PROSE] == []


def test_the_example_is_commented_throughout() -> None:
    assert yaml.safe_load(EXAMPLE)["process"]
    assert EXAMPLE.count("#") >= 15
