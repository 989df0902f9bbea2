"""A batch as it is pasted: rows out of a table or a CSV file, and what is wrong with each line."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from api.hazards.schemas import BatchIn
from api.web.organisation_labels import Offices
from domain.policy.parts.hazards import MOST_ITEMS
from domain.validation_messages import field_errors

COLUMNS = ("编号", "方面", "整改单位", "整改期限", "隐患情况")
"""The first may be missing: the lines are numbered then."""
LONGEST = 200_000
"""Characters of a pasted table: two hundred lines of five hundred characters, twice."""
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FIELDS = {"aspect": "方面", "to": "整改单位", "due": "整改期限", "text": "隐患情况", "no": "编号"}


@dataclass
class Pasted:
    """What was read: the batch's items as the contract has them, and by which line each came."""

    items: list[dict[str, str | int]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def told(self, errors: list[dict[str, str]]) -> list[str]:
        """Errors of the batch's fields in words, each with the line that it is about."""
        return [self._told(error) for error in errors]

    def _told(self, error: dict[str, str]) -> str:
        match error["field"].split("."):
            case ["items", n, *rest] if n.isdigit() and int(n) < len(self.lines):
                name = _FIELDS.get(rest[0], "") if rest else ""
                return f"第{self.lines[int(n)]}行{name and f'“{name}”'}：{error['message']}"
            case _:
                return error["message"]


def read(text: str, aspects: dict[str, str], offices: Offices) -> Pasted:
    """Reads a table; every line that can't be read is told, not only the first."""
    found = Pasted()
    codes = {name: code for code, name in aspects.items()}
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        cells = _cells(line)
        if not any(cells) or cells[0] in COLUMNS[:2]:
            continue  # empty, or the table's heading
        if not cells[0].isdecimal():
            cells = [str(len(found.items) + 1), *cells]
        if len(cells) < len(COLUMNS) - 1:
            said = f"第{number}行：应有方面、整改单位、整改期限和隐患情况几栏，现只有 {len(cells) - 1} 栏"
            found.problems.append(said)
            continue
        no, aspect, to, due, *rest = cells
        if not (day := _day(due)):
            found.problems.append(f"第{number}行“整改期限”：应为日期，例如 2026-12-31")
            continue
        item: dict[str, str | int] = {
            "no": no,
            "aspect": codes.get(aspect, aspect),
            "due": day,
            "text": "，".join(rest),
        }
        if to:
            item["to"] = offices.code(to)
        found.items.append({**item, "no": int(no) if len(no) <= 9 else no})
        found.lines.append(number)
    if not found.items and not found.problems:
        found.problems.append("请粘贴隐患清单，每行一项")
    if len(found.items) > MOST_ITEMS:
        found.problems.append(f"一批至多 {MOST_ITEMS} 项，现有 {len(found.items)} 项，请分批发送")
    return found


def batch(found: Pasted, kind: str, source_no: str) -> BatchIn | None:
    """The batch that was read; none where a line is wrong, which is told then."""
    if found.problems:
        return None
    try:
        return BatchIn.model_validate({"kind": kind, "items": found.items, "source_no": source_no})
    except ValidationError as error:
        found.problems += found.told(field_errors(error))
        return None


def _cells(line: str) -> list[str]:
    """The cells of a line: parted by tabs as a table is copied, else by commas as in CSV."""
    if "\t" in line:
        cells = line.split("\t")
    else:
        try:
            [cells] = csv.reader(io.StringIO(line.replace("，", ",")), strict=True) if line.strip() else [[]]
        except (csv.Error, ValueError):
            cells = re.split("[,，]", line)
    return [cell.strip() for cell in cells] or [""]


def _day(typed: str) -> str:
    """A day as people write it, as YYYY-MM-DD; empty where it is none."""
    match = _DAY.fullmatch(typed)
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
