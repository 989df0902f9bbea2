"""What a decision must prove: as the playbook demands it, and anew after a return."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.records import Evidence, Flag, Verdict
from domain.case.state import DisputeState, Task
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.policy.forms.demands import Demand
from domain.policy.stages import Stage
from domain.transitions.decisions import take
from domain.transitions.disposal import settle
from tests.domain.support import HANDLER, HOUSING, LETTER, OFFICER, PICTURE, SCENE, Desk

NEW = Evidence(attachment_id="a9", media_type="image/jpeg", sha256="9" * 64)


def wrong(desk: Desk, task: Task, decision: str, by: Actor, **more: Any) -> dict[str, str]:
    """The refusal of a decision, by field."""
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, decision, by, **more)
    return {error["field"]: error["message"] for error in refused.value.errors}


def demanding(**demands: Demand) -> Desk:
    """A case whose playbook demands these, by `kind__decision`."""
    desk = Desk()
    named = {name.replace("__", "."): demand for name, demand in demands.items()}
    desk.state.process = desk.state.process.model_copy(update={"demands": named})
    return desk


def met(desk: Desk) -> dict[str, Any]:
    """Somebody met now."""
    return {"met": [{"who": "李某", "at": desk.at.isoformat(), "where": "家中"}]}


def disposing(desk: Desk) -> Task:
    """The lead's question in push 3."""
    about = {"path": HOUSING.path, "organisation": HOUSING.code}
    return desk.push(Stage.PUSH_3, "dispose", **about)


def returned(desk: Desk, reason: str) -> None:
    """The evaluators return what was disposed of: the next round begins."""
    s: DisputeState = desk.state
    s.evaluations.append(
        Verdict(round=s.round, at=desk.at, verdict="return", evaluator="e", reason=reason, redo="same")
    )
    desk.case.next_round("退回重办")


class TestAfterAReturn:
    """“落地见人见事”; “敷衍塞责、弄虚作假的，予以退回，重新启动处置流程”."""

    @pytest.mark.req("Q-044", "Q-045", "Q-049")
    @pytest.mark.parametrize("reason", ["nobody_met", "perfunctory", "false", "thin_evidence", "other"])
    def test_the_same_text_and_photograph_do_not_pass_again(self, reason: str) -> None:
        desk = Desk("qionglai")
        desk.decide(disposing(desk), "disposed", HANDLER, summary="已电话联系双方", **met(desk), evidence=[PICTURE])
        returned(desk, reason)
        desk.at += timedelta(hours=2)
        task = disposing(desk)
        copy = PICTURE.model_copy(update={"attachment_id": "uploaded-again"})
        same: dict[str, Any] = {"summary": "已电话联系双方", **met(desk)}
        for evidence in ([PICTURE], [copy]):
            refusal = wrong(desk, task, "disposed", HANDLER, **same, evidence=evidence)
            assert refusal == {"attachments": "退回重办须附新的佐证：没有一份文件是上次退回以后新增的（落地见人见事）"}
        desk.decide(task, "disposed", HANDLER, summary="上门见到双方", **met(desk), evidence=[PICTURE, NEW])
        assert task.state == "done"

    @pytest.mark.req("Q-044", "Q-049")
    def test_nobody_was_met_before_the_round_began(self) -> None:
        desk = Desk("qionglai")
        before = met(desk)
        desk.decide(disposing(desk), "disposed", HANDLER, summary="已处置", **before, evidence=[PICTURE])
        desk.at += timedelta(days=1)
        returned(desk, "nobody_met")
        desk.at += timedelta(hours=1)
        task = disposing(desk)
        refusal = wrong(desk, task, "disposed", HANDLER, summary="已处置", **before, evidence=[NEW])
        assert refusal == {"met.0.at": "2026-03-02 09:00早于第2轮开始（2026-03-03 09:00），见面时间须在其后"}
        desk.decide(task, "disposed", HANDLER, summary="已处置", **met(desk), evidence=[NEW])

    @pytest.mark.req("Q-044")
    def test_the_police_bring_something_new_too(self) -> None:
        desk = Desk()
        desk.decide(desk.push(Stage.PUSH_2, "follow_up_responsibly"), "settled", OFFICER, summary="已和解")
        returned(desk, "nobody_met")
        task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
        assert list(wrong(desk, task, "settled", OFFICER, summary="已和解")) == ["attachments"]
        desk.decide(task, "settled", OFFICER, summary="上门见到双方，已和解", evidence=[LETTER])

    def test_a_round_that_redoes_nothing_asks_for_nothing_new(self) -> None:
        desk = Desk("qionglai")
        desk.decide(disposing(desk), "disposed", HANDLER, summary="已处置", **met(desk), evidence=[PICTURE])
        desk.case.next_round("回访发现反弹")
        desk.decide(disposing(desk), "disposed", HANDLER, summary="已处置", **met(desk), evidence=[PICTURE])


class TestWhatAPlaybookDemands:
    @pytest.mark.req("H-041", "H-002")
    def test_a_statement_must_be_true_and_a_reason_one_of_the_list(self) -> None:
        """“稳控现场后，民警‘派单’”; “公安也没法解决”."""
        demand = Demand(
            confirmed={"scene_safe": "现场已稳控"}, reasons={"not_police": "非公安事权", "complex": "疑难复杂"}
        )
        desk = demanding(handle_on_scene__unsettled=demand)
        task = desk.push()
        assert set(wrong(desk, task, "unsettled", SCENE, reason="各执一词")) == {"scene_safe", "reason_code"}
        refusal = wrong(desk, task, "unsettled", SCENE, reason="各执一词", scene_safe=False, reason_code="lazy")
        assert refusal == {
            "scene_safe": "须确认“现场已稳控”",
            "reason_code": "只能是not_police（非公安事权）、complex（疑难复杂）之一",
        }
        desk.decide(task, "unsettled", SCENE, reason="各执一词", scene_safe=True, reason_code="not_police")
        assert task.decision
        assert task.decision.fields["reason_code"] == "not_police"

    @pytest.mark.req("W-043")
    def test_the_other_side_signs_with_a_picture(self) -> None:
        """“面对面认领”."""
        desk = demanding(follow_up_responsibly__settled=Demand(signed=True))
        task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
        refusal = wrong(desk, task, "settled", OFFICER, summary="移交", signed_by=OFFICER.name, evidence=[LETTER])
        assert set(refusal) == {"attachments", "signed_by"}
        desk.decide(task, "settled", OFFICER, summary="移交", signed_by="王主任", evidence=[PICTURE])

    def test_each_role_is_present_in_a_person_of_its_own(self) -> None:
        desk = demanding(follow_up_responsibly__settled=Demand(present=["mediator", "grid_worker"]))
        task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
        two = [{"role": "mediator", "name": "甲"}, {"role": "mediator", "name": "乙"}]
        assert wrong(desk, task, "settled", OFFICER, summary="和解", participants=two) == {
            "participants": "在场人员缺少网格员"
        }
        two[1]["role"] = "grid_worker"
        desk.decide(task, "settled", OFFICER, summary="和解", participants=two)

    @pytest.mark.req("Q-044", "Q-045")
    def test_people_met_and_pictures_as_many_as_it_says_each_picture_once(self) -> None:
        desk = demanding(dispose__disposed=Demand(met=2, pictures=2), dispose__progress=Demand(met=1))
        task = disposing(desk)
        assert list(wrong(desk, task, "progress", HANDLER, summary="在办")) == ["met"]
        one = met(desk)
        assert "met" in wrong(desk, task, "disposed", HANDLER, summary="办结", **one, evidence=[PICTURE, NEW])
        both = {"met": one["met"] * 2}
        twice = [PICTURE, PICTURE.model_copy(update={"attachment_id": "a8"})]
        refusal = wrong(desk, task, "disposed", HANDLER, summary="办结", **both, evidence=twice)
        assert refusal == {"attachments": "处置反馈须附至少2份图片或视频"}
        desk.decide(task, "disposed", HANDLER, summary="办结", **both, evidence=[PICTURE, NEW])


def test_what_looks_odd_goes_with_the_answer_to_who_judges_it() -> None:
    desk = Desk("qionglai")
    task = disposing(desk)
    flag = Flag(code="same_text", text="文字与此前退回的反馈相似度95%")
    command = desk.command(task, "disposed", HANDLER, summary="办结", **met(desk), evidence=[PICTURE])
    command.flags = [flag]
    take(desk.case, command)
    assert task.decision
    settle(desk.case, task.decision)
    assert desk.state.disposal
    assert desk.state.disposal.flags == [flag]
    assert [e.detail["flags"] for e in desk.state.timeline if e.detail.get("flags")] == [[flag.text]]
