"""抽查 of diverting: what a second look finds is on record with the verdict, told to its holder, and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.diverting import note_diversion, verdict_of
from domain.errors import PolicyInvalid
from domain.indicators.counting import tally
from domain.indicators.events import TallyKind
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.transitions.triage.second_look import VerdictFoundWrong, verdict_found_wrong
from tests.domain.support import PLAYBOOKS, Desk, person

JUDGE = person("judge", ("evaluator_committee", "/c/centre"))


def judged(*, diverted: bool) -> Desk:
    """A matter of Huangshi that the rules left to a person, who diverted or kept it; the officer holds it."""
    desk = Desk("huangshi", source="110", confidence=0.1, scene_safe=True)
    note_diversion(desk.case, verdict_of(desk.state), diverted=diverted)
    desk.push(Stage.PUSH_2, "follow_up_responsibly")
    return desk


def found(desk: Desk, about: str, check_id: str = "c1") -> VerdictFoundWrong:
    """What a second look found wrong of it."""
    at = desk.state.diversions[0].at if desk.state.diversions else desk.at
    return VerdictFoundWrong.model_validate(
        {"check_id": check_id, "about": about, "at": at, "reason": "属物业职责", "actor": JUDGE}
    )


def counted(desk: Desk) -> list[str]:
    return [each.result for each in tally(desk.state) if each.kind is TallyKind.DIVERSION]


@pytest.mark.req("H-033", "H-034")
@pytest.mark.parametrize(
    ("about", "deviation", "before", "title"),
    [("kept", "missed", "kept", "抽查认定应分未分"), ("diverted", "needless", "diverted", "抽查认定误分")],
)
def test_what_a_second_look_finds_is_on_record_told_and_counted(
    about: str, deviation: str, before: str, title: str
) -> None:
    """“根据‘应分流尽分流’和‘非必要不分流’相统一原则，由公安机关研判分流”: what no rule can see is looked for."""
    desk = judged(diverted=about == "diverted")
    assert counted(desk) == [before]
    verdict_found_wrong(desk.case, found(desk, about))
    assert (desk.state.diversions[0].deviation, counted(desk)) == (deviation, [deviation])
    line = desk.state.timeline[-1]
    assert (line.title, line.actor, line.detail["reason"]) == (title, JUDGE.name, "属物业职责")
    assert [role for role, _ in line.detail["told"]] == ["responsible_officer"]
    stands = desk.state.model_dump_json()
    verdict_found_wrong(desk.case, found(desk, about))
    assert desk.state.model_dump_json() == stands, "told twice, it did something twice"


def test_what_was_settled_before_anybody_spoke_of_diverting_is_put_on_record_as_it_stands() -> None:
    desk = Desk("huangshi", source="110", confidence=0.1)
    desk.push(Stage.PUSH_1, "handle_on_scene")
    verdict_found_wrong(desk.case, found(desk, "kept"))
    [record] = desk.state.diversions
    assert (record.diverted, record.deviation, record.found_wrong) == (False, "missed", "c1")


def test_what_has_been_diverted_since_stays_diverted() -> None:
    desk = judged(diverted=True)
    desk.at += timedelta(days=1)
    verdict_found_wrong(desk.case, found(desk, "kept"))
    assert (desk.state.diverted, counted(desk)) == (desk.state.diversions[0], ["diverted"])


def test_a_case_that_is_over_is_left_alone() -> None:
    desk = judged(diverted=False)
    desk.case.close("withdrawn")
    stands = desk.state.model_dump_json()
    verdict_found_wrong(desk.case, found(desk, "kept"))
    assert desk.state.model_dump_json() == stands


def test_where_nobody_diverts_no_verdict_is_drawn() -> None:
    text = (PLAYBOOKS / "qionglai.yaml").read_text(encoding="utf-8")
    shipped = next(line for line in text.splitlines() if line.startswith("  of_100:"))
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(text.replace(shipped, f"{shipped}\n  kept_of_100: 10"), "qionglai.yaml")
    assert "nobody diverts here" in str(refusal.value)
