"""Who sits at a session: people who hold the posts, one seat each; guests with consent."""

from __future__ import annotations

from typing import Any

import pytest

from domain.case.records import Session
from domain.case.seating import check_table, seated, wanted_at
from domain.errors import FieldsInvalid, FourEyes
from domain.people.organisation import Actor, Post, Represented
from domain.policy.fields import Participant
from domain.policy.parts.ladder import Tier
from domain.policy.stages import Stage
from domain.transitions.decisions import take
from tests.domain.support import CHIEF, MONDAY, OFFICER, PLACES, Desk, person, table

STATION, OFFICE, COURT, TOWN = (PLACES[at] for at in ("station", "justice_office", "court", "township"))
CHIEFS = (
    person("金所长", ("station_chief", STATION)),
    person("徐所长", ("justice_chief", OFFICE)),
    person("钱庭长", ("court_chief", COURT)),
)
LEADERS = (person("赵镇长", ("township_leader", TOWN)), person("孙局长", ("department_leader", "/c/housing")))


def tier(number: int, code: str = "qionglai") -> tuple[Desk, Tier]:
    desk = Desk(code)
    assert desk.state.process.ladder
    return desk, desk.state.process.ladder.tiers[number]


def wrong(number: int, *people: Actor, code: str = "qionglai", more: tuple[dict[str, Any], ...] = ()) -> list[str]:
    desk, at = tier(number, code)
    sitting = [Participant(person=each.person_id) for each in people] + [Participant(**guest) for guest in more]
    return [error["message"] for error in check_table(desk.state, at, sitting, {p.person_id: p for p in people})]


@pytest.mark.req("Q-013", "Q-094")
def test_the_three_chiefs_of_the_township_join_hands_with_the_leaders_in_charge() -> None:
    """“派出所所长、司法所所长、法庭庭长‘三长’联手与镇街分管领导、部门分管领导进行第三层级三次联调”."""
    assert wrong(2, *CHIEFS, *LEADERS) == []
    (missing,) = wrong(2, *CHIEFS[:2], *LEADERS)
    assert "缺少法庭庭长" in missing
    elsewhere = person("别处所长", ("station_chief", "/c/police/other"))
    (missing,) = wrong(2, elsewhere, *CHIEFS[1:], *LEADERS)
    assert "缺少派出所所长" in missing


@pytest.mark.req("Q-012", "Q-093", "Q-094")
def test_one_name_does_not_fill_five_seats() -> None:
    """“三长联手”: five posts, five people, whatever is typed."""
    desk, top = tier(2)
    roles = ("station_chief", "justice_chief", "court_chief", "township_leader", "department_leader")
    typed = [Participant(role=role, name="王某") for role in roles]
    found = check_table(desk.state, top, typed, {})
    assert [error["field"] for error in found] == [f"participants.{n}" for n in range(5)] + ["participants"] * 5
    chief = CHIEFS[0]
    five = [Participant(person=chief.person_id, name=chief.name) for _ in roles]
    found = check_table(desk.state, top, five, {chief.person_id: chief})
    assert [error["message"] for error in found][:4] == ["金所长已在座：每人只占一个席位"] * 4
    assert len(found) == 8


def test_who_holds_two_posts_sits_by_one_of_them() -> None:
    both = person("两头", ("station_chief", STATION), ("justice_chief", OFFICE))
    (missing,) = wrong(2, both, CHIEFS[2], *LEADERS)
    assert "缺少司法所所长" in missing
    # He moves to the other seat where somebody else can take his: whatever order they stand in.
    assert wrong(2, both, CHIEFS[0], CHIEFS[2], *LEADERS) == []
    assert wrong(2, CHIEFS[1], both, CHIEFS[2], *LEADERS) == []


@pytest.mark.req("Q-012")
def test_a_section_s_head_and_the_leader_in_charge_are_two_roles() -> None:
    """“派出所社区副所长、社区领导、部门科室领导” are the second tier's, “部门分管领导” is the third's."""
    near = (person("副所长", ("station_deputy", STATION)), person("书记", ("village_secretary", PLACES["village"])))
    assert wrong(1, *near, person("科长", ("department_section_chief", "/c/housing"))) == []
    (missing,) = wrong(1, *near, LEADERS[1])
    assert "缺少部门科室领导" in missing
    (missing,) = wrong(2, *CHIEFS, LEADERS[0], person("科长", ("department_section_chief", "/c/housing")))
    assert "缺少部门分管领导" in missing


def test_where_nobody_knows_the_place_any_township_s_leader_may_sit() -> None:
    desk, top = tier(2)
    desk.state.places["township"] = desk.state.places["centre"]
    other = person("邻镇", ("township_leader", "/c/other-town"))
    people = {p.person_id: p for p in (*CHIEFS, other, LEADERS[1])}
    assert check_table(desk.state, top, [Participant(person=p) for p in people], people) == []


def test_a_deputy_sits_for_whom_he_represents() -> None:
    lent = Represented(
        person_id="金所长", name="金所长", until=MONDAY, posts=[Post(role="station_chief", path=STATION)]
    )
    deputy = Actor(person_id="代班", name="代班", posts=[], deputises=[lent])
    assert wrong(2, deputy, *CHIEFS[1:], *LEADERS) == []


@pytest.mark.req("Q-025")
def test_guests_are_free_and_come_with_consent() -> None:
    guest = {"name": "消费者代表", "organisation": "车友会"}
    assert wrong(2, *CHIEFS, *LEADERS, more=({**guest, "consent": True},)) == []
    (refused,) = wrong(2, *CHIEFS, *LEADERS, more=(guest,))
    assert "须征得双方当事人同意" in refused
    (unknown,) = wrong(2, *CHIEFS, *LEADERS, more=({"name": "某调解员", "role": "mediator", "consent": True},))
    assert "没有名为“某调解员”的在岗人民调解员" in unknown


def test_who_is_said_to_sit_by_a_post_holds_it() -> None:
    desk, at = tier(0, "jinhua")
    said = [Participant(person="officer", role="station_deputy")]
    assert [e["message"] for e in check_table(desk.state, at, said, {"officer": OFFICER})] == [
        "officer现不在分管副所长岗位", "责任民警调解缺少民警（station的责任民警、分管副所长，须为在岗人员）",
    ]  # fmt: skip


def test_a_line_may_ask_for_several() -> None:
    desk, at = tier(0, "jinhua")
    two = at.model_copy(update={"requires": [at.requires[0].model_copy(update={"at_least": 2})]})
    one, other = OFFICER, person("副", ("station_deputy", STATION))
    assert [e["field"] for e in check_table(desk.state, two, [Participant(person="officer")], {"officer": one})] == [
        "participants"
    ]
    both = [Participant(person="officer"), Participant(person="副")]
    assert check_table(desk.state, two, both, {"officer": one, "副": other}) == []


def test_a_form_without_participants_is_not_a_session() -> None:
    desk, at = tier(0)
    assert check_table(desk.state, at, None, {}) == []


def test_on_record_is_who_sat_by_which_post() -> None:
    desk, at = tier(2)
    people = {p.person_id: p for p in (*CHIEFS, *LEADERS)}
    sitting = [Participant(person=p) for p in people] + [Participant(name="亲友", consent=True)]
    shown = seated(desk.state, at, sitting, people)
    assert shown[0] == {"person": "金所长", "name": "金所长", "role": "station_chief", "organisation": "ps"}
    assert shown[-1] == {"name": "亲友", "consent": True}


@pytest.mark.req("Q-046")
def test_who_sat_at_the_table_does_not_judge_what_came_of_it() -> None:
    desk = Desk("jinhua")
    desk.case.enter(Stage.MEDIATION)
    at = desk.state.process.ladder
    assert at
    about = {"tier_number": 0, "requires": [{**need.model_dump(), "path": STATION} for need in at.tiers[0].requires]}
    task = desk.case.open("mediate", to=desk.case.posts(at.tiers[0].convenor), about=about)
    leader = person("leader", ("duty_leader", STATION), ("responsible_officer", STATION))
    command = desk.command(task, "agreed", OFFICER, participants=[{"person": "leader"}], terms=["和解"])
    command.people = {"leader": leader}
    taken = take(desk.case, command)
    assert taken.decision
    desk.state.sessions.append(Session(round=1, tier="officer", number=1, at=desk.at, result="agreed",
                                       participants=taken.decision.fields["participants"]))  # fmt: skip
    judged = desk.case.open("evaluate", to=[Post(role="duty_leader", path=STATION)], about={"seat": 1})
    with pytest.raises(FourEyes):
        desk.decide(judged, "accept", leader)
    desk.decide(judged, "accept", person("other", ("duty_leader", STATION)))


def test_a_table_that_is_not_whole_is_refused_by_the_rule_that_takes_it() -> None:
    desk, at = tier(2)
    task = desk.case.open("mediate", to=desk.case.posts(at.convenor), about={"tier_number": 2})
    with pytest.raises(FieldsInvalid) as refusal:
        desk.decide(task, "agreed", CHIEF, participants=table([{"any_of": ["station_chief"], "path": STATION,
                                                                "at_least": 1}]), terms=["道歉"])  # fmt: skip
    assert [error["field"] for error in refusal.value.errors] == ["participants"] * 4


def test_at_a_table_is_wanted_who_fills_a_line_at_its_place_and_of_officers_the_one_who_has_the_case() -> None:
    station = "/county/bureau/station-gushan"
    lines: list[dict[str, Any]] = [
        {"any_of": ["mediator"]},
        {"any_of": ["responsible_officer", "station_chief"], "path": station},
    ]

    def wanted(role: str, path: str, officer: str | None = None) -> bool:
        return wanted_at(lines, Actor(person_id="p-1", name="甲", posts=[Post(role=role, path=path)]), officer)

    assert wanted("mediator", "/county/justice/justice-gushan")
    assert wanted("station_chief", station, officer="p-2")
    assert wanted("responsible_officer", station)
    assert wanted("responsible_officer", station, officer="p-1")
    assert not wanted("responsible_officer", station, officer="p-2")
    assert not wanted("responsible_officer", "/county/bureau/station-baiyang")
    assert not wanted("grid_worker", station)
