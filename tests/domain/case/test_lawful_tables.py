"""What the law allows of sitting down together: 治安调解 twice at most and soon, and never against a party's will."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.case.lawful_tables import AGAIN, barred, police_tables
from domain.policy.parts.exits import Exits
from domain.policy.stages import Stage
from domain.transitions.decisions import decisions_open
from tests.domain.mediated_dispute import Quarrel
from tests.domain.support import alarm

DAY = timedelta(days=1)


def at_the_officer_s() -> Quarrel:
    """“经过二次调解，两人达成一致”: before the responsible officer's table, on a Monday."""
    quarrel = Quarrel(push_3=True)
    quarrel.answer("follow_up_responsibly", "mediate")
    return quarrel


def tier(quarrel: Quarrel) -> str:
    return str(quarrel.task("mediate").about["tier"])


@pytest.mark.req("J-044")
def test_the_second_time_before_the_police_is_within_seven_working_days_of_the_first() -> None:
    """“经过二次调解，两人达成一致”; 程序规定 第183条."""
    quarrel = at_the_officer_s()
    assert quarrel.state.clock(AGAIN) is None
    held = quarrel.life.at
    quarrel.answer("mediate", "not_agreed")
    again = quarrel.state.clock(AGAIN)
    assert again
    assert again.due_at.date() == held.date() + 10 * DAY, "the next Wednesday, at its end"
    quarrel.life.pass_time(8 * DAY)
    quarrel.answer("mediate", "agreed")
    assert [x.result for x in police_tables(quarrel.state)] == ["not_agreed", "agreed"]
    assert quarrel.state.clock(AGAIN) is None


@pytest.mark.req("J-044")
def test_after_seven_working_days_the_second_is_not_held_and_others_mediate() -> None:
    quarrel = at_the_officer_s()
    quarrel.answer("mediate", "not_agreed")
    late = quarrel.task("mediate")
    quarrel.life.pass_time(11 * DAY)
    assert late.decision
    assert (late.decision.name, late.decision.actor_id) == ("lapsed", None)
    assert "再次治安调解期限届满（程序规定第183条）" in quarrel.logged("expired")
    quarrel.answer("approve_third_push", "approve")
    assert tier(quarrel) == "joint"


def test_it_is_put_off_no_further_than_that() -> None:
    quarrel = at_the_officer_s()
    quarrel.answer("mediate", "not_agreed")
    too_late = (quarrel.life.at + 12 * DAY).isoformat()
    with pytest.raises(ApplicationError) as refused:
        quarrel.answer("mediate", "adjourned", until=too_late)
    assert refused.value.type == "fields_invalid"
    quarrel.answer("mediate", "adjourned", until=(quarrel.life.at + 9 * DAY).isoformat())
    quarrel.life.pass_time(9 * DAY)
    quarrel.answer("mediate", "agreed")


def test_twice_is_all_the_police_may_on_one_matter_also_after_a_return() -> None:
    quarrel = at_the_officer_s()
    for decision in ("not_agreed", "agreed"):
        quarrel.answer("mediate", decision)
    quarrel.answer("evaluate", "return")
    ladder = quarrel.state.process.ladder
    assert ladder
    assert barred(quarrel.state, ladder.tiers[0]) == "治安调解至多2次（程序规定第183条），已用尽"
    quarrel.answer("approve_third_push", "approve")
    assert tier(quarrel) == "joint", "the people's mediators may"


def test_nobody_decides_by_hand_that_the_law_ends_it() -> None:
    quarrel = at_the_officer_s()
    assert "lapsed" not in decisions_open(quarrel.state, quarrel.task("mediate"))
    with pytest.raises(ApplicationError, match="不由人作出"):
        quarrel.answer("mediate", "lapsed")


@pytest.mark.req("J-043")
def test_who_refuses_before_the_police_may_still_sit_down_with_the_people_s_mediators() -> None:
    quarrel = at_the_officer_s()
    quarrel.answer("mediate", "refused", party="李某", reason="只愿走法律途径")
    [said] = quarrel.state.sessions
    assert (said.result, said.refused_by, said.participants) == ("refused", "李某", [])
    assert police_tables(quarrel.state) == [], "no attempt is used up"
    quarrel.answer("approve_third_push", "approve")
    assert tier(quarrel) == "joint"


def test_who_refuses_every_kind_is_told_the_other_ways_and_the_playbook_says_where_it_goes() -> None:
    for exits, goes in ((Exits(), Stage.PUSH_3), (Exits(mediation_refused_to=Stage.PUSH_2), Stage.PUSH_2)):
        quarrel = at_the_officer_s()
        quarrel.state.process = quarrel.state.process.model_copy(update={"exits": exits})
        quarrel.answer("mediate", "refused", party="李某")
        quarrel.answer("approve_third_push", "approve")
        quarrel.answer("mediate", "refused", party="李某")
        assert quarrel.state.stage is goes
        assert quarrel.logged("ladder_failed") == []
        [line] = quarrel.logged("mediation_ended")
        assert "当事人不接受调解" in line
        assert not [c.name for c in quarrel.state.clocks if c.running and c.name in ("ladder", "tier", AGAIN)]


def test_in_that_round_nobody_is_brought_to_a_table_again_and_in_the_next_they_may_think_otherwise() -> None:
    quarrel = Quarrel()
    process = quarrel.state.process
    quarrel.state.process = process.model_copy(update={"exits": Exits(mediation_refused_to=Stage.PUSH_2)})
    quarrel.answer("follow_up_responsibly", "mediate")
    quarrel.answer("mediate", "refused", party="李某")
    while quarrel.state.pending("mediate") or quarrel.state.pending("approve_third_push"):
        if quarrel.state.pending("approve_third_push"):
            quarrel.answer("approve_third_push", "approve")
        else:
            quarrel.answer("mediate", "refused", party="李某")
    assert "mediate" not in decisions_open(quarrel.state, quarrel.task("follow_up_responsibly"))
    with pytest.raises(ApplicationError, match="李某已明确表示不接受治安调解，本轮不再组织"):
        quarrel.answer("follow_up_responsibly", "mediate")
    quarrel.answer("follow_up_responsibly", "settled")
    quarrel.answer("evaluate", "return")
    assert "mediate" in decisions_open(quarrel.state, quarrel.task("follow_up_responsibly"))


def test_the_party_is_one_of_the_dispute_and_has_been_told_of_the_other_ways() -> None:
    quarrel = at_the_officer_s()
    with pytest.raises(ApplicationError) as refused:
        quarrel.answer("mediate", "refused", party="路人")
    assert refused.value.details[0]["errors"] == [{"field": "party", "message": "“路人”不是本案当事人：李某"}]
    with pytest.raises(ApplicationError) as refused:
        quarrel.answer("mediate", "refused", party="李某", informed=False)
    assert refused.value.details[0]["errors"][0]["field"] == "informed"


@pytest.mark.req("Q-097")
def test_an_alarm_that_tells_of_violence_at_home_ends_the_table_at_once() -> None:
    quarrel = at_the_officer_s()
    table = quarrel.task("mediate")
    quarrel.life.fact(alarm(2, quarrel.life.at, risk_kinds=["domestic_violence"]))
    quarrel.life.settle()
    assert table.decision
    assert table.decision.name == "lapsed"
    assert "涉家庭暴力，不得组织当面调解" in quarrel.logged("expired")
    assert [t.kind for t in quarrel.state.pending("apply_protection")] == ["apply_protection"]
    assert not quarrel.state.pending("mediate")
