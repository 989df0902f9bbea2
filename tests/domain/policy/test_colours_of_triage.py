"""“依据现实危害性和轻重缓急程度，标注‘红黄蓝’”: both axes are kept, and every colour of every scheme can be reached."""

from __future__ import annotations

from itertools import product

import pytest

from domain.errors import FieldsInvalid
from domain.policy.parts.colours import ColourRule
from domain.policy.process import Process
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.facts import add_incident
from tests.domain.mediated_dispute import Told
from tests.domain.playbook_variants import city
from tests.domain.support import COMMAND_ROOM, Desk, alarm, process

STAGES = (Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3, Stage.EVALUATION, Stage.CLOSED)
PAIRS = list(product((1, 2, 3), repeat=2))


def scheme(colours: int) -> Process:
    """A mechanism with so many colours."""
    rules = {
        f"c{rank}": ColourRule(name=f"{rank}级", rank=rank, limit=Span(hours=1), stops_at="disposal")
        for rank in range(colours, 0, -1)
    }
    return process().model_copy(update={"colours": rules})


@pytest.mark.req("Q-031", "W-052")
@pytest.mark.parametrize("colours", range(1, 10))
def test_every_colour_is_some_pair_s_and_a_graver_pair_is_never_milder(colours: int) -> None:
    there = scheme(colours)
    assert {there.colour_for(harm, urgency) for harm, urgency in PAIRS} == set(there.colours)
    for (harm, urgency), (more, worse) in product(PAIRS, repeat=2):
        if harm <= more and urgency <= worse:
            mild, grave = there.colour_for(harm, urgency), there.colour_for(more, worse)
            assert there.colours[mild].rank <= there.colours[grave].rank


@pytest.mark.req("Q-031", "Q-032")
def test_three_colours_are_read_as_the_report_has_them() -> None:
    there = process("qionglai")
    read = {pair: there.colour_for(*pair) for pair in PAIRS}
    assert (read[1, 1], read[2, 1], read[3, 1]) == ("blue", "yellow", "red")
    assert (read[1, 2], read[1, 3], read[2, 2]) == ("yellow", "red", "red")


def test_a_report_that_is_more_urgent_raises_the_case_to_a_colour_that_its_rank_alone_does_not_reach() -> None:
    desk = Desk()
    desk.state.process = city(STAGES, colours=4).process
    desk.state.colour = "c1"
    desk.push()
    add_incident(desk.case, alarm(2, desk.at, rank=3, harm=3, urgency=2))
    assert (desk.state.colour, desk.state.harm, desk.state.urgency) == ("c4", 3, 2)


@pytest.mark.req("Q-031", "Q-032")
def test_a_desk_puts_an_axis_right_and_the_colour_follows_in_the_city_s_own_scheme() -> None:
    desk = Desk("qionglai")
    assert (desk.state.harm, desk.state.urgency, desk.state.colour) == (1, 1, "blue")
    desk.decide(desk.case.open("confirm_triage"), "correct", COMMAND_ROOM, reason="有持刀扬言", harm=3)
    assert (desk.state.harm, desk.state.urgency, desk.state.colour) == (3, 1, "red")
    desk.decide(desk.case.open("confirm_triage"), "correct", COMMAND_ROOM, reason="事态加急", urgency=2, colour="red")
    assert (desk.state.harm, desk.state.urgency, desk.state.colour) == (3, 2, "red")


def test_a_colour_that_its_own_axes_do_not_give_is_refused_and_one_alone_leaves_the_axes() -> None:
    desk = Desk("qionglai")
    task = desk.case.open("confirm_triage")
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, "correct", COMMAND_ROOM, reason="更正", harm=3, urgency=3, colour="blue")
    [error] = refused.value.errors
    assert (error["field"], "应为红色" in error["message"]) == ("colour", True)
    with pytest.raises(FieldsInvalid):
        desk.decide(task, "correct", COMMAND_ROOM, reason="更正", harm=4)
    desk.decide(task, "correct", COMMAND_ROOM, reason="更正", colour="yellow")
    assert (desk.state.harm, desk.state.urgency, desk.state.colour) == (1, 1, "yellow")


@pytest.mark.req("Q-031")
def test_beside_the_push_a_milder_pair_waits_for_approval_as_a_milder_colour_does() -> None:
    told = Told(rank=3, alarmed=True)
    told.answer("confirm_triage", "correct", reason="实为口角", harm=1, urgency=1, colour=None)
    assert (told.state.harm, told.state.urgency, told.state.colour) == (1, 1, "red")
    told.answer("approve_change", "approve")
    assert told.state.colour == "blue"
