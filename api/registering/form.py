"""The form 登记 as it was filled in, and the report that it makes. What the system knows is not asked: when a field is
left out, it is now, here, and under a number of our own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError
from starlette.datastructures import FormData

from api.core.schemas import JsonObject
from api.intake.schemas import IncidentIn
from api.registering.beside import TypedSoFar, place_in
from api.web.session import text
from domain.base import CHINA, china
from domain.triage.places import Directory
from domain.validation_messages import field_errors

PARTIES = 20
"""Parties that the form takes; a report of more is sent over HTTP."""
SHOWN = 2
"""Rows for parties on an empty form: who reports, and against whom."""
LONGEST = 9000
PARTS = ("name", "phone", "id_number", "side")
NAMELESS = "某人"
"""What a party is called who left a telephone number and no name."""
PLAIN = ("source", "source_no", "begun", "area", "occurred_at", "reported_at", "position", "matter")
_ROW = re.compile(r"p\.(\d{1,2})\.(name|phone|id_number|side)")
_STALE = timedelta(hours=12)


@dataclass
class Typed:
    """What stands in the form. `rows` by number; `particulars` by `source.code`."""

    plain: dict[str, str] = field(default_factory=dict)
    narrative: str = ""
    address: str = ""
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    particulars: dict[str, str] = field(default_factory=dict)

    @property
    def parties(self) -> list[tuple[int, dict[str, str]]]:
        """The rows in which something is said, each by its number."""
        return [(n, row) for n, row in sorted(self.rows.items()) if any(row.get(part) for part in PARTS[:3])]


def read_form(form: FormData) -> Typed:
    """What was filled in."""
    typed = Typed({name: text(form, name)[:200] for name in PLAIN}, text(form, "narrative")[:LONGEST],
                  text(form, "address")[:300])  # fmt: skip
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        if row := _ROW.fullmatch(name):
            if int(row[1]) < PARTIES:
                typed.rows.setdefault(int(row[1]), {})[row[2]] = value.strip()[:200]
        elif name.startswith("also."):
            typed.particulars[name.removeprefix("also.")[:80]] = value.strip()[:300]
    return typed


def so_far(typed: Typed, source: str) -> TypedSoFar:
    """The report as far as it is typed."""
    parties = [{"name": row.get("name"), "phone": row.get("phone"), "id_number": row.get("id_number")}
               for _, row in typed.parties]  # fmt: skip
    return TypedSoFar(source=source, narrative=typed.narrative[:8000], address=typed.address,
                      area=typed.plain.get("area", ""), parties=parties)  # fmt: skip


def report_of(
    typed: Typed, source: str, key: str, directory: Directory, now: datetime
) -> tuple[IncidentIn | None, list[JsonObject]]:
    """The report that a form makes; or what is wrong with it, by the ids of its fields. The same form makes the same
    report however often it is sent: `key` is the form's own.
    """
    begun = _begun(typed.plain.get("begun", ""), now)
    times, wrong = _times(typed, begun)
    number = (
        typed.plain.get("source_no", "") or f"自编{china(begun):%Y%m%d}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    )
    said = {code.partition(".")[2]: value for code, value in typed.particulars.items() if value
            and code.startswith(f"{source}.")}  # fmt: skip
    where = f"\n现场定位：{typed.plain.get('position', '')}" if typed.plain.get("position", "") else ""
    content: JsonObject = {
        **times,
        "source": source,
        "source_no": number,
        "place": {
            **place_in(directory, typed.address, typed.plain.get("area", "")).model_dump(),
            "address": typed.address,
        },
        "narrative": typed.narrative + where if typed.narrative else "",
        "parties": [_party(row) for _, row in typed.parties],
        "particulars": said,
        "matter": typed.plain.get("matter", "") or None,
    }
    try:
        report = IncidentIn.model_validate(content, strict=False)
    except ValidationError as error:
        return None, [*wrong, *placed(field_errors(error), typed, source)]
    return (None, wrong) if wrong else (report, [])


def placed(errors: Sequence[Mapping[str, object]], typed: Typed, source: str) -> list[JsonObject]:
    """What is wrong with a report, by the ids of the form's fields."""
    numbers = [number for number, _ in typed.parties]
    return [{"field": _id_of(str(each["field"]), numbers, source), "message": each["message"]} for each in errors]


def _id_of(name: str, numbers: list[int], source: str) -> str:
    match name.split("."):
        case ["parties", index, part] if index.isdigit() and int(index) < len(numbers):
            return f"p-{numbers[int(index)]}-{part}"
        case ["place", _]:
            return "address"
        case ["particulars", code]:
            return f"also-{source}-{code}"
        case _:
            return name


def _party(row: Mapping[str, str]) -> dict[str, str | None]:
    side = row.get("side") or "other"
    return {"name": row.get("name") or NAMELESS, "phone": row.get("phone") or None,
            "id_number": row.get("id_number") or None, "side": side}  # fmt: skip


def _begun(said: str, now: datetime) -> datetime:
    """When somebody began to write it down: that is when it was reported, unless the form lay open since yesterday."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return now
    return at if at.tzinfo and now - _STALE < at <= now else now


def _times(typed: Typed, begun: datetime) -> tuple[dict[str, datetime], list[JsonObject]]:
    wrong: list[JsonObject] = []
    times: dict[str, datetime] = {}
    for name, otherwise in (("reported_at", begun), ("occurred_at", None)):
        said, at = typed.plain.get(name, ""), otherwise or times.get("reported_at", begun)
        if said:
            try:
                at = datetime.fromisoformat(said).replace(tzinfo=CHINA)
            except ValueError:
                wrong.append({"field": name, "message": "应为日期和时间"})
        times[name] = at.astimezone(UTC)
    return times, wrong
