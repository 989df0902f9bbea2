"""What lies ahead of a dispute, over HTTP: it equals what the drill then makes of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from api.cli.client import Document, Refusal
from domain.image.shown_timeline import shown_entries
from tests.e2e.support import People


class Line:
    """An entry of a timeline as the contract gives it."""

    def __init__(self, entry: Document) -> None:
        self.seq, self.at = entry["seq"], datetime.fromisoformat(entry["at"])
        self.kind, self.title = entry["kind"], entry["title"]


def shown(people: People, number: str) -> list[Line]:
    return shown_entries([Line(entry) for entry in people.timeline(number)])


@pytest.mark.parametrize("days", [10, 60])
def test_what_lies_ahead_is_what_the_clock_then_does(people: People, days: int) -> None:
    number = people.at_push_1()
    before = len(shown(people, number))
    outlook = people.supervisor.get(f"/v1/disputes/{number}/outlook", days=days)
    foreseen, until = outlook["items"], datetime.fromisoformat(outlook["until"])
    assert foreseen
    assert days < 60 or {item["kind"] for item in foreseen} >= {"due", "overdue", "supervision"}
    assert len(shown(people, number)) == before, "looking ahead does nothing"

    people.advance(number, f"P{days}D")
    came = shown(people, number)[before:]
    assert [(line.kind, line.title) for line in came[: len(foreseen)]] == [
        (item["kind"], item["title"]) for item in foreseen
    ]
    assert all(line.at >= datetime.fromisoformat(item["at"]) for line, item in zip(came, foreseen, strict=False))
    assert all(line.at > until for line in came[len(foreseen) :]), "what comes later was not asked for"


def test_after_a_drill_one_looks_on_from_where_the_case_s_clock_stands(people: People) -> None:
    number = people.at_push_1()
    people.advance(number, "P10D")
    outlook = people.supervisor.get(f"/v1/disputes/{number}/outlook", days=20)
    last = datetime.fromisoformat(people.timeline(number)[-1]["at"])
    assert all(datetime.fromisoformat(item["at"]) >= last for item in outlook["items"])
    assert (datetime.fromisoformat(outlook["until"]) - last).days <= 30


def test_of_a_closed_dispute_nothing_lies_ahead(people: People) -> None:
    number = people.quarrel()
    people.answer(number, "confirm_triage", "no_risk")
    assert people.dispute(number)["closed_at"]
    outlook = people.supervisor.get(f"/v1/disputes/{number}/outlook")
    assert (outlook["items"], outlook["until"]) == ([], None)


def test_whoever_may_not_see_the_case_does_not_see_its_outlook(people: People) -> None:
    number = people.at_push_1()
    with pytest.raises(Refusal) as refused:
        people.with_role("on_scene_officer", "station-baiyang").get(f"/v1/disputes/{number}/outlook")
    assert refused.value.status == 404
