"""预警: the levels that are told of a colour, and the lane in which nobody waits, under Wuwei's mechanism."""

from __future__ import annotations

import pytest

from domain.policy.intake.sources import TriageDesk
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.transitions.actions import involved
from tests.domain.mediated_dispute import Told
from tests.domain.policy.test_playbook import mistakes
from tests.domain.support import MONDAY, PLACES, PLAYBOOKS, alarm, process

TEXT = (PLAYBOOKS / "wuwei.yaml").read_text(encoding="utf-8")


def told_of(told: Told) -> list[tuple[str, list[str]]]:
    """Of each warning the colour and the roles that were told."""
    lines = [entry.detail for entry in told.state.timeline if entry.kind == "warned"]
    return [(line["colour"], [role for role, _ in line["told"]]) for line in lines]


@pytest.mark.req("W-060")
@pytest.mark.parametrize(
    ("rank", "colour", "levels"),
    [
        (1, "yellow", ["command_room"]),
        (2, "orange", ["station_chief", "intelligence_desk"]),
        (3, "red", ["station_chief", "intelligence_desk", "warning_desk"]),
    ],
)
def test_each_colour_is_told_as_far_up_as_its_warning_goes(rank: int, colour: str, levels: list[str]) -> None:
    """“完善市、县、派出所三级预警运行机制”."""
    told = Told("wuwei", rank=rank, source="visit")
    assert (told.state.colour, told_of(told)) == (colour, [(colour, levels)])
    words = told.state.process.words
    names = "、".join(words.role_name(role) for role in levels)
    assert told.logged("warned") == [f"{told.state.process.colours[colour].name}预警，已通报{names}"]


@pytest.mark.req("W-060")
def test_who_raises_a_colour_warns_the_next_level_and_who_lowers_it_warns_nobody() -> None:
    told = Told("wuwei", rank=2, source="visit")
    told.answer("confirm_triage", "correct", colour="red", harm=3, urgency=3, reason="扬言报复")
    assert [colour for colour, _ in told_of(told)] == ["orange", "red"]
    assert told.state.stage is Stage.PUSH_1


@pytest.mark.req("W-060")
def test_whoever_is_warned_may_look_at_what_he_is_warned_of() -> None:
    """“市、县、派出所三级预警”: the city's desk has no other part in it, and what he may not see he is not told."""
    told = Told("wuwei", rank=2, source="visit")
    desk = ("warning_desk", PLACES["city_bureau"])
    assert desk not in involved(told.state)
    before = told.state.revision
    told.answer("confirm_triage", "correct", colour="red", harm=3, urgency=3, reason="扬言报复")
    assert desk in involved(told.state)
    assert desk in involved(told.state, since=before), "an image carries what is new"
    assert desk not in involved(told.state, since=told.state.revision)


@pytest.mark.req("W-062")
def test_what_is_red_waits_for_no_desk_by_whatever_road_it_comes() -> None:
    """“第一时间处置各类警情和突发状况”."""
    told = Told("wuwei", rank=3, source="partner")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["confirm_triage", "handle_on_scene"])
    waits = Told("wuwei", rank=2, source="partner")
    assert (waits.state.stage, waits.open_kinds) == (Stage.TRIAGE, ["confirm_triage"])


@pytest.mark.req("W-062")
def test_what_becomes_red_while_its_desk_is_asked_waits_no_longer() -> None:
    told = Told("wuwei", rank=2, source="visit")
    told.life.fact(alarm(2, MONDAY, rank=3).model_copy(update={"source": "visit"}))
    told.life.settle()
    assert (told.state.colour, told.state.stage) == ("red", Stage.PUSH_1)
    assert told.open_kinds == ["confirm_triage", "handle_on_scene"]
    assert [colour for colour, _ in told_of(told)] == ["orange", "red"]


def test_what_is_raised_by_a_person_while_its_desk_is_asked_waits_no_longer() -> None:
    told = Told("wuwei", rank=2, source="visit")
    told.act("recolour", colour="red", reason="一方持械上门")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["confirm_triage", "handle_on_scene"])


def test_a_city_that_says_nothing_warns_nobody_and_pins_nothing() -> None:
    told = Told("jinhua", rank=3)
    assert told_of(told) == []
    assert "warnings" not in told.state.process.model_dump()


def test_a_warning_that_would_be_ignored_is_refused() -> None:
    assert "no such colour: blue" in mistakes("    yellow: {told:", "    blue: {told:", TEXT)[0]
    line = "    yellow: {told: [{role: command_room, at: station}]}"
    assert "nobody is told and nothing opens" in mistakes(line, "    yellow: {}", TEXT)[0]
    ronghe = (PLAYBOOKS / "ronghe.yaml").read_text(encoding="utf-8")
    assert "a desk looks first" in mistakes("    red: {told:", "    red: {at_once: true, told:", ronghe)[0]
    assert load_playbook(TEXT, "wuwei.yaml")


def chain_of_two() -> Told:
    """A visit's report that two desks judge one after another, in a city where nobody waits for red."""
    whole = process("wuwei")
    desks = [TriageDesk(role="responsible_officer", at="station"), TriageDesk(role="command_room", at="station")]
    visit = whole.sources["visit"].model_copy(update={"desks": desks})
    return Told("wuwei", source="visit", process=whole.model_copy(update={"sources": {"visit": visit}}))


@pytest.mark.req("W-062")
def test_what_the_first_desk_of_a_chain_finds_to_be_red_waits_for_no_other_desk() -> None:
    """“第一时间处置各类警情和突发状况”."""
    told = chain_of_two()
    told.answer("confirm_triage", "correct", colour="red", reason="一方扬言动刀")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["confirm_triage", "handle_on_scene"])
    assert [(t.about["level"], t.beside) for t in told.state.pending("confirm_triage")] == [(2, True)]
    assert not told.state.alarmed


def test_of_a_chain_the_next_desk_is_waited_for_where_the_first_finds_it_mild_or_the_last_finds_it_red() -> None:
    told = chain_of_two()
    told.answer("confirm_triage", "correct", colour="orange", reason="曾有肢体冲突")
    assert (told.state.stage, told.open_kinds) == (Stage.TRIAGE, ["confirm_triage"])
    told.answer("confirm_triage", "correct", colour="red", reason="一方扬言动刀")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["handle_on_scene"])
