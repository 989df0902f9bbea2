"""What a report is about: a quarrel, a demand of daily life, a backlog of petitions (Q-088, Q-098)."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from domain.image.projection import project
from domain.indicators.counting import tally
from domain.policy.intake.sources import Source, matter_said
from domain.policy.matters.matter import Matter
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told
from tests.domain.support import process

DEMANDS = "促成风险隐患、矛盾纠纷、民生诉求等问题彻底解决"
"""Q-088"""


def test_a_source_takes_in_what_its_playbook_says_and_the_first_of_it_unless_told_otherwise() -> None:
    hotline, alarms = Source(name="热线", matters=[Matter.DISPUTE, Matter.LIVELIHOOD]), Source(name="110")
    assert matter_said(hotline, None) == (Matter.DISPUTE, [])
    assert matter_said(hotline, Matter.LIVELIHOOD) == (Matter.LIVELIHOOD, [])
    assert matter_said(Source(name="信访", matters=[Matter.PETITION]), None) == (Matter.PETITION, [])
    assert matter_said(alarms, None) == matter_said(None, None) == (Matter.DISPUTE, [])
    _, [wrong] = matter_said(alarms, Matter.LIVELIHOOD)
    assert wrong == {"field": "matter", "message": "110受理的事项是矛盾纠纷，没有民生诉求"}


def test_a_case_pins_only_what_its_desk_may_find_it_to_be() -> None:
    whole = process("qionglai")
    pinned = whole.living(Matter.DISPUTE)
    assert pinned.sources["letter"].matters == [Matter.DISPUTE, Matter.LIVELIHOOD, Matter.PETITION]
    assert pinned.sources["petition"].matters == [], "there is no choice"
    apart = whole.model_copy(update={"lives": {Matter.PETITION: [Stage.TRIAGE, Stage.PUSH_3, Stage.CLOSED]}})
    assert apart.living(Matter.DISPUTE).sources["letter"].matters == [Matter.DISPUTE, Matter.LIVELIHOOD]
    assert apart.living(Matter.PETITION).sources["letter"].matters == [], "it lives otherwise, and stays what it is"


@pytest.mark.req("Q-088")
def test_a_demand_of_daily_life_takes_the_same_road_until_it_is_solved() -> None:
    """“促成风险隐患、矛盾纠纷、民生诉求等问题彻底解决”."""
    told = Told("qionglai", source="12345", matter=Matter.LIVELIHOOD)
    told.answer("confirm_triage", "confirm")
    told.answer("confirm_triage", "report_up")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_3, ["dispatch"]), DEMANDS
    assert told.state.matter is Matter.LIVELIHOOD
    image = project(told.state)
    assert (image.matter, image.document["matter"]) == (Matter.LIVELIHOOD, "livelihood"), "listed apart"


@pytest.mark.req("Q-088")
def test_a_desk_finds_that_a_quarrel_is_a_demand_of_daily_life() -> None:
    told = Told("qionglai", source="12345")
    told.answer("confirm_triage", "correct", matter="livelihood", reason="反映停水，并无对方当事人")
    assert told.state.matter == "livelihood", DEMANDS
    told.answer("confirm_triage", "correct", matter="dispute", reason="系与物业的纠纷")
    assert told.state.matter == "dispute"


def test_a_desk_makes_it_nothing_that_its_source_does_not_take_in() -> None:
    told = Told("qionglai", source="12345")
    assert _refusal(told, "petition") == "此案的事项只能是矛盾纠纷、民生诉求"
    assert _refusal(Told("jinhua"), "livelihood") == "此案的事项只能是矛盾纠纷"


def _refusal(told: Told, matter: str) -> str:
    with pytest.raises(ApplicationError) as refusal:
        told.answer("confirm_triage", "correct", matter=matter, reason="反映停水")
    [details] = refusal.value.details
    return str(details["errors"][0]["message"])


@pytest.mark.req("R-111")
def test_what_troubles_people_is_taken_in_at_the_workstation_though_nobody_quarrels() -> None:
    """“掌握社情民意,解答群众问题,纾解急难愁盼”."""
    source = process("ronghe").sources["workstation"]
    assert matter_said(source, Matter.LIVELIHOOD) == (Matter.LIVELIHOOD, [])
    told = Told("ronghe", source="workstation", matter=Matter.LIVELIHOOD)
    for _ in source.desks:
        told.answer("confirm_triage", "confirm")
    assert (told.state.matter, told.open_kinds) == (Matter.LIVELIHOOD, ["dispatch"]), "somebody has to solve it"


@pytest.mark.req("Q-098")
def test_a_petition_backlog_is_one_whatever_it_quarrels_about() -> None:
    """“共计化解各类疑难复杂纠纷10起、信访积案19件”."""
    told = Told("qionglai", source="petition", matter=Matter.PETITION)
    assert (told.state.category, told.state.matter) == ("parking", Matter.PETITION)
    for _ in range(2):
        told.answer("confirm_triage", "confirm")
    told.answer("dispatch", "assign")
    assert told.state.stage is Stage.PUSH_3
    assert tally(told.state)
