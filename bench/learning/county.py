"""A demo county that takes reports in, corrects their category, learns at once, and is asked about later reports."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from api.cli.client import County
from bench.support import BenchError

LEARNED_WITHIN = 600.0
"""Seconds that a run of the job may take."""
REASON = "类别有误"
VILLAGES = ("古山镇金江龙村", "古山镇古山社区", "古山镇前黄村", "古山镇坑口村", "古山镇大塘沿村")


class Suggested(NamedTuple):
    """What triage suggested for a report, and what the cues alone would have."""

    category: str
    confidence: float
    cues: str
    edition: int | None


class Corrected(NamedTuple):
    """How many reports the desk confirmed as they were, how many it corrected, and how many joined an earlier one."""

    confirmed: int
    corrected: int
    joined: int


class Desk:
    """The people of a demo county who take reports in, correct and are told, each signed in."""

    def __init__(self, there: County) -> None:
        self._there = there
        self._houses = itertools.count(1)
        self._numbers: set[str] = set()

    def correct(self, corrections: Sequence[tuple[str, str]]) -> Corrected:
        """Takes reports in (text and category, the oldest first), each put right at the desk before the next."""
        confirmed = corrected = joined = 0
        for narrative, category in corrections:
            received = self._take_in(narrative)
            number = str(received["dispute_no"])
            if number in self._numbers:
                joined += 1
            elif received["triage"]["category"] == category:
                self._there.answer(number, "confirm_triage", "confirm")
                confirmed += 1
            else:
                self._there.answer(number, "confirm_triage", "correct", category=category, reason=REASON)
                corrected += 1
            self._numbers.add(number)
        return Corrected(confirmed, corrected, joined)

    def learn(self) -> dict[str, Any]:
        """Has the county learn now, and waits for what it is told of the run: `latest` of `GET /v1/learning`.

        Raises:
            BenchError: nothing was told within `LEARNED_WITHIN` seconds.
        """
        supervisor = self._there.supervisor
        before = supervisor.get("/v1/learning")["latest"]
        supervisor.post("/v1/learning/editions")
        give_up = time.monotonic() + LEARNED_WITHIN
        while (latest := supervisor.get("/v1/learning")["latest"]) == before:
            if time.monotonic() > give_up:
                raise BenchError(f"nothing was learned within {LEARNED_WITHIN:.0f} s: are the cases too few?")
            time.sleep(1)
        return dict(latest)

    def suggested(self, narratives: Sequence[str]) -> list[Suggested]:
        """What triage suggests for later reports, each taken in."""
        found = []
        for narrative in narratives:
            said = self._take_in(narrative)["triage"]
            learned = said.get("learned")
            found.append(
                Suggested(
                    said["category"],
                    said["confidence"],
                    learned["cues_category"] if learned else said["category"],
                    learned["edition"] if learned else None,
                )
            )
        return found

    def _take_in(self, narrative: str) -> dict[str, Any]:
        house = next(self._houses)
        body = self._there.reported(
            narrative,
            source="walk_in",
            place={"address": f"{VILLAGES[house % len(VILLAGES)]}{house}号"},
            parties=[{"name": f"甲{house:04}", "side": "a"}, {"name": f"乙{house:04}", "side": "b"}],
        )
        return self._there.report("call_taker", body)
