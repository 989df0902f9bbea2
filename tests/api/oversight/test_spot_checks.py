"""抽查: drawn once, judged once by somebody who was at none of its desks, started again where the desk was wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.core.context import Services
from api.oversight import drawing, spot_checks
from api.oversight.schemas import SpotVerdict
from domain.errors import Conflict, FourEyes, NotEntitled, NotFound
from domain.people.organisation import Actor, Post
from infra.database.engine import Session
from infra.runtime.policy_files import Policy
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, somebody

WRONG = SpotVerdict(verdict="wrong", reason="对方再次扬言报复")


@pytest.fixture
def desks(services: Services, qionglai: Policy) -> Services:
    """The services under Qionglai's mechanism, where everything is drawn."""
    checks = qionglai.playbook.spot_checks
    assert checks
    every = checks.model_copy(update={"of_100": 100})
    return replace(
        services, policy=replace(qionglai, playbook=qionglai.playbook.model_copy(update={"spot_checks": every}))
    )


async def no_risk(services: Services) -> str:
    """A dispute that both desks found to be no risk, and that was drawn; its number."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "no_risk")
    await answered(services, number, "confirm_triage", "no_risk")
    await drawing.draw(services)
    return number


async def judged(services: Services, session: Session, by: Actor, number: str, verdict: SpotVerdict, key: str) -> str:
    """The verdict of a second look, as it is answered."""
    answer = await spot_checks.judge_check(services, session, by, f"{number}-1", verdict, key)
    return answer.body.verdict


async def test_what_was_found_to_be_no_risk_is_drawn_once_and_shown_with_what_the_desks_said(
    desks: Services, session: Session
) -> None:
    number = await no_risk(desks)
    assert await drawing.draw(desks) == 0
    evaluator = await somebody(desks, "evaluator_police", "risk-centre")
    [item] = (await spot_checks.listed_checks(desks, session, evaluator, "open", 9, None)).items
    assert (item.dispute_no, item.organisation, item.verdict) == (number, "bureau", "")
    whole = await spot_checks.whole_check(desks, session, evaluator, item.check_id)
    assert [(d.decision_name, bool(d.ground)) for d in whole.desks] == [("无风险", True)] * 2
    assert whole.may_judge


async def test_a_second_look_agrees_once_and_nothing_follows(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    number = await no_risk(desks)
    evaluator = await somebody(desks, "evaluator_police", "risk-centre")
    other = await somebody(desks, "evaluator_committee", "risk-centre")
    agreed = SpotVerdict(verdict="agreed")
    assert await judged(desks, session, evaluator, number, agreed, "k") == "agreed"
    assert await judged(desks, session, evaluator, number, agreed, "k") == "agreed"
    with pytest.raises(Conflict):
        await judged(desks, session, other, number, WRONG, "m")
    assert engine.state(number).closed
    page = await spot_checks.listed_checks(desks, session, other, "done", 9, None)
    assert (page.counts.drawn, page.counts.agreed, page.counts.wrong) == (1, 1, 0)


async def test_what_was_found_wrong_is_started_again_with_the_reason(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    number = await no_risk(desks)
    evaluator = await somebody(desks, "evaluator_committee", "risk-centre")
    assert await judged(desks, session, evaluator, number, WRONG, "k") == "wrong"
    state = engine.state(number)
    assert (state.closed, state.round, state.stage) == (False, 2, "triage")
    [line] = [e for e in state.timeline if e.kind == "action"]
    assert line.detail["fields"]["reason"] == "抽查认定“无风险”有误：对方再次扬言报复"
    assert line.actor == evaluator.name
    await drawing.start_left_again(desks)
    assert engine.state(number).round == 2, "started once"
    await answered(desks, number, "confirm_triage", "no_risk")
    assert asked(engine, number, "confirm_triage").about["level"] == 2


async def test_it_is_started_again_after_an_outage_too(desks: Services, session: Session, engine: LivingEngine) -> None:
    number = await no_risk(desks)
    evaluator = await somebody(desks, "evaluator_committee", "risk-centre")
    engine.mode = "away"
    assert await judged(desks, session, evaluator, number, WRONG, "k") == "wrong"
    engine.mode = "up"
    assert engine.state(number).closed
    await drawing.start_left_again(desks)
    assert (engine.state(number).closed, engine.state(number).round) == (False, 2)


async def test_nobody_judges_what_he_said_himself_and_nobody_else_reads_it(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    number = await no_risk(desks)
    analyst = await somebody(desks, "bureau_analyst", "bureau")
    with pytest.raises(NotEntitled):
        await spot_checks.whole_check(desks, session, analyst, f"{number}-1")
    desk = next(t.decision for t in engine.state(number).tasks if t.decision)
    post = Post(role="evaluator_police", path="/county/risk-centre")
    both = Actor(person_id=str(desk.actor_id), name="兼任", posts=[post])
    with pytest.raises(FourEyes):
        await judged(desks, session, both, number, WRONG, "k")
    supervisor = await somebody(desks, "supervisor", "county")
    assert not (await spot_checks.listed_checks(desks, session, supervisor, "open", 9, None)).may_judge
    with pytest.raises(NotEntitled):
        await judged(desks, session, supervisor, number, WRONG, "k")
    with pytest.raises(NotFound):
        await spot_checks.whole_check(desks, session, supervisor, "D2026-999999-1")


async def test_where_the_playbook_draws_nothing_nothing_is_drawn(services: Services, session: Session) -> None:
    book = services.policy.playbook.model_copy(update={"spot_checks": None})
    without = replace(services, policy=replace(services.policy, playbook=book))
    number = await dispute(without)
    await answered(without, number, "confirm_triage", "no_risk")
    assert await drawing.draw(without) == 0
    assert await drawing.draw(services) == 0, "what has passed is not drawn later"
