"""Who may answer what, with what, and how an answer is taken."""

from __future__ import annotations

import pytest

from domain.case.state import Task
from domain.errors import (
    ClaimedByOther,
    DecisionNotAllowed,
    DisputeClosed,
    FieldsInvalid,
    FourEyes,
    NotEntitled,
    NotFound,
    Refused,
    StaleRound,
    TaskClosed,
)
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.assignments.named_units import organisation_codes
from domain.transitions.decisions import check, decisions_open, entitled_post
from domain.transitions.handover import Claim, check_claim
from tests.domain.support import (
    DISPATCHER,
    HANDLER,
    HOUSING,
    LEADER,
    LETTER,
    MET,
    OFFICER,
    PICTURE,
    PLACES,
    SCENE,
    SUPERVISOR,
    VIDEO,
    Desk,
    person,
)


def refused(desk: Desk, task: Task, decision: str, by: object = SCENE, **more: object) -> Refused:
    before = desk.state.model_copy(deep=True)
    with pytest.raises(Refused) as refusal:
        check(desk.state, desk.command(task, decision, by, **more), desk.at)  # type: ignore[arg-type]
    assert desk.state == before, "a refused answer leaves no trace"
    return refusal.value


def fields_of(refusal: Refused) -> list[str]:
    assert isinstance(refusal, FieldsInvalid)
    return [error["field"] for error in refusal.errors]


# --- who


@pytest.mark.parametrize(
    ("role", "path", "may"),
    [
        ("on_scene_officer", PLACES["station"], True),
        ("on_scene_officer", PLACES["bureau"], True),  # above
        ("on_scene_officer", PLACES["station"] + "/desk", False),  # below
        ("on_scene_officer", "/c/police/other", False),  # beside
        ("duty_leader", PLACES["station"], False),  # watches only
        ("supervisor", PLACES["county"], False),
    ],
)
def test_a_task_is_answered_by_its_role_there_or_above_never_below_or_beside(role: str, path: str, may: bool) -> None:
    desk = Desk()
    task = desk.push()
    command = desk.command(task, "settled", person("x", (role, path)), summary="劝离")
    if may:
        check(desk.state, command, desk.at)
    else:
        with pytest.raises(NotEntitled):
            check(desk.state, command, desk.at)


def test_the_post_at_the_very_place_speaks_before_one_above_it() -> None:
    desk = Desk()
    both = person("x", ("on_scene_officer", PLACES["bureau"]), ("on_scene_officer", PLACES["station"]))
    post = entitled_post(desk.push(), both)
    assert post
    assert post.path == PLACES["station"]


@pytest.mark.req("Q-046")
def test_who_handled_the_round_may_not_evaluate_it_nor_by_a_deputy() -> None:
    desk = Desk()
    twice = person("both", ("on_scene_officer", PLACES["station"]), ("duty_leader", PLACES["station"]))
    desk.decide(desk.push(), "settled", twice, summary="劝离")
    task = desk.case.open("evaluate", to=desk.case.posts(desk.state.process.evaluation.at_station))
    assert task.excluded == ["both"]
    assert isinstance(refused(desk, task, "accept", twice), FourEyes)
    deputy = person("deputy", ("duty_leader", PLACES["station"]), on_behalf_of="both")
    assert isinstance(refused(desk, task, "accept", deputy), FourEyes)
    desk.decide(task, "accept", LEADER)


def test_in_the_next_round_only_its_own_handlers_are_barred() -> None:
    desk = Desk()
    twice = person("both", ("on_scene_officer", PLACES["station"]), ("duty_leader", PLACES["station"]))
    desk.decide(desk.push(), "settled", twice, summary="劝离")
    desk.case.next_round("退回重办")
    desk.decide(desk.push(), "settled", SCENE, summary="劝离")
    assert desk.case.open("evaluate", to=desk.case.posts(desk.state.process.evaluation.at_station)).excluded == [
        "scene"
    ]


def test_two_seats_need_two_people() -> None:
    desk = Desk("qionglai")
    desk.case.enter(Stage.EVALUATION)
    risk = PLACES["risk_centre"]
    seats = [desk.case.open("evaluate", to=desk.case.posts(seat), about={"seat": n})
             for n, seat in enumerate(desk.state.process.evaluation.joint, start=1)]  # fmt: skip
    one = person("one", ("evaluator_police", risk), ("evaluator_committee", risk))
    desk.decide(seats[0], "accept", one)
    assert isinstance(refused(desk, seats[1], "accept", one), FourEyes)
    deputy = person("deputy", ("evaluator_committee", risk), on_behalf_of="one")
    assert isinstance(refused(desk, seats[1], "accept", deputy), FourEyes)
    desk.decide(seats[1], "accept", person("two", ("evaluator_committee", risk)))


def test_progress_and_contacts_count_as_handling() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.decide(task, "contacted", OFFICER, manner="call", who="李某", summary="已联系")
    assert desk.case.open("evaluate", to=task.addressees).excluded == ["officer"]


# --- when


def test_an_answered_task_is_closed_and_a_closed_dispute_says_so() -> None:
    desk = Desk()
    task = desk.push()
    desk.decide(task, "settled", SCENE, summary="劝离")
    assert isinstance(refused(desk, task, "settled", SCENE, summary="再来"), TaskClosed)
    desk.case.close("resolved")
    assert isinstance(refused(desk, task, "settled", SCENE, summary="再来"), DisputeClosed)


def test_a_decision_for_an_earlier_round_is_stale() -> None:
    desk = Desk()
    task = desk.push()
    desk.decide(task, "settled", SCENE, summary="劝离")
    desk.case.next_round("退回重办")
    refusal = refused(desk, task, "settled", SCENE, summary="劝离")
    assert isinstance(refusal, StaleRound)
    assert "第1轮" in refusal.detail


def test_what_the_clock_decided_nobody_decides_again() -> None:
    desk = Desk()
    task = desk.case.open("accept_assignment", about={"path": HOUSING.path})
    desk.pass_time(days=3)
    refusal = refused(desk, task, "accept", HANDLER)
    assert isinstance(refusal, TaskClosed)
    assert "签收" in refusal.detail


def test_a_task_whose_day_has_not_come_is_not_answered() -> None:
    desk = Desk()
    task = desk.case.open("visit", opens_at=desk.at.replace(month=5))
    assert isinstance(refused(desk, task, "stable", OFFICER, summary="好"), TaskClosed)


def test_an_unknown_task_is_not_found() -> None:
    desk = Desk()
    command = desk.command(desk.push(), "settled", SCENE).model_copy(update={"task_id": "nobody"})
    with pytest.raises(NotFound):
        check(desk.state, command, desk.at)


# --- claiming


def test_a_claim_ties_a_task_to_one_person_until_given_back() -> None:
    desk = Desk()
    task = desk.push()
    colleague = person("colleague", ("on_scene_officer", PLACES["station"]))
    desk.claim(task, SCENE)
    assert (task.state, task.assignee) == ("claimed", "scene")
    assert isinstance(refused(desk, task, "settled", colleague, summary="劝离"), ClaimedByOther)
    with pytest.raises(ClaimedByOther):
        desk.claim(task, colleague)
    with pytest.raises(ClaimedByOther):
        desk.claim(task, colleague, release=True)
    desk.claim(task, SCENE, release=True)
    assert (task.state, task.assignee) == ("open", None)
    desk.decide(task, "settled", colleague, summary="劝离")


def test_claiming_twice_changes_nothing() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, SCENE)
    revision = desk.state.revision
    desk.claim(task, SCENE)
    assert desk.state.revision == revision


def test_only_who_may_answer_may_claim() -> None:
    desk = Desk()
    task = desk.push()
    for claim in (Claim(key="k", task_id=task.task_id, actor=LEADER), Claim(key="k", task_id="x", actor=SCENE)):
        with pytest.raises((NotEntitled, NotFound)):
            check_claim(desk.state, claim)


# --- what


def test_every_kind_offers_its_decisions_and_no_others() -> None:
    desk = Desk()
    task = desk.push()
    there = set(KINDS["handle_on_scene"].decisions)
    assert set(decisions_open(desk.state, task)) == there - {"divert", "mediate"}, "which only some cities have"
    scene = Desk("huangshi")
    assert set(decisions_open(scene.state, scene.push())) == there
    assert isinstance(refused(desk, task, "approve"), DecisionNotAllowed)


def test_domestic_violence_is_never_mediated_face_to_face() -> None:
    desk = Desk(risk_kinds=["domestic_violence"])
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    assert "mediate" not in decisions_open(desk.state, task)
    assert isinstance(refused(desk, task, "mediate", OFFICER, reason="调解"), DecisionNotAllowed)


def test_what_the_city_does_not_have_is_not_offered() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    stages = [s for s in desk.state.process.stages if s not in (Stage.PUSH_3, Stage.MEDIATION)]
    desk.state.process = desk.state.process.model_copy(update={"stages": stages})
    assert set(decisions_open(desk.state, task)) == {"contacted", "settled", "criminal_case"}


def test_from_the_last_tier_nobody_is_promoted() -> None:
    desk = Desk("qionglai")
    tasks = [desk.case.open("mediate", about={"tier_number": n}) for n in range(3)]
    assert ["promote" in decisions_open(desk.state, task) for task in tasks] == [True, True, False]


@pytest.mark.req("Q-044", "Q-045")
def test_a_disposal_carries_a_picture_or_a_video_and_names_who_was_met() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    bare = refused(desk, task, "disposed", HANDLER, summary="已处置", met=MET, evidence=[LETTER])
    assert fields_of(bare) == ["attachments"]
    assert fields_of(refused(desk, task, "disposed", HANDLER, summary="已处置", evidence=[PICTURE])) == ["met"]
    desk.decide(task, "disposed", HANDLER, summary="已处置", met=MET, evidence=[VIDEO])
    assert task.decision
    assert task.decision.evidence == [VIDEO]


def test_progress_needs_no_picture_and_leaves_the_task_open() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.decide(task, "progress", HANDLER, summary="已上门")
    assert task.pending


def test_fields_are_checked_one_by_one_and_every_mistake_is_told() -> None:
    desk = Desk()
    task = desk.push()
    assert fields_of(refused(desk, task, "settled")) == ["summary"]
    assert set(fields_of(refused(desk, task, "unsettled", criminal_risk="vielleicht", no_such="x"))) == {
        "reason", "criminal_risk", "no_such"}  # fmt: skip
    assert fields_of(refused(desk, task, "settled", summary="好", push_on=True)) == ["body"]


def test_an_organisation_that_does_not_exist_is_named() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "dispatch")
    refusal = refused(desk, task, "assign", DISPATCHER, lead="nobody", cooperating=["market"], instructions="处置")
    assert fields_of(refusal) == ["lead"]
    assert "nobody" in refusal.errors[0]["message"]
    same = refused(desk, task, "assign", DISPATCHER, lead="housing", cooperating=["housing"], instructions="处置")
    assert fields_of(same) == ["body"]


def test_a_correction_names_colours_and_categories_that_exist() -> None:
    desk = Desk()
    task = desk.case.open("confirm_triage")
    analyst = person("a", ("command_room", PLACES["station"]))
    refusal = refused(desk, task, "correct", analyst, reason="误判", colour="purple", category="nothing")
    assert set(fields_of(refusal)) == {"colour", "category"}
    desk.decide(task, "correct", analyst, reason="误判", colour="red", category="land", labels={"land": "土地纠纷"})
    assert task.decision
    assert task.decision.fields["category_name"] == "土地纠纷"


def test_a_dispute_is_no_duplicate_of_itself() -> None:
    desk = Desk()
    task = desk.case.open("confirm_triage")
    analyst = person("a", ("command_room", PLACES["station"]))
    assert fields_of(refused(desk, task, "duplicate_of", analyst, dispute_no="D2026-000001")) == ["dispute_no"]
    assert fields_of(refused(desk, task, "duplicate_of", analyst, dispute_no="1")) == ["dispute_no"]


def test_push_on_needs_a_second_push() -> None:
    desk = Desk()
    stages = [s for s in desk.state.process.stages if s is not Stage.PUSH_2]
    desk.state.process = desk.state.process.model_copy(update={"stages": stages})
    task = desk.push()
    assert fields_of(refused(desk, task, "settled", summary="好", push_on=True, reason="有风险")) == ["push_on"]


def test_a_supervisor_hands_over_only_to_a_role_that_exists() -> None:
    desk = Desk()
    desk.push()
    desk.act("escalate", SUPERVISOR, reason="久拖不决")
    (task,) = desk.state.pending("supervise")
    refusal = refused(desk, task, "reassign", SUPERVISOR, role="sheriff", organisation="housing", reason="换人")
    assert fields_of(refusal) == ["role"]


def test_an_answer_is_on_record_with_person_post_and_round() -> None:
    desk = Desk()
    task = desk.push()
    deputy = person("deputy", ("on_scene_officer", PLACES["station"]), on_behalf_of="scene")
    desk.decide(task, "settled", deputy, summary=" 劝离 ", note="备注")
    decision = task.decision
    assert decision
    assert (decision.actor_id, decision.on_behalf_of, decision.note) == ("deputy", "scene", "备注")
    assert decision.fields["summary"] == "劝离"
    entry = desk.state.timeline[-1]
    assert (entry.kind, entry.title, entry.actor, entry.on_behalf_of) == (
        "decision",
        "现场处置：现场平息",
        "deputy",
        "scene",
    )
    assert entry.detail["round"] == 1


def test_organisation_codes_are_gathered_from_raw_fields_whatever_they_hold() -> None:
    raw = {"lead": "a", "cooperating": ["b", "c", 3], "suggested": None, "reason": "d", "organisation": {"x": 1}}
    assert organisation_codes(raw) == ["a", "b", "c"]
