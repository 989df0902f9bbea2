"""How a task changes hands: delegated and back, transferred and accepted, done by a deputy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.case.state import Task
from domain.errors import (
    ClaimedByOther,
    DisputeClosed,
    FieldsInvalid,
    FourEyes,
    NotEntitled,
    NotFound,
    Refused,
    TaskClosed,
)
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.policy.stages import Stage
from domain.transitions.decisions import check
from domain.transitions.handover import (
    Claim,
    check_claim,
    check_delegation,
    check_transfer,
    concerned,
    standing,
)
from tests.domain.support import CHIEF, LEADER, MET, OFFICER, PICTURE, PLACES, SCENE, SUPERVISOR, Desk, person
from tests.domain.transitions.handover_support import (
    COLLEAGUE,
    SECOND,
    SETTLED,
    STATION,
    STRANGER,
    at_push_2,
    handover,
    refused_delegation,
    unfit,
)

CONTACT = {"manner": "call", "who": "李某", "summary": "已电话联系"}


def refused_transfer(desk: Desk, task: Task, by: Actor, to: Actor) -> Refused:
    with pytest.raises(Refused) as refusal:
        check_transfer(desk.state, handover(task, by, to))
    return refusal.value


# --- claiming


def test_a_claim_counts_as_it_always_did() -> None:
    desk, task = at_push_2()
    for release in (False, True):  # the case's count is in every history: the task's stamp comes before the entry's
        before = desk.state.revision
        desk.claim(task, OFFICER, release=release)
        desk.claim(task, OFFICER, release=release)
        assert (task.revision, desk.state.timeline[-1].revision) == (before + 1, before + 2)
        assert desk.state.revision == before + 2


# --- delegating


def test_a_delegated_task_is_tied_to_who_delegates_and_prepared_by_the_other() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE, "先上门了解")
    assert (task.state, task.assignee, task.delegate, task.delegate_note) == (
        "claimed", "officer", "colleague", "先上门了解",
    )  # fmt: skip
    assert desk.logged("claimed", "delegated") == ["认领责任跟进", "委托办理责任跟进"]
    assert (standing(task, OFFICER), standing(task, COLLEAGUE), standing(task, SECOND)) == ("mine", "delegate", "taken")


def test_a_delegate_puts_on_record_what_does_not_end_the_task_and_it_takes_effect() -> None:
    desk, task = at_push_2()
    assert desk.state.clock(f"contact:{task.task_id}")
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.decide(task, "contacted", COLLEAGUE, **CONTACT)
    assert [(d.name, d.actor_id, d.proposal, d.post) for d in task.record] == [("contacted", "colleague", False, None)]
    assert desk.state.clock(f"contact:{task.task_id}") is None
    assert task.delegate == "colleague"


def test_what_would_end_the_task_is_only_proposed_and_it_comes_back() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.decide(task, "settled", COLLEAGUE, **SETTLED)
    assert (task.state, task.assignee, task.delegate, task.decision) == ("claimed", "officer", None, None)
    [proposal] = task.record
    assert (proposal.name, proposal.proposal, proposal.fields["summary"]) == ("settled", True, "双方和解")
    assert desk.logged("proposed") == ["责任跟进：拟办意见（已化解）"]
    assert desk.logged("decision") == []
    with pytest.raises(NotEntitled):
        check(desk.state, desk.command(task, "settled", COLLEAGUE, **SETTLED), desk.at)
    desk.decide(task, "settled", OFFICER, **SETTLED)
    assert task.state == "done"
    assert task.decision
    assert (task.decision.actor_id, task.decision.proposal) == ("officer", False)


def test_a_proposal_has_no_effect_of_its_own() -> None:
    desk = Desk()
    desk.case.enter(Stage.PUSH_3)
    desk.case.start_colour_clock()
    desk.case.open("approve_change", to=[Post(role="supervisor", path="/c")], about={"title": "延期"})
    aside = desk.case.open("apply_protection", to=[Post(role="responsible_officer", path=STATION)])
    desk.delegate(aside, OFFICER, COLLEAGUE)
    desk.decide(aside, "apply", COLLEAGUE)
    assert [t.kind for t in desk.state.pending("court_protection")] == []
    desk.decide(aside, "apply", OFFICER)
    assert [t.kind for t in desk.state.pending("court_protection")] == ["court_protection"]


def test_an_older_contact_takes_no_second_effect_behind_a_proposal() -> None:
    desk = Desk()
    desk.case.enter(Stage.PUSH_3)
    task = desk.case.open("dispose", about={"path": STATION}, to=[Post(role="command_room", path=STATION)])
    desk.delegate(task, COLLEAGUE, OFFICER)
    desk.decide(task, "disposed", OFFICER, summary="已处置", met=MET, evidence=[PICTURE])
    assert desk.logged("intervened") == []
    desk.decide(task, "disposed", COLLEAGUE, summary="已处置", met=MET, evidence=[PICTURE])
    assert task.state == "done"


def test_a_proposal_is_checked_like_an_answer() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    with pytest.raises(FieldsInvalid):
        check(desk.state, desk.command(task, "settled", COLLEAGUE), desk.at)
    assert task.delegate == "colleague"


def test_a_delegate_hands_back_and_who_delegated_takes_back() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.claim(task, COLLEAGUE, release=True, reason="不了解情况")
    assert (task.assignee, task.delegate, task.state) == ("officer", None, "claimed")
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.claim(task, OFFICER)
    assert (task.assignee, task.delegate) == ("officer", None)
    assert desk.logged("delegation_returned", "delegation_recalled") == [
        "交回委托办理的责任跟进", "收回委托办理的责任跟进",
    ]  # fmt: skip


def test_who_delegated_may_decide_without_waiting() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.decide(task, "contacted", OFFICER, **CONTACT)
    assert task.delegate == "colleague"
    desk.decide(task, "settled", OFFICER, **SETTLED)
    assert task.state == "done"
    assert task.delegate is None


def test_delegating_again_replaces_the_delegate_and_twice_to_the_same_changes_nothing() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    entries = len(desk.state.timeline)
    desk.delegate(task, OFFICER, COLLEAGUE)
    assert len(desk.state.timeline) == entries
    desk.delegate(task, OFFICER, SECOND)
    assert task.delegate == "second"
    with pytest.raises(NotEntitled):
        check(desk.state, desk.command(task, "contacted", COLLEAGUE, **CONTACT), desk.at)


@pytest.mark.parametrize(
    ("to", "fit"),
    [
        (COLLEAGUE, True),  # the same organisation, another post
        (SECOND, True),
        (person("above", ("responsible_officer", "/c")), True),  # another candidate: the role above
        (STRANGER, False),
        (person("admin", ("admin_system", STATION)), False),
        (person("nobody"), False),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_delegate_is_a_colleague_or_a_candidate(to: Actor, fit: bool) -> None:
    desk, task = at_push_2()
    if fit:
        check_delegation(desk.state, handover(task, OFFICER, to))
    else:
        assert "本单位" in unfit(refused_delegation(desk, task, OFFICER, to))


def test_who_may_not_delegate() -> None:
    desk, task = at_push_2()
    assert isinstance(refused_delegation(desk, task, LEADER, COLLEAGUE), NotEntitled)
    assert "自己" in unfit(refused_delegation(desk, task, OFFICER, OFFICER))
    with pytest.raises(NotFound):
        check_delegation(desk.state, handover(task.model_copy(update={"task_id": "x"}), OFFICER, SECOND))
    desk.delegate(task, OFFICER, COLLEAGUE)
    assert isinstance(refused_delegation(desk, task, SECOND, COLLEAGUE), ClaimedByOther)
    assert isinstance(refused_delegation(desk, task, COLLEAGUE, SECOND), ClaimedByOther)  # a delegate does not delegate
    desk.decide(task, "settled", OFFICER, **SETTLED)
    assert isinstance(refused_delegation(desk, task, OFFICER, COLLEAGUE), TaskClosed)
    desk.case.close("resolved")
    assert isinstance(refused_delegation(desk, task, OFFICER, COLLEAGUE), DisputeClosed)


def test_a_delegate_neither_claims_nor_transfers_what_is_not_his() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, SECOND)
    with pytest.raises(ClaimedByOther):
        check_claim(desk.state, Claim(key="k", task_id=task.task_id, actor=SECOND))
    assert isinstance(refused_transfer(desk, task, SECOND, OFFICER), ClaimedByOther)


def test_a_delegate_must_not_be_barred_and_preparing_bars() -> None:
    desk = Desk()
    done = desk.push()
    desk.delegate(done, SCENE, CHIEF)
    desk.decide(done, "settled", CHIEF, summary="劝离")
    desk.decide(done, "settled", SCENE, summary="劝离")
    judged = desk.case.open("evaluate", to=desk.case.posts(desk.state.process.evaluation.at_station))
    assert judged.excluded == ["chief", "scene"]
    assert "回避" in unfit(refused_delegation(desk, judged, LEADER, SCENE))
    assert "回避" in unfit(refused_transfer(desk, judged, LEADER, CHIEF))


def test_who_prepared_one_seat_does_not_judge_from_the_other() -> None:
    desk = Desk("qionglai")
    desk.case.enter(Stage.EVALUATION)
    risk = PLACES["risk_centre"]
    seats = [desk.case.open("evaluate", to=desk.case.posts(seat), about={"seat": n})
             for n, seat in enumerate(desk.state.process.evaluation.joint, start=1)]  # fmt: skip
    police, helper = person("police", ("evaluator_police", risk)), person("helper", ("evaluator_committee", risk))
    desk.delegate(seats[0], police, helper)
    desk.decide(seats[0], "accept", helper)
    with pytest.raises(FourEyes):
        check(desk.state, desk.command(seats[1], "accept", helper), desk.at)
    other = person("other", ("evaluator_committee", risk))
    assert "回避" in unfit(refused_delegation(desk, seats[1], other, helper))
    desk.decide(seats[0], "accept", police)
    assert "回避" in unfit(refused_delegation(desk, seats[1], other, police))


# --- transferring


def test_an_offered_task_stays_whose_it_is_until_the_other_accepts() -> None:
    desk, task = at_push_2()
    desk.transfer(task, OFFICER, SECOND, "本人休假")
    assert (task.state, task.assignee, task.offered_to, task.offer_reason) == (
        "claimed", "officer", "second", "本人休假",
    )  # fmt: skip
    assert (standing(task, OFFICER), standing(task, SECOND)) == ("mine", "offered")
    with pytest.raises(ClaimedByOther):
        check(desk.state, desk.command(task, "settled", SECOND, **SETTLED), desk.at)
    desk.claim(task, SECOND)
    assert (task.state, task.assignee, task.assignee_name, task.offered_to) == ("claimed", "second", "second", None)
    assert desk.logged("transfer_offered", "transfer_accepted") == ["移交责任跟进", "接收移交的责任跟进"]
    with pytest.raises(ClaimedByOther):
        check(desk.state, desk.command(task, "settled", OFFICER, **SETTLED), desk.at)


def test_a_rejected_offer_leaves_the_task_where_it_is_with_the_reason_on_record() -> None:
    desk, task = at_push_2()
    desk.transfer(task, OFFICER, SECOND)
    desk.claim(task, SECOND, release=True, reason="手上案件较多")
    assert (task.assignee, task.offered_to) == ("officer", None)
    assert desk.state.timeline[-1].detail["reason"] == "手上案件较多"
    with pytest.raises(ClaimedByOther):
        check_claim(desk.state, Claim(key="k", task_id=task.task_id, actor=SECOND, release=True))


@pytest.mark.parametrize("doing", ["claim", "release", "contacted", "settled", "another", "delegate"])
def test_acting_on_the_task_oneself_withdraws_the_offer(doing: str) -> None:
    desk, task = at_push_2()
    third = person("third", ("responsible_officer", STATION))
    desk.transfer(task, OFFICER, SECOND)
    match doing:
        case "claim" | "release":
            desk.claim(task, OFFICER, release=doing == "release")
        case "contacted":
            desk.decide(task, "contacted", OFFICER, **CONTACT)
        case "settled":
            desk.decide(task, "settled", OFFICER, **SETTLED)
        case "another":
            desk.transfer(task, OFFICER, third)
        case "delegate":
            desk.delegate(task, OFFICER, COLLEAGUE)
    assert task.offered_to == ("third" if doing == "another" else None)
    assert desk.logged("transfer_withdrawn") == ([] if doing == "settled" else ["撤回移交责任跟进"])


def test_a_delegates_note_does_not_withdraw_an_offer_and_accepting_ends_the_delegation() -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.transfer(task, OFFICER, SECOND)
    desk.decide(task, "contacted", COLLEAGUE, **CONTACT)
    assert (task.delegate, task.offered_to) == ("colleague", "second")
    desk.claim(task, SECOND)
    assert (task.assignee, task.delegate, task.delegate_note) == ("second", None, "")


def test_only_another_candidate_is_offered_a_task() -> None:
    desk, task = at_push_2()
    assert "可办理" in unfit(refused_transfer(desk, task, OFFICER, COLLEAGUE))
    assert "可办理" in unfit(refused_transfer(desk, task, OFFICER, STRANGER))
    assert "自己" in unfit(refused_transfer(desk, task, OFFICER, OFFICER))
    assert isinstance(refused_transfer(desk, task, SUPERVISOR, SECOND), NotEntitled)
    desk.claim(task, OFFICER)
    assert isinstance(refused_transfer(desk, task, SECOND, OFFICER), ClaimedByOther)


@pytest.mark.parametrize("doing", ["void", "reassign", "close"])
def test_a_task_that_ends_or_goes_to_others_is_nobodys_to_prepare_or_to_take(doing: str) -> None:
    desk, task = at_push_2()
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.transfer(task, OFFICER, SECOND)
    match doing:
        case "void":
            desk.case.void([task], "已无需办理")
        case "reassign":
            desk.act("reassign", SUPERVISOR, reason="调整", role="department_handler", organisation="housing")
        case "close":
            desk.act("withdraw", SUPERVISOR, reason="撤回")
    assert (task.delegate, task.offered_to, task.delegate_note, task.offer_reason) == (None, None, "", "")


def test_every_change_of_hands_is_stamped_on_the_task() -> None:
    desk, task = at_push_2()
    steps: tuple[Callable[[], Task], ...] = (
        lambda: desk.delegate(task, OFFICER, COLLEAGUE),
        lambda: desk.claim(task, COLLEAGUE, release=True),
        lambda: desk.delegate(task, OFFICER, COLLEAGUE),
        lambda: desk.claim(task, OFFICER),
        lambda: desk.delegate(task, OFFICER, COLLEAGUE),
        lambda: desk.decide(task, "settled", COLLEAGUE, **SETTLED),
        lambda: desk.transfer(task, OFFICER, SECOND),
        lambda: desk.claim(task, SECOND, release=True),
        lambda: desk.transfer(task, OFFICER, SECOND),
        lambda: desk.claim(task, OFFICER),
        lambda: desk.transfer(task, OFFICER, SECOND),
        lambda: desk.claim(task, SECOND),
        lambda: desk.claim(task, SECOND, release=True),
    )
    for number, step in enumerate(steps):
        before = desk.state.revision
        step()
        assert task.revision > before, f"step {number}"
        assert desk.state.timeline[-1].revision == desk.state.revision == task.revision + 1


def test_the_read_model_is_told_who_prepares() -> None:
    desk, task = at_push_2()
    before = desk.state.revision
    desk.delegate(task, OFFICER, COLLEAGUE)
    desk.transfer(task, OFFICER, SECOND)
    image = project(desk.state, since=before)
    [shown] = image.tasks
    assert (shown.assignee, shown.delegate, shown.offered_to) == ("officer", "colleague", "second")
    desk.claim(task, SECOND)
    [shown] = project(desk.state).tasks
    assert (shown.assignee, shown.delegate, shown.offered_to) == ("second", None, None)


def test_a_task_is_the_matter_of_whoever_is_asked_or_has_it_in_hand_while_it_is_open() -> None:
    desk, task = at_push_2()
    whose = {person.person_id: person for person in (OFFICER, SECOND, COLLEAGUE, STRANGER, SCENE)}

    def theirs() -> set[str]:
        return {name for name, person in whose.items() if concerned(task, person)}

    assert theirs() == {"officer", "second"}
    desk.claim(task, OFFICER)
    assert theirs() == {"officer", "second"}  # whoever was slower may have filled in his form
    desk.delegate(task, OFFICER, COLLEAGUE)
    assert theirs() == {"officer", "second", "colleague"}
    desk.decide(task, "settled", OFFICER, **SETTLED)
    assert theirs() == set()
