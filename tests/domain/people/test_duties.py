"""What is entrusted by name: who may entrust what to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import FieldsInvalid
from domain.people.duties import (
    QUALIFICATIONS,
    RULES,
    Duty,
    Entrusting,
    Subject,
    check_entrusting,
    fits,
    may_entrust,
)
from domain.people.organisation import ROLES, Actor, Post
from domain.people.task_forces import Forming, check_forming, may_form

NOW = datetime(2026, 11, 26, tzinfo=UTC)
STATION = "/county/bureau/station-gushan"
BEAT = Subject(code="beat-001", name="第1警格", path=f"{STATION}/beat-001", served_from=[STATION])
CATEGORIES = {"labor_wage_arrears", "labor"}


def person(name: str, *posts: tuple[str, str]) -> Actor:
    return Actor(person_id=name, name=name, posts=[Post(role=role, path=path) for role, path in posts])


OFFICER = person("汤荣", ("responsible_officer", STATION))
CHIEF = person("金有新", ("station_chief", STATION))
ELSEWHERE = person("外所所长", ("station_chief", "/county/bureau/station-baiyang"))
SUPERVISOR = person("督查", ("supervisor", "/county"))


def wrong(kind: Duty, subject: Subject, who: Actor, **more: object) -> dict[str, str]:
    """Field -> what is wrong with it."""
    asked = Entrusting.model_validate({"kind": kind, "subject": subject.code, "person": who.name, **more})
    try:
        check_entrusting(asked, subject, who, CATEGORIES, NOW)
    except FieldsInvalid as error:
        return {each["field"]: each["message"] for each in error.errors}
    return {}


def test_every_kind_has_a_rule_of_roles_there_are() -> None:
    assert set(RULES) == set(Duty)
    for rule in RULES.values():
        assert rule.roles | rule.entrusted_by <= set(ROLES)


def test_a_beat_is_entrusted_by_its_station_s_chief_and_those_above_and_by_nobody_else() -> None:
    assert may_entrust(CHIEF, Duty.BEAT_OFFICER, BEAT, OFFICER)
    assert may_entrust(SUPERVISOR, Duty.BEAT_OFFICER, BEAT, OFFICER)
    assert may_entrust(person("局领导", ("department_leader", "/county/bureau")), Duty.BEAT_OFFICER, BEAT, OFFICER)
    assert not may_entrust(ELSEWHERE, Duty.BEAT_OFFICER, BEAT, OFFICER)
    assert not may_entrust(OFFICER, Duty.BEAT_OFFICER, BEAT, person("同事", ("responsible_officer", STATION)))


def test_nobody_entrusts_himself_with_anything() -> None:
    both = person("兼任", ("station_chief", STATION), ("responsible_officer", STATION))
    assert not may_entrust(both, Duty.BEAT_OFFICER, BEAT, both)
    assert may_entrust(CHIEF, Duty.BEAT_OFFICER, BEAT, both)


def test_a_deputy_entrusts_nothing_in_the_other_s_name() -> None:
    """Entrusting is done in one's own name, as naming deputies is."""
    acting = Actor(person_id="代班", name="代班", posts=CHIEF.posts, on_behalf_of="金有新", on_behalf_name="金有新")
    assert may_entrust(acting, Duty.BEAT_OFFICER, BEAT, OFFICER), "a capacity has the posts"
    own = Actor(person_id="代班", name="代班", posts=[], deputises=[])
    assert not may_entrust(own, Duty.BEAT_OFFICER, BEAT, OFFICER), "and a person only his own"


@pytest.mark.req("Q-011", "J-025", "J-032")
def test_qualifications_are_those_of_the_reports_and_go_by_the_person_s_place() -> None:
    """“专职调解员、法律明白人”, “金牌调解员”, “法律援助律师”, “社区民辅警”"""
    volunteers = {f"调解志愿者（{source}）" for source in ("社区干部", "村组干部", "企业负责人", "治安积极分子")}
    others = set(QUALIFICATIONS.values()) - volunteers
    assert others == {"专职调解员", "法律明白人", "金牌调解员", "法律援助律师", "辅警", "志愿者"}
    gold = Subject(code="gold_mediator", name="金牌调解员")
    mediator = person("调解员", ("mediator", "/county/justice/justice-gushan"))
    head = person("司法所长", ("justice_chief", "/county/justice/justice-gushan"))
    assert may_entrust(head, Duty.QUALIFICATION, gold, mediator)
    assert not may_entrust(CHIEF, Duty.QUALIFICATION, gold, mediator), "not of his people"
    assert fits(Duty.QUALIFICATION, gold, mediator)


def test_who_gets_a_beat_holds_the_post_at_its_station() -> None:
    assert wrong(Duty.BEAT_OFFICER, BEAT, OFFICER) == {}
    assert wrong(Duty.BEAT_OFFICER, BEAT, CHIEF)["person"] == "金有新不是第1警格所属单位的责任民警"
    stranger = person("外所民警", ("responsible_officer", "/county/bureau/station-baiyang"))
    assert "person" in wrong(Duty.BEAT_OFFICER, BEAT, stranger)
    assert wrong(Duty.BEAT_DEPUTY, BEAT, person("副所长", ("station_deputy", STATION))) == {}


def test_administrators_are_entrusted_with_nothing() -> None:
    admin = person("管理员", ("admin_system", "/county"))
    told = wrong(Duty.QUALIFICATION, Subject(code="volunteer", name="志愿者"), admin)["person"]
    assert told == "管理员现无业务岗位；系统、安全、审计管理人员不得承担业务"


@pytest.mark.req("Q-014")
def test_a_line_of_work_names_rows_or_groups_of_the_responsibility_list() -> None:
    """“镇街分管领导、部门分管领导”"""
    town = Subject(code="town-gushan", name="古山镇", path="/county/town-gushan", served_from=["/county/town-gushan"])
    leader = person("分管领导", ("township_leader", "/county/town-gushan"))
    assert wrong(Duty.PORTFOLIO, town, leader, scope=["labor", "labor_wage_arrears"]) == {}
    assert "nonsense" in wrong(Duty.PORTFOLIO, town, leader, scope=["nonsense"])["scope"]
    assert wrong(Duty.BEAT_OFFICER, BEAT, OFFICER, scope=["labor"])["scope"] == "只有分管事项可以填写分管类别"


def test_an_end_comes_after_the_beginning_and_lies_ahead() -> None:
    assert wrong(Duty.BEAT_OFFICER, BEAT, OFFICER, since=NOW, until=NOW)["until"] == "结束时间须晚于开始时间"
    day = timedelta(days=1)
    assert wrong(Duty.BEAT_OFFICER, BEAT, OFFICER, since=NOW - 3 * day, until=NOW - day)["until"] == "结束时间已过"
    force = Subject(code="f", name="专班", path="/county/bureau", until=NOW + day)
    assert "不得晚于专班" in wrong(Duty.TASK_FORCE, force, OFFICER, until=NOW + 2 * day)["until"]


@pytest.mark.req("Q-010")
def test_a_task_force_has_an_end_and_is_formed_by_those_who_answer_for_the_organisation() -> None:
    """“成立工作专班”"""
    assert may_form(person("分析员", ("bureau_analyst", "/county/bureau")), "/county/bureau")
    assert not may_form(OFFICER, STATION)
    assert not may_form(CHIEF, "/county/bureau")
    asked = {"name": "复盘专班", "purpose": "逐案复盘", "organisation": "bureau", "until": NOW + timedelta(days=30)}
    check_forming(Forming.model_validate(asked), NOW)
    for until, message in ((NOW, "晚于"), (NOW + timedelta(days=400), "最长366天")):
        with pytest.raises(FieldsInvalid) as refused:
            check_forming(Forming.model_validate({**asked, "until": until}), NOW)
        assert message in refused.value.errors[0]["message"]
