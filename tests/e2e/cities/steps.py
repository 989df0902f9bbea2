"""The table of twenty reports as data: `reports.yaml`, read and checked.

A step is one verb with what it concerns; `STEPS` says what each verb takes and how the page words it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.policy.spans import Span

FILE = Path(__file__).with_name("reports.yaml")
CITIES = ("jinhua", "qionglai", "wuwei", "ronghe", "huangshi")
BESIDE = {"ids", "says", "with", "of", "by", "code", "round", "pending", "files", "is", "within", "lead"}
"""What may stand beside a verb."""
_UNITS = {"minute": "minutes", "hour": "hours", "day": "calendar_days", "month": "calendar_months"}


@dataclass(frozen=True)
class Step:
    """One step: the verb, what it concerns, and what stands beside it."""

    verb: str
    what: Any
    beside: dict[str, Any]

    @property
    def ids(self) -> tuple[str, ...]:
        """The requirements it shows."""
        return tuple(self.beside.get("ids", ()))

    @property
    def says(self) -> str:
        """The report's own words, where the step follows from them."""
        return str(self.beside.get("says", ""))

    def words(self) -> str:
        """The step as the page tells it."""
        what, beside = self.what, self.beside
        of, by = (f" {word} `{beside[word]}`" if word in beside else "" for word in ("of", "by"))
        filled = f" with {_listed(beside['with'])}" if "with" in beside else ""
        match self.verb:
            case "open":
                return f"waits: {', '.join(f'`{kind}`' for kind in what)}"
            case "absent":
                return f"not asked: {', '.join(f'`{kind}`' for kind in what)}"
            case "do":
                return f"`{what}`{of}{by}{filled}"
            case "act":
                return f"action `{what}`{by}{filled}{': waits for approval' if beside.get('pending') else ''}"
            case "refused" | "act refused":
                return f"refused (`{beside['code']}`): `{what}`{of}{by}{filled}"
            case "stage":
                return f"stands at `{what}`, round {beside.get('round', 1)}"
            case "wait":
                return f"{what} pass"
            case "case":
                return f"the case says {_listed(what)}"
            case "clock":
                within = f", {beside['within']} long" if "within" in beside else ""
                return f"clock `{what}` is {beside['is']}{within}"
            case "told":
                return f"the timeline tells {', '.join(f'`{kind}`' for kind in what)}"
            case "alarm":
                return f"another alarm joins: {what}"
            case verb:
                raise ValueError(f"no such step: {verb}")


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in values.items())


@dataclass(frozen=True)
class Report:
    """One report, and the steps that each city's mechanism takes."""

    number: int
    title: str
    source: str
    text: str
    at: str
    steps: dict[str, list[Step]]


@cache
def reports() -> list[Report]:
    """All of them, in order.

    Raises:
        ValueError: a step that is none, with the report's number.
    """
    return [_report(told) for told in yaml.safe_load(FILE.read_text(encoding="utf-8"))]


def _report(told: dict[str, Any]) -> Report:
    steps = {city: [_step(told["number"], step) for step in told[city]] for city in CITIES}
    return Report(told["number"], told["title"], told["source"], told["text"], told["at"], steps)


def _step(number: int, told: dict[str, Any]) -> Step:
    verbs = [key for key in told if key not in BESIDE]
    if len(verbs) != 1:
        raise ValueError(f"report {number}: a step has one verb: {told}")
    step = Step(verbs[0], told[verbs[0]], {key: value for key, value in told.items() if key in BESIDE})
    step.words()
    return step


def span(words: str) -> Span:
    """A length of time as the table writes it: `31 minutes`, `1 month`."""
    count, unit = words.split()
    return Span(**{_UNITS[unit.removesuffix("s")]: int(count)})
