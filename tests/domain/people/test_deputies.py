"""Deputies: in whose name somebody acts, four eyes on both, and who may stand in for whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.base import CHINA
from domain.errors import FieldsInvalid, FourEyes
from domain.people.deputies import check_naming, deputised, lent, level, may_confirm, steps_up
from domain.people.organisation import Actor, Post, Represented
from domain.policy.stages import Stage
from domain.transitions.decisions import check
from domain.transitions.handover import capacity, standing
from tests.domain.support import LEADER, OFFICER, Desk, person
from tests.domain.transitions.handover_support import (
    COLLEAGUE,
    SECOND,
    SETTLED,
    STATION,
    at_push_2,
    refused_delegation,
    unfit,
)

UNTIL = datetime(2026, 4, 1, tzinfo=CHINA)


def deputy(name: str, of: Actor, *own: tuple[str, str]) -> Actor:
    """Somebody with posts of his own who deputises for another now, as the API resolves him."""
    lent = Represented(person_id=of.person_id, name=of.name, until=UNTIL, posts=of.posts)
    return person(name, *own).model_copy(update={"deputises": [lent]})


def test_a_decision_by_a_post_of_his_own_is_his_own_otherwise_on_behalf() -> None:
    _, task = at_push_2()
    both = deputy("wang", OFFICER, ("responsible_officer", STATION))
    assert capacity(task, both, "decide").on_behalf_of is None
    only = deputy("wang", OFFICER, ("command_room", STATION))
    lent = capacity(task, only, "decide")
    assert (lent.person_id, lent.on_behalf_of, lent.on_behalf_name, lent.posts) == (
        "wang", "officer", "officer", OFFICER.posts,
    )  # fmt: skip
    assert lent.deputises == []
    neither = deputy("wang", LEADER, ("command_room", STATION))
    assert capacity(task, neither, "decide").on_behalf_of is None


def test_a_deputy_answers_what_the_represented_person_claimed() -> None:
    desk, task = at_push_2()
    desk.claim(task, OFFICER)
    wang = deputy("wang", OFFICER, ("responsible_officer", STATION))
    assert standing(task, wang) == "mine"
    desk.decide(task, "settled", capacity(task, wang, "decide"), **SETTLED)
    assert task.decision
    assert (task.decision.actor_id, task.decision.on_behalf_of, task.decision.on_behalf_name) == (
        "wang", "officer", "officer",
    )  # fmt: skip
    last = [entry for entry in desk.state.timeline if entry.kind == "decision"][-1]
    assert (last.actor_id, last.on_behalf_of, last.on_behalf_name) == ("wang", "officer", "officer")


def test_what_a_deputy_claims_is_in_the_hands_of_the_person_represented() -> None:
    desk, task = at_push_2()
    wang = capacity(task, deputy("wang", OFFICER), "claim")
    desk.claim(task, wang)
    assert (task.assignee, task.assignee_name) == ("officer", "officer")
    assert desk.state.timeline[-1].actor_id == "wang"
    desk.claim(task, OFFICER, release=True)
    assert task.state == "open"
    desk.delegate(task, wang, COLLEAGUE)
    assert (task.assignee, task.delegate) == ("officer", "colleague")
    desk.transfer(task, wang, SECOND)
    third = capacity(task, deputy("third", SECOND), "claim")
    desk.claim(task, third)
    assert task.assignee == "second"


def test_a_deputy_hands_nothing_to_himself_nor_to_whom_he_represents() -> None:
    desk, task = at_push_2()
    wang = capacity(task, deputy("wang", OFFICER), "hand_over")
    for to in (person("wang", ("responsible_officer", STATION)), OFFICER):
        assert "自己" in unfit(refused_delegation(desk, task, wang, to))


def test_four_eyes_sees_the_deputy_and_the_one_he_represents() -> None:
    desk = Desk()
    desk.decide(desk.push(), "settled", person("wang", ("on_scene_officer", STATION), on_behalf_of="scene"),
                summary="劝离")  # fmt: skip
    task = desk.case.open("evaluate", to=desk.case.posts(desk.state.process.evaluation.at_station))
    assert task.excluded == ["scene", "wang"]
    for barred in ("wang", "scene"):
        himself = person(barred, ("duty_leader", STATION))
        stands_in = person("clean", ("duty_leader", STATION), on_behalf_of=barred)
        represented = person(barred, ("duty_leader", STATION), on_behalf_of="clean")
        for actor in (himself, stands_in, represented):
            with pytest.raises(FourEyes):
                check(desk.state, desk.command(task, "accept", actor), desk.at)
    assert standing(task, deputy("clean", person("scene", ("duty_leader", STATION)))) == "barred"


def test_a_change_proposed_on_behalf_is_approved_by_neither() -> None:
    desk = Desk(colour="yellow")
    desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.act("recolour", person("wang", ("supervisor", "/c"), on_behalf_of="boss"), reason="平稳", colour="blue")
    [task] = desk.state.pending("approve_change")
    assert task.excluded == ["boss", "wang"]


def test_deputising_is_not_transitive() -> None:
    second = deputy("second", OFFICER)
    lent = Represented(person_id="second", name="second", until=UNTIL, posts=second.posts)
    third = person("third").model_copy(update={"deputises": [lent]})
    _, task = at_push_2()
    assert standing(task, third) == "watch"


NOW = datetime(2026, 3, 2, 9, tzinfo=CHINA)
DAY = timedelta(days=1)
ADMIN = person("admin", ("admin_security", "/c"))


@pytest.mark.parametrize(
    ("who", "stands_in", "since", "until", "field"),
    [
        (OFFICER, SECOND, NOW, NOW + 90 * DAY, None),
        (OFFICER, SECOND, NOW, NOW + 90 * DAY + timedelta(seconds=1), "until"),
        (OFFICER, SECOND, NOW, NOW, "until"),
        (OFFICER, SECOND, NOW + 2 * DAY, NOW + DAY, "until"),
        (OFFICER, SECOND, NOW - 2 * DAY, NOW - DAY, "until"),
        (OFFICER, OFFICER, NOW, NOW + DAY, "deputy"),
        (OFFICER, ADMIN, NOW, NOW + DAY, "deputy"),
        (ADMIN, OFFICER, NOW, NOW + DAY, "person"),
        (person("idle"), OFFICER, NOW, NOW + DAY, "person"),
    ],
)
def test_a_deputyship_has_a_beginning_an_end_and_two_fit_people(
    who: Actor, stands_in: Actor, since: datetime, until: datetime, field: str | None
) -> None:
    if field is None:
        check_naming(who, stands_in, since, until, NOW)
        return
    with pytest.raises(FieldsInvalid) as refusal:
        check_naming(who, stands_in, since, until, NOW)
    assert [error["field"] for error in refusal.value.errors] == [field]


def test_administration_and_audit_are_never_deputised() -> None:
    posts = [Post(role=role, path="/c") for role in ("supervisor", "auditor", "admin_system", "admin_security")]
    assert [post.role for post in deputised(posts)] == ["supervisor"]


def test_standing_higher_than_oneself_takes_a_second_person_who_neither_stands_in_nor_ordered_it() -> None:
    chief, boss = person("chief", ("station_chief", STATION)), person("boss", ("leader", "/c"))
    assert steps_up(boss, chief)
    assert not steps_up(chief, boss)
    assert not steps_up(chief, person("deputy", ("station_deputy", STATION)))
    orders, other = (person(name, ("supervisor", "/c")) for name in ("orders", "other"))
    may = [p.person_id for p in (boss, chief, orders, other, ADMIN)
           if may_confirm(p, boss, deputy_id="chief", named_by="orders")]  # fmt: skip
    assert may == ["boss", "other", "admin"]


def test_without_a_second_person_a_deputyship_never_lifts_its_deputy_over_his_own_posts() -> None:
    """[DESIGN] “never up a level without a second person”: also where the represented rose after it was named."""
    own = [Post(role="station_deputy", path="/c/police/station")]
    same, higher = (Post(role="station_chief", path=path) for path in ("/c/police/station", "/c/police"))
    assert [lent(post, own, confirmed_to=None) for post in (same, higher)] == [True, False]
    assert lent(higher, own, confirmed_to=level([higher]))
    assert not lent(higher, own, confirmed_to=level([same])), "he rose after the second person's word"
    assert not lent(Post(role="auditor", path="/c/police/station"), own, confirmed_to=0)
    assert not lent(same, [], confirmed_to=None), "who holds no post stands below all"
    assert steps_up(person("chief", ("station_chief", STATION)), person("nobody"))
