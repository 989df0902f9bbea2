"""函件 (W-081, W-082, W-032): by hand or with a step of the mechanism, proved delivered, seen, answered; chased."""

from __future__ import annotations

import pytest

from domain.case.letters.notice import carried, state_of
from domain.case.state import Task
from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled, Refused
from domain.indicators.counting import tally
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import Count, figure
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.forms.notices import SendNotice
from domain.policy.parts.notices import NoticePolicy
from domain.policy.stages import Stage
from domain.transitions.handover import Looked, take_look
from domain.transitions.letters.sending import notice_errors
from domain.transitions.supervision import supervise
from tests.domain.support import CHIEF, HANDLER, HOUSING, LEADER, MARKET, OFFICER, PLACES, SUPERVISOR, Desk, person

TEXT = "经营场所占用消防通道，不属公安职责，请依职责核查处理并反馈"


def written_to(desk: Desk, by: Actor = CHIEF, **fields: object) -> Task:
    """A 提示函 to the housing department."""
    desk.act("send_notice", by, **{"kind": "advice", "to": "housing", "text": TEXT, **fields})
    return desk.state.pending("answer_notice")[-1]


def refused(desk: Desk, by: Actor, **fields: object) -> Refused:
    """Why a 提示函 to the housing department is refused."""
    before = desk.state.model_copy(deep=True)
    with pytest.raises(Refused) as refusal:
        desk.act("send_notice", by, **{"kind": "advice", "to": "housing", "text": TEXT, **fields})
    assert desk.state == before
    return refusal.value


def on_scene() -> Desk:
    desk = Desk()
    desk.push()
    return desk


# --- by hand


@pytest.mark.req("W-082")
def test_a_letter_goes_to_its_department_and_is_proved_delivered_seen_and_answered() -> None:
    """“通报有关部门并发送提示函”."""
    desk = on_scene()
    task = written_to(desk)
    notice = carried(task)
    assert notice
    assert (notice.title, notice.role, notice.path, notice.to, notice.text) == (
        "提示函", "station_chief", PLACES["station"], HOUSING.path, TEXT)  # fmt: skip
    assert {post.path for post in task.addressees} == {HOUSING.path}
    assert task.delivery
    assert (task.delivery.delivered_at, task.delivery.seen_at, state_of(task, HOUSING.path)) == (desk.at, None, "open")
    desk.pass_time(hours=1)
    take_look(desk.case, Looked(key="l", task_id=task.task_id, actor=HANDLER))
    assert (task.delivery.seen_at, task.delivery.seen_name) == (desk.at, HANDLER.name)
    desk.decide(task, "answer", HANDLER, answer="已责令清除占道物品")
    assert state_of(task, HOUSING.path) == "answered"
    told = desk.state.timeline[-1]
    assert (told.kind, told.detail["person"], told.detail["text"]) == (
        "notice_answered",
        CHIEF.person_id,
        "已责令清除占道物品",
    )


@pytest.mark.req("H-036", "W-082")
def test_a_letter_that_nobody_looks_at_is_deemed_known() -> None:
    """“避免出现有责单位以‘不知情’推脱”."""
    desk = on_scene()
    task = written_to(desk)
    desk.pass_time(hours=25)
    assert task.delivery
    assert (task.delivery.seen_at, task.delivery.known_at is not None) == (None, True)
    assert desk.logged("deemed_known") == ["函件回复视为知悉"]


@pytest.mark.req("W-032")
def test_a_missing_answer_is_chased_by_reminders_and_supervision_one_level_after_the_other() -> None:
    """“已向相关部门推送信息4000余条，收到反馈信息500余条”: nobody may simply stay silent."""
    desk = on_scene()
    task = written_to(desk)
    desk.pass_time(days=30)
    fired = desk.state.clock(f"task:{task.task_id}")
    assert fired
    assert fired.fired == ["reminder_1", "reminder_2", "due", "overdue", "supervision", "promotion"]
    late = [t for t in desk.state.tasks if t.kind == "supervise" and t.about["task_id"] == task.task_id]
    assert [t.addressees[0].role for t in late] == ["supervisor", "leader"]
    desk.decide(task, "not_ours", HANDLER, reason="属消防部门职责", suggested_unit="market")
    assert [t.state for t in late] == ["void", "void"], "an answered letter is not supervised any more"


@pytest.mark.req("W-044")
def test_the_sender_may_give_the_day_on_which_an_answer_is_due() -> None:
    desk = on_scene()
    task = written_to(desk, due="2026-03-04T12:00")
    clock = desk.state.clock(f"task:{task.task_id}")
    assert clock
    assert f"{clock.due_at:%m-%d %H:%M}" == "03-04 12:00"
    notice = carried(task)
    assert notice
    assert notice.due_at == clock.due_at


def test_who_may_send_which_kind_is_the_playbook_s() -> None:
    desk = on_scene()
    assert isinstance(refused(desk, OFFICER), NotEntitled)
    other_kind = refused(desk, LEADER, kind="supervision")
    assert isinstance(other_kind, FieldsInvalid)
    assert other_kind.errors == [{"field": "kind", "message": "您的岗位不能发出督办单"}]
    desk.state.process = desk.state.process.model_copy(update={"notices": NoticePolicy()})
    assert isinstance(refused(desk, CHIEF), ActionNotAllowed)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"due": "2026-03-01T09:00"}, "due"), ({"due": "2027-06-01T09:00"}, "due"), ({"to": "moon"}, "to")],
)
def test_what_can_not_be_asked_is_refused(fields: dict[str, str], field: str) -> None:
    desk = on_scene()
    refusal = refused(desk, CHIEF, **fields)
    assert isinstance(refusal, FieldsInvalid)
    assert [error["field"] for error in refusal.errors] == [field]


def test_nobody_writes_to_his_own_organisation() -> None:
    """“已向相关部门推送信息4000余条,收到反馈信息500余条”: an answer from oneself is none."""
    desk = on_scene()
    station = OrganisationRef(code="station", name="本所", path=PLACES["station"])
    errors = notice_errors(
        desk.state, CHIEF, {"station": station}, SendNotice(kind="advice", to="station", text=TEXT), desk.at
    )
    assert [(error["field"], error["message"]) for error in errors] == [("to", "函件不能发给本单位")]


def test_no_second_letter_of_a_kind_while_the_first_waits_for_its_answer() -> None:
    desk = on_scene()
    task = written_to(desk)
    again = refused(desk, CHIEF)
    assert isinstance(again, FieldsInvalid)
    assert "尚未反馈" in again.errors[0]["message"]
    written_to(desk, to="market")
    desk.decide(task, "answer", HANDLER, answer="已办")
    written_to(desk)


def test_a_letter_that_is_given_to_another_organisation_is_withdrawn_from_the_first() -> None:
    desk = on_scene()
    task = written_to(desk)
    desk.pass_time(days=30)
    [late] = desk.state.pending("supervise")
    by = person("boss", ("leader", PLACES["county"]))
    desk.decide(late, "reassign", by, role="department_handler", organisation="market", reason="属市场监管")
    assert [state_of(task, ref.path) for ref in (HOUSING, MARKET)] == ["withdrawn", "open"]
    assert (task.about["organisation"], {post.path for post in task.addressees}) == ("market", {MARKET.path})


# --- with a step of the mechanism


def with_steps(stage: Stage, kind: str, **about: str) -> tuple[Desk, Task]:
    desk = Desk()
    policy = NoticePolicy(sent_with={"urge": "supervision"})
    desk.state.process = desk.state.process.model_copy(update={"notices": policy})
    return desk, desk.push(stage, kind, **about)


@pytest.mark.req("W-044")
def test_a_written_reminder_is_a_letter_to_who_is_late_and_is_followed_by_no_other() -> None:
    desk, task = with_steps(Stage.PUSH_3, "dispose", path=HOUSING.path, organisation="housing", name="住建局")
    late = supervise(desk.case, "overdue", "超期督办", level=0, task_id=task.task_id)
    desk.decide(late, "urge", SUPERVISOR, message="请于三日内办结并书面反馈")
    [asked] = desk.state.pending("answer_notice")
    notice = carried(asked)
    assert notice
    assert (notice.title, notice.by, notice.text) == ("督办单", SUPERVISOR.name, "请于三日内办结并书面反馈")
    assert asked.addressees == task.addressees
    again = supervise(desk.case, "overdue", "超期督办", level=1, task_id=task.task_id)
    desk.decide(again, "urge", person("boss", ("leader", PLACES["county"])), message="再次督办")
    assert desk.state.pending("answer_notice") == [asked]


# --- the figures


def letters_of(desk: Desk) -> list[Tally]:
    return [each for each in tally(desk.state) if each.kind is TallyKind.NOTICE]


@pytest.mark.req("W-032")
def test_each_letter_is_counted_once_of_whom_it_went_to_and_answered_by_a_person_alone() -> None:
    desk = on_scene()
    task = written_to(desk)
    written_to(desk, to="market")
    desk.pass_time(days=1)
    desk.decide(task, "answer", HANDLER, answer="已办")
    desk.case.close("withdrawn")
    counted = letters_of(desk)
    assert [(each.unit, each.result, each.done_at is not None, each.value) for each in counted] == [
        (HOUSING.path, "advice", True, 1), (MARKET.path, "advice", False, None)]  # fmt: skip


@pytest.mark.req("W-032")
def test_of_4000_letters_500_answers_are_12_5_per_cent() -> None:
    """“已向相关部门推送信息4000余条，收到反馈信息500余条”."""
    counts = [Count(kind=TallyKind.NOTICE, result="advice", done=done, value=int(done), n=n)
              for done, n in ((True, 500), (False, 3500))]  # fmt: skip
    assert figure(DEFINITIONS["feedback_rate"], counts).shown == "12.5%"
    assert figure(DEFINITIONS["notices"], counts).value == 4000
