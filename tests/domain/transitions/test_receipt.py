"""“111” runs for each organisation from the delivery to it; signing has limits by colour; red is followed up on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR, PROGRESS, Case
from domain.case.clocks import Clock
from domain.case.state import Task
from domain.image.projection import project
from domain.policy.stages import Stage
from domain.transitions.colours import deliver, disposed, intervened, recolour
from domain.transitions.timekeeping import due_clock
from tests.domain.case_builder import TRADER, Life
from tests.domain.support import CHIEF, HANDLER, HOUSING, MARKET, MET, MONDAY, OFFICER, PICTURE, SUPERVISOR, Desk

DAY = timedelta(days=1)


def clock(desk: Desk, name: str) -> Clock:
    found = desk.state.clock(name)
    assert found, name
    return found


def given(code: str = "qionglai", *, rank: int = 3, after: float = 0) -> Life:
    """Before the committee for so many hours, then dispatched to the housing bureau and, beside it, the market's."""
    life = Life(code, rank=rank)
    life.before_the_committee() if code == "qionglai" else life.on_scene().to_push_2().to_push_3()
    return life.later(hours=after).dispatched(HOUSING, MARKET)


def asked(life: Life, kind: str, unit: str = "housing") -> Task:
    return life.case.open(kind, about={"path": f"/c/{unit}", "organisation": unit, "lead": unit == "housing"})


@pytest.mark.req("Q-044", "Q-033")
def test_wrong_2_after_20_hours_of_dispatching_each_still_has_the_whole_day() -> None:
    """“接到推送信息的部门和乡镇（街道）按照‘111’处置时限要求”."""
    life = given(after=20)
    assert clock(life, COLOUR).due_at == MONDAY + timedelta(hours=20) + DAY
    beside = clock(life, "colour:market")
    assert (beside.due_at, beside.title) == (clock(life, COLOUR).due_at, "红色预警介入时限（market）")
    assert [each.delivered_at for each in life.state.assigned] == [life.at] * 2


@pytest.mark.req("Q-044")
def test_the_committee_has_a_limit_of_its_own_and_no_colour_s() -> None:
    life = Life("qionglai", rank=3).before_the_committee()
    dispatch = life.case.open("dispatch")
    due = due_clock(life.state, dispatch)
    assert due
    assert (due.task_id, due.due_at) == (dispatch.task_id, MONDAY + timedelta(minutes=30))
    assert life.state.clock(COLOUR) is None


@pytest.mark.parametrize(("rank", "minutes"), [(3, 30), (2, 240)])
def test_signing_has_a_limit_by_colour_and_silence_is_a_signature(rank: int, minutes: int) -> None:
    life = given(rank=rank)
    task = asked(life, "accept_assignment")
    life.pass_time(minutes=minutes - 1)
    assert task.pending
    life.pass_time(minutes=1)
    assert task.decision
    assert (task.decision.name, task.decision.actor_id) == ("accept", None)
    supervised = [s.cause for s in life.state.supervisions]
    assert supervised == (["silence"] if rank == 3 else []), "red may not stay silent without somebody hearing of it"


def test_a_colour_raised_while_signing_is_awaited_leaves_the_shorter_limit() -> None:
    life = given(rank=1)
    task = asked(life, "accept_assignment")
    recolour(life.case, "red", "扬言报复")
    assert clock(life, f"task:{task.task_id}").due_at == life.at + timedelta(minutes=30)
    assert {c.name: c.due_at for c in life.state.clocks if c.body} == {
        COLOUR: life.at + DAY, "colour:market": life.at + DAY}  # fmt: skip


@pytest.mark.req("Q-033", "Q-044")
def test_whoever_met_somebody_meets_his_own_limit_and_nobody_else_s() -> None:
    life = given()
    cooperating = asked(life, "cooperate", "market")
    dispose = asked(life, "dispose")
    life.decide(cooperating, "progress", TRADER, summary="已上门", met=MET)
    assert life.state.clock("colour:market") is None
    assert clock(life, "progress:market").due_at == life.at + DAY
    assert clock(life, COLOUR).running
    life.pass_time(hours=25)
    assert clock(life, COLOUR).overdue
    due = due_clock(life.state, dispose)
    assert due is clock(life, COLOUR)


@pytest.mark.req("Q-034")
def test_who_has_done_his_part_is_not_late_by_another_s() -> None:
    life = given(rank=2)
    dispose, cooperating = asked(life, "dispose"), asked(life, "cooperate", "market")
    life.decide(dispose, "disposed", HANDLER, summary="办结", met=MET, evidence=[PICTURE])
    life.pass_time(days=8)
    assert [c.state for c in life.state.clocks if c.name == COLOUR] == ["met"]
    due = due_clock(life.state, cooperating)
    assert due
    assert (due.name, due.overdue) == ("colour:market", True)


def test_where_the_colour_is_counted_from_the_first_push_the_case_s_clock_runs_on_and_others_begin_at_delivery() -> (
    None
):
    life = Life(rank=2).on_scene().to_push_2().to_push_3().later(days=3).dispatched(HOUSING, MARKET)
    assert (clock(life, COLOUR).body, clock(life, COLOUR).due_at) == (None, MONDAY + 7 * DAY)
    assert clock(life, "colour:market").due_at == MONDAY + 10 * DAY


def test_a_new_lead_has_the_whole_limit_and_who_is_out_has_none() -> None:
    life = given(rank=2).later(days=3)
    life.dispatched(MARKET)
    assert {c.name: (c.body, c.due_at) for c in life.state.clocks if c.stopped_at is None and c.body} == {
        COLOUR: (MARKET.path, life.at + 7 * DAY)}  # fmt: skip


def test_what_is_delivered_to_the_same_organisation_again_goes_on() -> None:
    life = given(rank=2)
    before = clock(life, COLOUR)
    life.pass_time(days=2)
    deliver(life.case, life.state.assigned)
    assert clock(life, COLOUR) is before


@pytest.mark.parametrize("stage", [Stage.MEDIATION, Stage.PUSH_3])
def test_what_goes_on_elsewhere_is_no_longer_theirs(stage: Stage) -> None:
    life = given(rank=2)
    life.state.stage = Stage.PUSH_3 if stage is Stage.MEDIATION else Stage.MEDIATION
    life.case.enter(stage)
    assert life.state.clock("colour:market") is None
    assert bool(life.state.clock(COLOUR)) is (stage is Stage.MEDIATION)


def test_all_deadlines_on_disposing_are_suspended_and_extended_together() -> None:
    life = given(rank=2)
    asked(life, "dispose")
    until = life.at + 9 * DAY
    life.act("extend", CHIEF, reason="等待鉴定", until=until.isoformat())
    (approval,) = life.state.pending("approve_change")
    life.decide(approval, "approve", SUPERVISOR)
    assert {clock(life, name).due_at for name in (COLOUR, "colour:market")} == {until}


# --- continuing follow-up


@pytest.mark.req("Q-033")
def test_red_is_followed_up_until_it_is_evaluated() -> None:
    """“红色预警1天内介入处置，后期持续跟进…直至彻底化解”."""
    life = Life(rank=3).on_scene().to_push_2()
    task = life.case.open("follow_up_responsibly")
    life.decide(task, "settled", OFFICER, summary="和解")
    disposed(life.case)
    life.case.enter(Stage.EVALUATION)
    (aside,) = life.state.pending("keep_following")
    assert aside.addressees == task.addressees
    due = due_clock(life.state, aside)
    assert due
    assert (due.name, due.due_at) == (PROGRESS, life.at + DAY)
    life.pass_time(hours=20)
    life.decide(aside, "progress", OFFICER, summary="已上门", met=MET)
    assert aside.pending
    assert clock(life, PROGRESS).due_at == life.at + DAY
    life.case.conclude()
    assert (aside.state, life.state.clock(PROGRESS)) == ("void", None)


@pytest.mark.req("Q-033")
def test_wrong_11_a_returned_mediation_has_red_s_limit_again_and_its_follow_up() -> None:
    life = Life(rank=3).on_scene().to_push_2()
    intervened(life.case)
    life.case.enter(Stage.MEDIATION)
    disposed(life.case)
    life.case.enter(Stage.EVALUATION)
    life.case.next_round("退回重办")
    assert clock(life, PROGRESS).round == 2
    life.case.enter(Stage.MEDIATION)
    assert clock(life, COLOUR).due_at == life.at + DAY
    assert life.state.clock(PROGRESS) is None
    intervened(life.case)
    assert clock(life, PROGRESS).due_at == life.at + DAY
    assert life.state.pending("keep_following")


def test_the_next_holder_takes_the_follow_up_over() -> None:
    life = Life(rank=3).on_scene().to_push_2()
    life.decide(
        life.case.open("follow_up_responsibly"), "contacted", OFFICER, manner="visit", who="李某", summary="上门"
    )
    life.case.void(life.state.pending(), "提请联调")
    life.case.enter(Stage.MEDIATION)
    life.case.open("mediate")
    assert life.state.pending("keep_following")
    life.case.enter(Stage.PUSH_2)
    life.case.open("follow_up_responsibly")
    assert not life.state.pending("keep_following")


def test_lowering_red_ends_the_follow_up_of_what_waits_for_its_evaluation() -> None:
    life = Life(rank=3).on_scene()
    life.settled_on_scene()
    assert life.state.pending("keep_following")
    recolour(life.case, "blue", "双方已冷静")
    assert not life.state.pending("keep_following")


def test_raised_to_red_while_it_waits_for_its_evaluation_it_is_followed_up() -> None:
    life = Life(rank=2).on_scene()
    life.settled_on_scene()
    assert life.state.clock(PROGRESS) is None
    recolour(life.case, "red", "扬言报复")
    assert life.state.pending("keep_following")


# --- who holds the case


def holder(case: Case) -> tuple[str | None, str | None]:
    image = project(case.state)
    return image.organisation, image.holder


@pytest.mark.req("Q-022")
def test_responsibility_passes_at_delivery() -> None:
    """“铃铛一响、责任捆绑”."""
    life = given()
    asked(life, "accept_assignment")
    assert holder(life.case) == (HOUSING.path, "department_handler")
    assert life.state.chain[-1].by == "delivery"


@pytest.mark.req("W-081")
def test_or_it_stays_with_who_had_it_first_until_another_has_accepted() -> None:
    """首问责任: the refusal and its ruling don't move it either."""
    life = Life().on_scene().to_push_2().to_push_3().dispatched()
    dispatcher = (life.state.chain[-1].path, "centre_dispatcher")
    task = asked(life, "accept_assignment")
    assert holder(life.case) == dispatcher
    life.decide(task, "accept", HANDLER)
    asked(life, "dispose")
    assert holder(life.case) == (HOUSING.path, "department_handler")
    assert life.state.chain[-1].by == "acceptance"


@pytest.mark.req("Q-023")
def test_the_chain_says_who_held_the_case_from_when_to_when_without_a_gap() -> None:
    life = Life("qionglai")
    life.confirmed().later(hours=1)
    life.case.enter(Stage.PUSH_3)
    life.dispatched().later(hours=2)
    asked(life, "accept_assignment")
    chain = life.state.chain
    assert [(h.role, h.stage) for h in chain] == [
        ("command_room", Stage.TRIAGE),
        ("bureau_analyst", Stage.TRIAGE),
        ("committee_dispatcher", Stage.PUSH_3),
        ("department_handler", Stage.PUSH_3),
    ]
    assert [h.since for h in chain[1:]] == [h.until for h in chain[:-1]]
    assert chain[-1].until is None
    assert project(life.state).document["responsibility"][-1]["path"] == HOUSING.path
