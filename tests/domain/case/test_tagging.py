"""骨头案, 钉子案, 回流案 (H-052): who may tag a case, who watches it from then on, and what is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.diverting import note_diversion, verdict_of
from domain.case.tags.tagging import tags_of
from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled, PolicyInvalid
from domain.image.projection import project
from domain.people.organisation import Post
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.transitions.facts import add_incident
from tests.domain.support import CHIEF, HANDLER, HOUSING, PLACES, PLAYBOOKS, SUPERVISOR, Desk, alarm

QUOTE = "这20%往往是‘骨头案’‘钉子案’‘回流案’"
WATCHING = [Post(role="supervisor", path=PLACES["county"]), Post(role="township_leader", path=PLACES["township"])]


def disposing() -> Desk:
    """A matter of Huangshi that the housing department disposes of."""
    desk = Desk("huangshi", source="110", scene_safe=True)
    desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path, organisation="housing", name="住建局")
    return desk


@pytest.mark.req("H-052")
def test_a_hard_case_is_tagged_with_the_reason_and_watched_in_all_that_is_asked() -> None:
    desk = disposing()
    [disposal] = desk.state.pending("dispose")
    assert not [post for post in WATCHING if post in disposal.watchers]
    desk.act("tag", CHIEF, tag="bone", reason="三年未决，双方各有判决")
    assert tags_of(desk.state) == ["bone"], QUOTE
    line = desk.state.timeline[-1]
    assert (line.title, line.actor, line.detail["reason"]) == ("标为骨头案", CHIEF.name, "三年未决，双方各有判决")
    assert all(post in disposal.watchers for post in WATCHING), "what is open is watched at once"
    later = desk.case.open("cooperate", about={"path": HOUSING.path, "organisation": "housing", "name": "住建局"})
    assert all(post in later.watchers for post in WATCHING)
    assert project(desk.state).tags == ",bone,"


@pytest.mark.req("H-052")
def test_a_tag_is_set_once_and_lifted_with_a_reason() -> None:
    desk = disposing()
    desk.act("tag", CHIEF, tag="nail", reason="多次反复")
    with pytest.raises(FieldsInvalid) as again:
        desk.act("tag", CHIEF, tag="nail", reason="多次反复")
    assert again.value.errors == [{"field": "tag", "message": "本案已标为钉子案"}]
    desk.act("tag", SUPERVISOR, tag="nail", lifted=True, reason="已化解")
    assert (tags_of(desk.state), desk.logged("tagged")) == ([], ["标为钉子案", "撤销标签钉子案"])
    with pytest.raises(FieldsInvalid):
        desk.act("tag", CHIEF, tag="nail", lifted=True, reason="已化解")
    later = desk.case.open("cooperate", about={"path": HOUSING.path, "organisation": "housing", "name": "住建局"})
    assert WATCHING[0] not in later.watchers


@pytest.mark.req("H-052")
def test_a_case_that_comes_back_is_tagged_by_its_alarm_and_by_nobody_s_hand() -> None:
    desk = Desk("huangshi", source="110", scene_safe=True)
    note_diversion(desk.case, verdict_of(desk.state), diverted=True)
    desk.at += timedelta(days=3)
    add_incident(desk.case, alarm(2, desk.at))
    assert tags_of(desk.state) == ["back"], QUOTE
    with pytest.raises(FieldsInvalid):
        desk.act("tag", CHIEF, tag="back", reason="回流")


def test_who_may_tag_is_the_playbook_s_to_say() -> None:
    with pytest.raises(NotEntitled):
        disposing().act("tag", HANDLER, tag="bone", reason="难")
    with pytest.raises(ActionNotAllowed):
        Desk("jinhua").act("tag", CHIEF, tag="bone", reason="难")
    text = (PLAYBOOKS / "huangshi.yaml").read_text(encoding="utf-8")
    with pytest.raises(PolicyInvalid, match=r"tags\.by"):
        load_playbook(text.replace("by: [centre_dispatcher, township_leader, st", "by: [centre_boss, st"), "h.yaml")
