"""改派: of one organisation only its own work moves, and what it takes over runs from its own delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR
from domain.case.state import Task
from domain.errors import FieldsInvalid
from domain.people.organisation import OrganisationRef
from domain.policy.stages import Stage
from domain.transitions.actions import Act, take_action
from domain.transitions.decisions import decisions_open, take
from domain.transitions.side_effects import take_effect
from domain.transitions.supervision import holder_of, supervise
from tests.domain.case_builder import TRADER, Life
from tests.domain.support import HANDLER, HOUSING, MARKET, MET, PLACES, SUPERVISOR, Desk, pictures

DAY = timedelta(days=1)
TOWN = OrganisationRef(code="town", name="古山镇", path=PLACES["township"])


def given(*, rank: int = 3) -> tuple[Life, Task, Task]:
    """With the housing bureau as lead and, beside it, the market's; both have accepted."""
    life = Life("qionglai", rank=rank).before_the_committee().dispatched(HOUSING, MARKET)
    life.state.organisations[TOWN.path] = TOWN
    tasks = [life.case.open(kind, about=about(ref, lead=ref is HOUSING))
             for kind, ref in (("dispose", HOUSING), ("cooperate", MARKET))]  # fmt: skip
    return life, tasks[0], tasks[1]


def about(ref: OrganisationRef, *, lead: bool) -> dict[str, object]:
    return {"path": ref.path, "organisation": ref.code, "name": ref.name, "lead": lead}


def reassign(life: Desk, **fields: str) -> None:
    organisations = {ref.code: ref for ref in (HOUSING, MARKET, TOWN)}
    fields = {"role": "township_leader", "organisation": "town", "reason": "换人", **fields}
    take_action(life.case, Act(key="k", action="reassign", fields=fields, actor=SUPERVISOR,
                               organisations=organisations))  # fmt: skip


def refusals(life: Desk, **fields: str) -> list[dict[str, str]]:
    with pytest.raises(FieldsInvalid) as refusal:
        reassign(life, **fields)
    return refusal.value.errors


@pytest.mark.req("Q-044")
def test_who_takes_a_lead_over_has_the_whole_day_from_the_delivery_to_it() -> None:
    """“接到推送信息的部门和乡镇（街道）按照‘111’处置时限要求”: whoever receives it, from then on."""
    life, lead, beside = given()
    life.later(hours=20)
    reassign(life)
    colour = life.state.clock(COLOUR)
    assert colour
    assert (colour.body, colour.due_at) == (TOWN.path, life.at + DAY)
    assert [(c.body, c.state) for c in life.state.clocks if c.name == COLOUR] == [
        (HOUSING.path, "met"), (TOWN.path, "running")]  # fmt: skip
    other = life.state.clock("colour:market")
    assert other
    assert other.due_at == life.at + timedelta(hours=4), "the other's runs on"
    part = next(part for part in life.state.assigned if part.lead)
    assert (part.organisation.code, part.delivered_at) == ("town", life.at)
    assert (lead.about["path"], lead.about["organisation"]) == (TOWN.path, "town")
    assert [p.path for p in beside.addressees] == [MARKET.path] * len(beside.addressees)
    assert life.state.chain[-1].path == TOWN.path
    assert life.state.chain[-1].by == "reassigned"


def test_of_one_organisation_s_missed_limit_only_its_own_work_is_given_to_another() -> None:
    life, lead, beside = given()
    life.pass_time(hours=26)
    [late] = [t for t in life.state.pending("supervise") if t.about["matter"] == "colour:market"]
    order = life.command(late, "reassign", SUPERVISOR, role="township_leader", organisation="town", reason="逾期")
    order.organisations |= {"town": TOWN}
    take_effect(life.case, take(life.case, order))
    assert [p.path for p in beside.addressees] == [TOWN.path]
    assert {p.path for p in lead.addressees} == {HOUSING.path}
    begun = life.state.clock("colour:town")
    assert begun
    assert (begun.body, begun.due_at) == (TOWN.path, life.at + DAY)
    assert life.state.clock("colour:market") is None
    colour = life.state.clock(COLOUR)
    assert colour
    assert colour.body == HOUSING.path


def test_a_supervision_of_the_holder_s_limit_moves_the_holder_s_work() -> None:
    life, lead, beside = given()
    task = supervise(life.case, "overdue", "超期督办", level=0, clock=COLOUR)
    order = life.command(task, "reassign", SUPERVISOR, role="township_leader", organisation="town", reason="逾期")
    order.organisations |= {"town": TOWN}
    take_effect(life.case, take(life.case, order))
    assert [p.path for p in lead.addressees] == [TOWN.path]
    assert {p.path for p in beside.addressees} == {MARKET.path}


def test_one_part_is_named_and_nobody_gets_two() -> None:
    life, lead, beside = given()
    assert [e["field"] for e in refusals(life, organisation="market", role="department_handler")] == ["organisation"]
    assert refusals(life, of="town")[0]["message"] == "“town”在本案没有待办"
    reassign(life, of="market")
    assert ([p.path for p in beside.addressees], lead.about["path"]) == ([TOWN.path], HOUSING.path)
    life.decide(
        lead, "disposed", HANDLER, summary="办结", met=MET, evidence=pictures(life.state, "dispose", "disposed")
    )
    also = life.case.open("cooperate", about=about(MARKET, lead=False))
    assert also.pending
    assert refusals(life, organisation="housing")[0] == {"field": "of", "message": "请指明改派哪个单位的待办"}


def test_another_role_of_the_same_organisation_gains_no_time_by_it() -> None:
    life, lead, _ = given()
    life.later(hours=20)
    before = life.state.clock(COLOUR)
    reassign(life, organisation="housing", role="department_leader")
    assert life.state.clock(COLOUR) is before
    assert [p.role for p in lead.addressees] == ["department_leader"]


def test_signing_begins_anew_with_its_limit_for_whom_it_was_given_to() -> None:
    life = Life("qionglai", rank=3).before_the_committee().dispatched(HOUSING)
    life.state.organisations[TOWN.path] = TOWN
    task = life.case.open("accept_assignment", about=about(HOUSING, lead=True))
    life.pass_time(minutes=25)
    reassign(life)
    life.pass_time(minutes=25)
    assert task.pending, "the first one's half hour is not the second's"
    life.pass_time(minutes=5)
    assert task.decision
    assert task.decision.actor_id is None
    assert life.state.assigned[0].organisation == TOWN


def test_what_the_case_s_own_clock_counts_from_an_earlier_push_runs_on() -> None:
    life = Life(rank=2).on_scene().to_push_2().to_push_3().dispatched(HOUSING, MARKET)
    life.state.organisations[TOWN.path] = TOWN
    life.case.open("dispose", about=about(HOUSING, lead=True))
    before = life.state.clock(COLOUR)
    life.later(days=2)
    reassign(life)
    assert life.state.clock(COLOUR) is before, "nobody gains time by passing the whole case on"
    assert life.state.stage is Stage.PUSH_3


def test_whom_a_part_was_taken_from_answers_it_no_more_and_looks_on() -> None:
    life, _, beside = given()
    reassign(life, of="market")
    assert MARKET.path in {p.path for p in beside.former}
    assert TRADER.person_id not in beside.excluded


def test_supervision_of_what_is_over_reassigns_what_the_lead_has_and_of_several_beside_it_none_by_one_word() -> None:
    life, lead, beside = given()
    over = life.case.open("accept_assignment", about=about(MARKET, lead=False))
    life.case.void([over], "已无需办理")
    supervised = supervise(life.case, "overdue", "督办", level=0, task_id=over.task_id)
    assert holder_of(life.state, supervised) == [lead]
    assert "reassign" in decisions_open(life.state, supervised)
    life.case.open("cooperate", about=about(TOWN, lead=False))
    life.case.void([lead], "已无需办理")
    assert len(holder_of(life.state, supervised)) == len((beside, TOWN))
    assert "reassign" not in decisions_open(life.state, supervised)
    assert "urge" in decisions_open(life.state, supervised)
