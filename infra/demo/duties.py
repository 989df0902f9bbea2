"""What the demo county entrusts to people by name. Pure, and the same on every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from domain.people.duties import Duty
from domain.people.organisation import parent
from domain.triage.places import Directory, Kind, Listed
from infra.demo.people import DemoPerson, demo_id

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def duties(organisations: Iterable[Listed], everybody: Iterable[DemoPerson]) -> list[dict[str, Any]]:
    """The rows of all that is entrusted, in order; none where there are no beats."""
    directory = Directory(organisations=list(organisations))
    holders: dict[tuple[str, str], list[DemoPerson]] = defaultdict(list)
    for person in everybody:
        for post in person.posts:
            holders[post.role, post.organisation.path].append(person)
    rows = []
    for station in directory.of_kind(Kind.STATION):
        officers, deputies = holders["responsible_officer", station.path], holders["station_deputy", station.path]
        villages: dict[str, int] = {}
        for beat in (b for b in directory.of_kind(Kind.BEAT) if parent(b.path) == station.path):
            grid = directory.get(beat.keywords[0])
            village = villages.setdefault(parent(grid.path) if grid else beat.path, len(villages))
            # One officer has all beats of a village, so that he is known where only the village is.
            rows.append(_row(Duty.BEAT_OFFICER, beat.code, officers[village % len(officers)]))
            rows.append(_row(Duty.BEAT_DEPUTY, beat.code, deputies[village % len(deputies)]))
    return rows


def _row(kind: Duty, subject: str, person: DemoPerson, detail: str = "") -> dict[str, Any]:
    return {
        "duty_id": demo_id(f"duty {kind} {subject} {person.username}"),
        "kind": kind,
        "subject": subject,
        "person_id": person.person_id,
        "detail": detail,
        "since": SINCE,
        "until": None,
        "named_by": "demo",
        "ended_by": "",
        "ended_at": None,
    }
