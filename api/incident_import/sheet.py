"""The spreadsheet of incidents: its columns, and the report that a row makes.

What the system knows need not be said: the source is the person's usual one, the area is found by the address, and a
report without a number gets one made of its content, so that the same row in another file is the same report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from api.core.schemas import JsonObject
from api.importing.reading import Row, Table, read_table
from api.incident_import.schemas import RowWrong
from api.intake.recording import number_of_content
from api.intake.schemas import IncidentIn
from api.registering.beside import place_in
from api.registering.form import NAMELESS
from domain.base import CHINA, china
from domain.errors import FieldsInvalid, MediaRefused
from domain.policy.intake.sources import SOURCE_NAMES
from domain.policy.matters.matter import MATTER_NAMES
from domain.policy.process import Process
from domain.triage.places import Directory
from domain.validation_messages import field_errors

REPORTED, ADDRESS, NARRATIVE = NEEDED = ("接报时间", "地址", "情况")
SOURCE, NUMBER, OCCURRED, AREA, MATTER, OTHERS = MORE = ("来源", "来源单号", "发生时间", "属地", "事项", "其他当事人")
PARTIES = {"a": "反映人", "b": "对方"}
"""The first of each side has columns of its own; of the others the names stand in one."""
_PARTS = {"name": "姓名", "phone": "电话", "id_number": "证件号码"}
COLUMNS = (
    SOURCE, NUMBER, *NEEDED, OCCURRED, *(f"{who}{part}" for who in PARTIES.values() for part in _PARTS.values()),
    OTHERS, AREA, MATTER,
)  # fmt: skip
"""In the order of the template."""
MOST = 1_000
"""Rows of one file [DESIGN]: at a report's pace some minutes of work, and a table that somebody still looks through."""
LINE = ""
"""Under this head the one cell of a row lies that came as JSON."""
OWN = "-"
"""Stands for a number until the content has one."""
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:：时点](?:(\d{1,2})分?)?(?:[:：]?(\d{1,2})(?:\.\d+)?秒?)?)?"
)
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_ALL_OTHERS = re.compile(r"[、，,；;\n]+")
_PHONE = re.compile(r"(.*?)[\s:：(（]*(\+?\d[\d-]{6,})[)）]?")


def read_sheet(content: bytes) -> Table:
    """The rows of a file: .xlsx, .csv in UTF-8 or GB18030, or .ndjson with a report as over HTTP in each line.

    Raises:
        TooLarge, MediaRefused, FieldsInvalid: it can't be read, has no rows, or too many.
    """
    if not content.strip(b" \t\r\n\xef\xbb\xbf,;"):
        raise FieldsInvalid(errors=[{"field": "file", "message": "文件是空的，请选择有内容的文件"}])
    table = _lines(content) if content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{") else _table(content)
    if not table.rows:
        raise FieldsInvalid(errors=[{"field": "file", "message": "首行以下没有内容，没有可以登记的行"}])
    return table


def _table(content: bytes) -> Table:
    return read_table(content, NEEDED, tuple(each for each in COLUMNS if each not in NEEDED), MOST)


def _lines(content: bytes) -> Table:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise MediaRefused("无法读取该文件，.ndjson应为UTF-8编码") from error
    if sum(map(bool, map(str.strip, lines))) > MOST:  # asked before a row is made of each
        raise FieldsInvalid(errors=[{"field": "file", "message": f"一次最多导入{MOST}行"}])
    return Table([LINE], [Row(number, {LINE: line}) for number, line in enumerate(lines, start=1) if line.strip()])


@dataclass(frozen=True)
class Reader:
    """Makes reports of rows for somebody."""

    process: Process
    directory: Directory
    sources: Sequence[tuple[str, str]]
    """by which he may report, code and name, the usual one first"""

    def asked(self) -> list[str]:
        """The columns that the forms of his sources have besides."""
        return list(dict.fromkeys(name for code, _ in self.sources for name in self._asks(code).values()))

    def report(self, row: Row) -> tuple[IncidentIn | None, list[RowWrong]]:
        """The report that a row makes, or what is wrong with it."""
        if LINE in row.cells:
            return self._line(row)
        cells = {head: cell.strip() for head, cell in row.cells.items()}
        wrong = [
            _wrong(row, head, "数字被表格软件取整，末几位已丢失；请把这一列设为文本后重填")
            for head in COLUMNS if head not in (NARRATIVE, ADDRESS) and _ROUNDED.fullmatch(cells.get(head, ""))
        ]  # fmt: skip
        source = self._source(row, cells.get(SOURCE, ""), wrong)
        area = self._area(row, cells.get(AREA, ""), wrong)
        matter = self._matter(row, cells.get(MATTER, ""), wrong)
        times = {name: _moment(row, head, cells.get(head, ""), wrong)
                 for name, head in (("reported_at", REPORTED), ("occurred_at", OCCURRED))}  # fmt: skip
        wrong += [_wrong(row, head, "必填") for head in NEEDED if not cells.get(head)]
        parties = _parties(cells)
        if wrong:
            return None, wrong
        content: JsonObject = {
            "reported_at": times["reported_at"],
            "occurred_at": times["occurred_at"] or times["reported_at"],
            "source": source,
            "source_no": cells.get(NUMBER) or OWN,
            "place": {**place_in(self.directory, cells[ADDRESS], area).model_dump(), "address": cells[ADDRESS]},
            "narrative": cells[NARRATIVE],
            "parties": [party for party, _ in parties],
            "particulars": {code: said for code, asked in self._asks(source).items() if (said := cells.get(asked))},
            "matter": matter or None,
        }
        try:
            report = IncidentIn.model_validate(content, strict=False)
        except ValidationError as error:
            heads = [head for _, head in parties]
            return None, [_wrong(row, self.head(str(each["field"]), source, heads), str(each["message"]))
                          for each in field_errors(error)]  # fmt: skip
        return _numbered(report), []

    def head(self, field: str, source: str, parties: Sequence[str] = ()) -> str:
        """The title of the column from which a field of a report comes."""
        match field.split("."):
            case ["parties", index, part] if index.isdigit() and int(index) < len(parties):
                who = parties[int(index)]
                return who if who == OTHERS else f"{who}{_PARTS.get(part, '')}"
            case ["particulars", code]:
                return self._asks(source).get(code, SOURCE)
            case ["place", "address"]:
                return ADDRESS
            case ["place", _]:
                return AREA
            case _:
                return _HEADS.get(field, NARRATIVE)

    def _line(self, row: Row) -> tuple[IncidentIn | None, list[RowWrong]]:
        try:
            report = IncidentIn.model_validate_json(row.cells[LINE])
        except ValidationError as error:
            return None, [_wrong(row, str(each["field"]), str(each["message"])) for each in field_errors(error)]
        return report, []

    def _asks(self, source: str) -> dict[str, str]:
        """What a source asks besides, by code: each has a column of its name."""
        listed = self.process.sources.get(source)
        return {code: asked.name for code, asked in listed.asks.items()} if listed else {}

    def _source(self, row: Row, said: str, wrong: list[RowWrong]) -> str:
        if not said:
            return self.sources[0][0]
        found = next((code for code, name in self.sources if said in (code, name, SOURCE_NAMES.get(code))), "")
        if not found:
            offered = "、".join(name for _, name in self.sources)
            wrong.append(_wrong(row, SOURCE, f"您不能以“{said[:40]}”登记，可以填写：{offered}"))
        return found

    def _area(self, row: Row, said: str, wrong: list[RowWrong]) -> str:
        if not said or self.directory.get(said):
            return said
        found = [each.code for each in self.directory.organisations if each.name == said]
        if len(found) != 1:
            several = "有多个同名单位，请填写单位代码" if found else f"没有“{said[:40]}”这个地方，可以不填，由地址判断"
            wrong.append(_wrong(row, AREA, several))
        return found[0] if found else ""

    def _matter(self, row: Row, said: str, wrong: list[RowWrong]) -> str:
        found = next((str(matter) for matter, name in MATTER_NAMES.items() if said in (matter, name)), "")
        if said and not found:
            wrong.append(_wrong(row, MATTER, f"没有“{said[:40]}”这种事项，可以不填"))
        return found


_HEADS = {"source": SOURCE, "source_no": NUMBER, "occurred_at": OCCURRED, "reported_at": REPORTED, "matter": MATTER,
          "narrative": NARRATIVE}  # fmt: skip


def _wrong(row: Row, field: str, message: str) -> RowWrong:
    return RowWrong(row=row.number, field=field, message=message)


def _numbered(report: IncidentIn) -> IncidentIn:
    """With a number of its own where its source gave none."""
    if report.source_no != OWN:
        return report
    number = f"导入{china(report.reported_at):%Y%m%d}-{number_of_content(report)}"
    return report.model_copy(update={"source_no": number})


def _moment(row: Row, head: str, said: str, wrong: list[RowWrong]) -> datetime | None:
    found = _TIME.fullmatch(said)
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        pass
    if said:
        wrong.append(_wrong(row, head, "应为日期和时间，例如 2026-11-03 14:05"))
    return None


def _parties(cells: dict[str, str]) -> list[tuple[JsonObject, str]]:
    """The parties of a row, each with what its columns begin with."""
    found: list[tuple[JsonObject, str]] = []
    for side, who in PARTIES.items():
        said = {part: cells.get(f"{who}{title}", "") for part, title in _PARTS.items()}
        if any(said.values()):
            named = {"name": said["name"] or NAMELESS, "phone": said["phone"] or None,
                     "id_number": said["id_number"] or None}  # fmt: skip
            found.append(({**named, "side": side}, who))
    for each in filter(None, map(str.strip, _ALL_OTHERS.split(cells.get(OTHERS, "")))):
        with_phone = _PHONE.fullmatch(each)
        name, phone = with_phone.groups() if with_phone else (each, None)
        found.append(({"name": name or NAMELESS, "phone": phone, "side": "other"}, OTHERS))
    return found
