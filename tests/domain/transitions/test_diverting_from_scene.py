"""派单: the officer makes the scene safe and sends the matter to whose it is, or to the mediator at the station."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from domain.case.diverting import verdict_of
from domain.indicators.counting import tally
from domain.indicators.events import TallyKind
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told


def at_scene(**more: object) -> Told:
    """An alarm in Huangshi: an officer is there, and the command room judges beside him."""
    told = Told("huangshi", **more)  # type: ignore[arg-type]
    assert told.state.stage is Stage.PUSH_1
    assert told.open_kinds == ["confirm_triage", "handle_on_scene"]
    return told


@pytest.mark.req("H-041", "H-034")
def test_the_scene_is_made_safe_before_anything_is_sent_from_it() -> None:
    """“双方矛盾比较激烈。稳控现场后，民警‘派单’。”"""
    told = at_scene()
    assert verdict_of(told.state).verdict == "never"
    with pytest.raises(ApplicationError) as refused:
        told.answer("confirm_triage", "confirm", divert=True)
    assert "尚无人确认现场已稳控" in said(refused.value)
    told.answer("confirm_triage", "confirm")
    assert told.state.stage is Stage.PUSH_1, "the desk's word alone sends nothing before the scene is safe"
    with pytest.raises(ApplicationError) as refused:
        told.answer("handle_on_scene", "divert", scene_safe=False)
    assert "须先稳控现场" in said(refused.value)
    told.answer("handle_on_scene", "divert", scene_safe=True, suggested=["housing"])
    assert (told.state.stage, told.state.suggested) == (Stage.PUSH_3, ["housing"])
    [record] = [each for each in told.state.diversions if each.diverted]
    assert (record.verdict, record.deviation, record.by_name) == ("must", None, "on_scene_officer1")


@pytest.mark.req("H-002")
def test_why_it_is_none_of_the_polices_is_said_by_code() -> None:
    """“去了也只能劝，加装电梯的事儿公安也没法解决。”"""
    told = at_scene()
    with pytest.raises(ApplicationError) as refused:
        told.answer("handle_on_scene", "divert", reason_code="because")
    assert fields_of(refused.value) == ["reason_code"]
    told.answer("handle_on_scene", "divert", reason_code="not_police_power")
    [task] = [task for task in told.state.tasks if task.kind == "handle_on_scene"]
    assert task.decision is not None
    assert task.decision.fields["reason_code"] == "not_police_power"
    assert task.decision.fields["reason_code_name"] == "非公安事权", "in the words that the city gave it"


@pytest.mark.req("H-033")
def test_what_is_the_polices_is_never_sent_and_what_is_not_and_is_kept_is_a_deviation() -> None:
    """“‘应分流尽分流’和‘非必要不分流’相统一原则”"""
    theirs = at_scene(police=True)
    with pytest.raises(ApplicationError, match="不得分流：须公安先行处置"):
        theirs.answer("handle_on_scene", "divert")
    kept = at_scene()
    kept.answer("handle_on_scene", "unsettled", reason="先由社区民警做工作", scene_safe=True, urgent=False)
    assert kept.state.stage is Stage.PUSH_2
    assert [each.deviation for each in kept.state.diversions] == ["missed"]
    assert [t.result for t in tally(kept.state) if t.kind is TallyKind.DIVERSION] == ["missed"]


@pytest.mark.req("H-046", "H-069")
def test_the_police_see_it_to_the_end_and_one_of_them_by_name() -> None:
    """“谁家的孩子谁家抱”“分流不分家”，“实现群众的烦心事有人一管到底”"""
    told = at_scene()
    told.answer("handle_on_scene", "divert")
    owner = told.task("watch_through")
    assert (owner.assignee_name, owner.named) == ("责任民警", True)
    seen = {post.role for post in told.task("dispatch").watchers}
    assert {"responsible_officer", "station_deputy"} <= seen
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "disposed")
    told.answer("confirm_triage", "confirm")
    told.answer("evaluate", "accept")
    assert told.state.stage is Stage.FOLLOW_UP
    assert told.task("watch_through") is owner, "the same, until it is closed"


@pytest.mark.req("H-051", "H-050")
def test_the_mediator_at_the_station_sits_with_them_before_anybody_else() -> None:
    """“区司法局派驻人民调解员驻公安派出所调解97起”"""
    told = at_scene()
    told.answer("handle_on_scene", "mediate", reason="双方愿意当场调解")
    session = told.task("mediate")
    assert (session.about["tier"], [post.role for post in session.addressees]) == ("stationed", ["stationed_mediator"])
    told.answer("mediate", "agreed", terms=["夜间不再施工"])
    told.answer("confirm_triage", "confirm")
    assert told.state.stage is Stage.EVALUATION
    assert not any(each.diverted for each in told.state.diversions), "it never left the station"


def test_a_city_that_says_nothing_of_it_has_neither_at_the_scene() -> None:
    told = Told("jinhua")
    for decision, why in (("divert", "不由现场民警派单"), ("mediate", "现场不直接交调解")):
        with pytest.raises(ApplicationError, match=why):
            told.answer("handle_on_scene", decision)


def fields_of(refusal: ApplicationError) -> list[str]:
    """The fields that a refusal names."""
    return [error["field"] for error in refusal.details[0]["errors"]]


def said(refusal: ApplicationError) -> str:
    """What a refusal says of its fields."""
    return "".join(error["message"] for error in refusal.details[0]["errors"])
