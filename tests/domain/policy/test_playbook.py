"""Playbooks: what ships is valid and small, and every mistake is told with file and line."""

from __future__ import annotations

import re

import pytest
import yaml

from domain.base import shared
from domain.errors import PolicyInvalid
from domain.policy.catalogue import KINDS
from domain.policy.playbook import load_playbook
from domain.policy.process import Process
from domain.policy.stages import Stage
from tests.domain.support import PLAYBOOKS, playbook, process

TEXT = (PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8")
CITIES = ["jinhua", "qionglai", "wuwei", "ronghe", "huangshi"]


def line_of(fragment: str, text: str = TEXT) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if fragment in line)


def mistakes(old: str, new: str, text: str = TEXT) -> list[str]:
    assert old in text
    with pytest.raises(PolicyInvalid) as refused:
        load_playbook(text.replace(old, new, 1), "city.yaml")
    return str(refused.value).splitlines()


@pytest.mark.parametrize("code", CITIES)
def test_what_ships_is_valid_and_says_which_requirements_it_realises(code: str) -> None:
    loaded = playbook(code)
    assert loaded.code == code
    assert loaded.realises


@pytest.mark.parametrize("code", CITIES)
def test_the_part_pinned_in_every_case_is_small_and_reads_back_as_it_was(code: str) -> None:
    pinned = process(code).model_dump_json()
    assert len(pinned.encode()) < 16 * 1024
    assert Process.model_validate_json(pinned) == process(code)


def test_the_digest_follows_the_process_part_and_nothing_else() -> None:
    loaded = playbook()
    assert loaded.digest == playbook().digest != playbook("qionglai").digest
    assert loaded.model_copy(update={"name": "另一名称"}).digest == loaded.digest


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        ("edition:", "editon:", "editon", "did you mean edition?"),
        ("rank: 3, limit", "rank: three, limit", "red:", "must be a whole number, not 'three'"),
        ("{calendar_days: 7}, stops", "{days: 7}, stops", "yellow:", "did you mean calendar_days or working_days?"),
        ("{calendar_days: 7}, stops", "{hours: 1, calendar_days: 7}, stops", "yellow:", "exactly one unit"),
        ("stops_at: intervention", "stops_at: somewhere", "red:", "intervention"),
        ("role: on_scene_officer, at: station", "role: sheriff, at: station", "role: on_scene", "no such role"),
        ("role: on_scene_officer, at: station", "role: on_scene_officer, at: moon", "role: on_scene", "station"),
        ("{remind_at: [0.33, 0.66]", "{remind_at: [0.66, 0.33]", "0.33, 0.66", "rising"),
        ("any_of: [responsible_officer, station_deputy], at", "any_of: [sheriff], at", "{name: 民警,", "sheriff"),
        ("sessions: 2 ", "sessions: 0 ", "sessions: 2 ", "must be 1 or more, not 0"),
        ("first_contact: {hours: 24}", "first_contact: 24", "first_contact", "must be a mapping such as"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(old: str, new: str, at: str, what: str) -> None:
    found = mistakes(old, new)
    line = line_of(at) if at in TEXT else line_of("edition:")
    assert any(each.startswith(f"city.yaml:{line}: ") and what in each for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("[triage, push_1", "[push_1", "every mechanism has the stages triage"),
        ("follow_up, closed]", "follow_up]", "every mechanism has the stages closed"),
        ("push_1, push_2, push_3, med", "push_2, push_1, push_3, med", "in the order of the mechanism"),
        ("push_1, push_2, push_3, med", "push_1, push_1, push_3, med", "each once"),
        ("push_1, push_2, push_3, med", "push_1, med", "push_2 or push_3 is missing"),
        ("mediation, confirmation", "confirmation", "a ladder and the stage mediation come together"),
        ("colour_clock_from: push_1", "colour_clock_from: follow_up", "triage or one of the pushes"),
        ("name: 黄色, rank: 2", "name: 黄色, rank: 3", "ranks count down to 1"),
        ("name: 红色, rank: 3", "name: 红色, rank: 9", "ranks count down to 1"),
        ("    dispatch:", "    despatch:", "stage push_3 needs tasks.dispatch"),
        ("    apply_protection:", "    aply_protection:", "protection_for needs tasks.apply_protection"),
        (
            "      limit_by_colour: {red: {minutes: 30}, yellow: {hours: 4}, blue: {working_days: 1}}\n",
            "",
            "a task that decides itself needs a limit",
        ),
        ("decides_itself: accept", "decides_itself: agree", "no decision that can be taken by silence"),
        ("decides_itself: accept", "decides_itself: refuse", "no decision that can be taken by silence"),
        ("supervise_after: {hours: 1}, promote_after", "promote_after", "supervise_after is missing"),
    ],
)
def test_a_mechanism_that_cannot_live_is_refused(old: str, new: str, what: str) -> None:
    found = mistakes(old, new)
    assert any(what in each for each in found), found
    assert all(re.match(r"city\.yaml:\d+: ", each) for each in found)


def test_a_key_that_stands_twice_is_refused_at_its_second_line() -> None:
    found = mistakes("    visit:", "    dispatch: {}\n    visit:")
    assert found == [f"city.yaml:{line_of('    visit:')}: the key 'dispatch' stands here twice"]


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace("role: on_scene_officer", "role: sheriff").replace("rank: 3,", "rank: x,")
    assert len(mistakes("edition:", "editon:", text)) == 3


@pytest.mark.parametrize("text", ["a: [", "- one\n- two", "", "a: b: c", "%"])
def test_what_is_no_playbook_at_all_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(PolicyInvalid, match=r"^city\.yaml:\d+: "):
        load_playbook(text, "city.yaml")


def test_every_kind_is_asked_by_a_stage_or_stands_beside_it() -> None:
    assert [kind for kind, spec in KINDS.items() if bool(spec.stages) == spec.aside] == []


def test_the_first_push_is_the_first_the_city_has() -> None:
    assert process("jinhua").first_push is Stage.PUSH_1
    assert process("qionglai").first_push is Stage.PUSH_3


@pytest.mark.parametrize(("rank", "colour"), [(3, "red"), (2, "yellow"), (1, "blue"), (9, "red"), (0, "blue")])
def test_a_rank_becomes_the_city_s_own_colour(rank: int, colour: str) -> None:
    assert process().colour_of_rank(rank) == colour


def test_red_is_never_suspended_or_extended_where_the_report_names_111() -> None:
    for code in CITIES:
        red = process(code).colours["red"]
        assert not red.suspendable
        assert not red.extendable
        assert red.stops_at == "intervention"


def test_what_ships_uses_every_line_it_writes() -> None:
    for code in CITIES:
        written = yaml.safe_load((PLAYBOOKS / f"{code}.yaml").read_text(encoding="utf-8"))
        assert set(written["process"]["tasks"]) <= set(KINDS)


@pytest.mark.parametrize("code", CITIES)
def test_equal_processes_are_one_object_and_others_are_not(code: str) -> None:
    book = load_playbook((PLAYBOOKS / f"{code}.yaml").read_text(encoding="utf-8"), code)
    again = Process.model_validate_json(book.process.model_dump_json())
    assert again is not book.process
    assert shared(again) is shared(book.process)
    other = book.process.model_copy(update={"stages": book.process.stages[:-1]})
    assert shared(other) is other
