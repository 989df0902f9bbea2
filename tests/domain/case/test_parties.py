"""A party's particulars put right, and somebody who joins: by those who meet them, with a reason, on record."""

from __future__ import annotations

import pytest

from domain.case.records import Party
from domain.errors import FieldsInvalid, NotEntitled
from domain.transitions.actions import Act, take_action
from tests.domain.mediated_dispute import Quarrel
from tests.domain.support import LEADER, OFFICER, PLACES, SCENE, Desk, person


def errors(desk: Desk, **fields: object) -> list[str]:
    with pytest.raises(FieldsInvalid) as refusal:
        desk.act("correct_party", SCENE, **{"reason": "核实身份", **fields})
    return [error["field"] for error in refusal.value.errors]


def test_what_is_left_empty_stays_and_no_number_stands_on_the_timeline() -> None:
    desk = Desk()
    desk.push()
    desk.state.parties = [Party(name="李某", side="a", phone="13900000000"), Party(name="罗某", side="b")]
    desk.act("correct_party", SCENE, party="李某", name="李建国", id_number="330722198001011234", reason="核实身份")
    assert desk.state.parties == [
        Party(name="李建国", side="a", phone="13900000000", id_number="330722198001011234"),
        Party(name="罗某", side="b"),
    ]
    line = desk.state.timeline[-1]
    assert (line.title, line.actor) == ("当事人信息更正：李建国", "scene")
    assert (line.detail["was"], line.detail["changed"]) == ("李某", ["name", "id_number"])
    assert "330722198001011234" not in str([entry.detail for entry in desk.state.timeline])


def test_somebody_joins_on_a_side() -> None:
    desk = Desk()
    desk.push()
    assert errors(desk, name="王某") == ["side"]
    desk.act("correct_party", SCENE, name="王某", side="b", reason="同住人")
    assert desk.state.parties[-1] == Party(name="王某", side="b")
    assert errors(desk, name="王某", side="a") == ["name"], "he is there already"
    assert errors(desk, party="路人", name="路人甲") == ["party"]


def test_under_another_name_he_is_visited_and_owes_as_before() -> None:
    quarrel = Quarrel()
    owed = [{"party": "李某", "kind": "act", "what": "清理", "due_on": "2026-04-01"}]
    quarrel.answer("follow_up_responsibly", "settled", terms=["和解"], obligations=owed)
    quarrel.answer("evaluate", "accept")
    quarrel.act("correct_party", by=OFFICER, party="李某", name="李建国", reason="核实身份")
    visits = [t.about["party"] for t in quarrel.state.tasks if t.kind == "visit" and not t.ended_at]
    assert visits
    assert set(visits) == {"李建国"}
    assert [o.party for a in quarrel.state.agreements for o in a.obligations] == ["李建国"]


def test_who_has_no_part_in_it_puts_nothing_right() -> None:
    desk = Desk()
    desk.push()
    for stranger in (person("x", ("on_scene_officer", "/c/police/other")), person("y", ("hotline_operator", "/c"))):
        with pytest.raises(NotEntitled):
            take_action(desk.case, Act(key="k", action="correct_party", actor=stranger,
                                       fields={"name": "甲", "side": "a", "reason": "试"}))  # fmt: skip
    desk.act("correct_party", LEADER, name="甲", side="a", reason="到场人员")
    assert PLACES["station"] in {post.path for post in LEADER.posts}
