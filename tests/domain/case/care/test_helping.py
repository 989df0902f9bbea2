"""帮扶措施: done for the people behind a quarrel, by a department, with date and result; the case waits for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.base import china
from domain.case.care.helping import measures
from domain.image.projection import project
from domain.image.public_document import public_document
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told
from tests.domain.support import MONDAY

FOUR = ("精神鉴定", "送医治疗", "残疾证", "低保")


def found_by_the_grid() -> Told:
    """A grid worker has visited, the community has it, and it is the market bureau's in the end."""
    told = Told("huangshi", source="grid")
    told.answer("confirm_triage", "report_up")
    told.answer("confirm_triage", "confirm")
    told.answer("dispatch", "assign", lead="market", cooperating=[])
    told.answer("accept_assignment", "accept")
    return told


@pytest.mark.req("H-064", "H-069")
def test_each_measure_has_its_department_date_and_result_and_the_case_is_closed_after_the_last() -> None:
    """“社区组织为老人子女做了精神鉴定、送医治疗，并办理残疾证、低保等”"""
    told = found_by_the_grid()
    for measure in FOUR:
        told.act("arrange_help", measure=measure, whom="老人子女", organisation="housing")
    assert {post.path for post in told.task("help_out").addressees} == {"/c/housing"}
    told.answer("help_out", "progress", summary="已预约")
    told.answer("help_out", "done", result="鉴定为精神残疾二级")
    told.answer("help_out", "not_possible", reason="家属不同意住院")
    told.answer("dispose", "disposed")
    told.answer("evaluate", "accept")
    assert told.state.stage is Stage.FOLLOW_UP, "concluded while people are still being helped"
    while "visit" in told.open_kinds or any(t.state == "scheduled" for t in told.state.tasks):
        if "visit" in told.open_kinds:
            told.answer("visit", "stable")
        else:
            told.life.pass_time(timedelta(days=31))
    assert not told.state.closed, "two measures are still open"
    told.answer("help_out", "done", result="残疾证已发")
    assert not told.state.closed
    told.answer("help_out", "done", result="低保已批")
    assert told.state.outcome == "resolved"
    shown = public_document(told.state).helps
    assert [(each.measure, each.state) for each in shown] == list(
        zip(FOUR, ("done", "not_possible", "done", "done"), strict=True)
    )
    assert shown[0].on == china(MONDAY).date()
    assert shown[1].result == "家属不同意住院"


def test_the_same_measure_is_not_arranged_twice_and_nothing_is_done_tomorrow() -> None:
    told = found_by_the_grid()
    told.act("arrange_help", measure="低保", whom="老人子女", organisation="housing")
    with pytest.raises(ApplicationError) as refused:
        told.act("arrange_help", measure="低保", whom="老人子女", organisation="housing")
    assert "已在为老人子女办理" in said(refused.value)
    with pytest.raises(ApplicationError) as refused:
        told.answer("help_out", "done", on="2099-01-01", result="已批")
    assert fields_of(refused.value) == ["on"]
    assert [each.state for each in measures(told.state)] == ["open"]


def test_a_city_without_such_measures_offers_none() -> None:
    with pytest.raises(ApplicationError):
        Told("jinhua").act("arrange_help", measure="低保", whom="老人", organisation="housing")


@pytest.mark.req("H-063", "H-062")
def test_the_grid_worker_visits_and_reports_up_before_anybody_called_the_police() -> None:
    """“经走访，网格员得知……可能存在精神障碍，及时上报社区”"""
    told = Told("huangshi", source="grid")
    [post] = told.task("confirm_triage").addressees
    assert (post.role, told.open_kinds) == ("grid_worker", ["confirm_triage"])
    for passed_on in ("report_up", "confirm", "correct"):  # the community is asked next, whatever it is called
        with pytest.raises(ApplicationError) as refused:
            told.answer("confirm_triage", passed_on, met=[])
        [error] = refused.value.details[0]["errors"]
        assert (error["field"], error["message"]) == ("met", "至少填写1项"), "a report without a visit is refused"
    told.answer("confirm_triage", "report_up")
    [post] = told.task("confirm_triage").addressees
    assert post.role == "village_secretary"
    told.answer("confirm_triage", "confirm")
    assert told.state.stage is Stage.PUSH_3
    assert "handle_on_scene" not in {task.kind for task in told.state.tasks}


def fields_of(refusal: ApplicationError) -> list[str]:
    """The fields that a refusal names."""
    return [error["field"] for error in refusal.details[0]["errors"]]


def said(refusal: ApplicationError) -> str:
    """What a refusal says of its fields."""
    return "".join(error["message"] for error in refusal.details[0]["errors"])


def test_neither_the_measure_nor_for_whom_it_is_stands_where_lists_have_it_in_the_clear() -> None:
    told = found_by_the_grid()
    told.act("arrange_help", measure="精神鉴定", whom="老人子女傅某", organisation="housing")
    [shown] = [task.title for task in project(told.state).tasks if task.task.kind == "help_out"]
    assert shown.startswith("第1项")
    assert not any(word in shown for word in ("精神", "老人", "傅"))
