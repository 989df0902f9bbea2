"""抽查 of diverting, both ways (H-033): drawn once, judged by somebody who had no hand in it, told to the case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.core.context import Services
from api.oversight import drawing, spot_checks, verdicts
from api.oversight.schemas import About, SpotCheck, SpotVerdict
from domain.errors import FourEyes
from domain.people.organisation import Actor, Post
from domain.policy.addressing import Addressing
from infra.database.engine import Session
from infra.runtime.policy_files import Policy, read_policy
from tests.api.engine import LivingEngine
from tests.api.support import answered, dispute, somebody

WRONG = SpotVerdict(verdict="wrong", reason="属物业与城管职责，社区到场即可化解")
NOISE = "两户因楼上半夜装修噪声争执，多次协商无果"


@pytest.fixture(scope="session")
def huangshi() -> Policy:
    """Huangshi's policy, read once."""
    return read_policy("huangshi")


@pytest.fixture
def city(services: Services, huangshi: Policy) -> Services:
    """The services under Huangshi's mechanism, where everything is drawn, in the demo county."""
    checks = huangshi.playbook.spot_checks
    assert checks
    every = checks.model_copy(update={
        "kept_of_100": 100, "diverted_of_100": 100, "by": [Addressing(role="supervisor", at="county")],
    })  # fmt: skip
    book = huangshi.playbook.model_copy(update={"spot_checks": every})
    return replace(services, policy=replace(huangshi, playbook=book))


async def diverted(city: Services) -> str:
    """An alarm that the officer on the scene diverted; its number."""
    number = await dispute(city, narrative=NOISE, source="110")
    await answered(city, number, "handle_on_scene", "divert", reason_code="not_police_power", suggested=["housing"])
    return number


async def kept(city: Services) -> str:
    """An alarm that the officer on the scene settled himself; its number."""
    number = await dispute(city, narrative=NOISE, source="110")
    await answered(city, number, "handle_on_scene", "settled", reason="双方当场和解，无需分流")
    await answered(city, number, "confirm_triage", "confirm")
    await answered(city, number, "evaluate", "accept")
    return number


async def the_check(city: Services, session: Session, by: Actor, about: About) -> SpotCheck:
    """The one check about something, as its judge reads it."""
    [item] = (await spot_checks.listed_checks(city, session, by, "open", 9, None, about)).items
    return await spot_checks.whole_check(city, session, by, item.check_id)


async def test_what_was_diverted_is_drawn_once_and_found_needless_on_record(
    city: Services, session: Session, engine: LivingEngine
) -> None:
    """“非必要不分流”."""
    number = await diverted(city)
    assert await verdicts.draw_verdicts(city) == 1
    assert await verdicts.draw_verdicts(city) == 0
    supervisor = await somebody(city, "supervisor", "county")
    check = await the_check(city, session, supervisor, "diverted")
    assert (check.dispute_no, check.may_judge, [d.decision_name for d in check.desks]) == (number, True, ["派单分流"])
    assert check.verdict_words
    await spot_checks.judge_check(city, session, supervisor, check.check_id, WRONG, "k")
    state = engine.state(number)
    assert (state.diversions[-1].deviation, state.diversions[-1].found_wrong) == ("needless", check.check_id)
    [line] = [entry for entry in state.timeline if entry.kind == "diversion_checked"]
    assert (line.title, line.actor, line.detail["reason"]) == ("抽查认定误分", supervisor.name, WRONG.reason)
    page = await spot_checks.listed_checks(city, session, supervisor, "done", 9, None)
    assert (page.diverted.drawn, page.diverted.wrong, page.counts.ended) == (1, 1, 0)
    await drawing.start_left_again(city)
    assert [e.kind for e in engine.state(number).timeline].count("diversion_checked") == 1
    assert await verdicts.draw_verdicts(city) == 0


async def test_what_the_police_kept_is_drawn_when_it_is_concluded_and_found_missed(
    city: Services, session: Session, engine: LivingEngine
) -> None:
    """“应分流尽分流”."""
    number = await kept(city)
    assert engine.state(number).concluded_at
    assert await verdicts.draw_verdicts(city) == 1
    supervisor = await somebody(city, "supervisor", "county")
    check = await the_check(city, session, supervisor, "kept")
    assert (check.dispute_no, [d.decision_name for d in check.desks]) == (number, ["确认研判", "现场平息"])
    engine.mode = "away"
    await spot_checks.judge_check(city, session, supervisor, check.check_id, WRONG, "k")
    engine.mode = "up"
    assert not [each for each in engine.state(number).diversions if each.found_wrong]
    await drawing.start_left_again(city)
    assert engine.state(number).diversions[-1].deviation == "missed"


async def test_nobody_judges_what_he_diverted_himself(city: Services, session: Session, engine: LivingEngine) -> None:
    number = await diverted(city)
    await verdicts.draw_verdicts(city)
    officer = next(t.decision for t in engine.state(number).tasks if t.decision)
    both = Actor(person_id=str(officer.actor_id), name="兼任", posts=[Post(role="supervisor", path="/county")])
    check = await the_check(city, session, both, "diverted")
    assert not check.may_judge
    with pytest.raises(FourEyes):
        await spot_checks.judge_check(city, session, both, check.check_id, WRONG, "k")


async def test_a_share_of_nothing_is_not_looked_at(city: Services, huangshi: Policy, session: Session) -> None:
    await diverted(city)
    checks = huangshi.playbook.spot_checks
    assert checks
    none = checks.model_copy(update={"kept_of_100": 0, "diverted_of_100": 0})
    book = huangshi.playbook.model_copy(update={"spot_checks": none})
    without = replace(city, policy=replace(huangshi, playbook=book))
    assert await verdicts.draw_verdicts(without) == 0
    supervisor = await somebody(city, "supervisor", "county")
    assert (await spot_checks.listed_checks(city, session, supervisor, "open", 9, None)).diverted.ended == 0
