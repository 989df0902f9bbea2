"""A year's arrangement of holidays as a table: read into days, each off or worked."""

from __future__ import annotations

from datetime import date

from api.importing.reading import read_table, unsafe
from domain.errors import FieldsInvalid

COLUMNS = ("日期", "安排")
OFF, ON = "放假", "上班"
MOST = 400
"""Lines: more than a year has days is another file."""


def days_of(content: bytes) -> dict[date, str]:
    """The days of a file (.csv, .xlsx) with the columns 日期 (2027-02-08) and 安排 (放假 or 上班). Weekends that are
    off and weekdays that are worked may stand in it, as notices have them: they are as always, and left out.

    Raises:
        FieldsInvalid: a line can't be read, or says otherwise than another; each with its number.
        TooLarge, MediaRefused: as for every table.
    """
    found: dict[date, str] = {}
    wrong: list[dict[str, str]] = []
    for row in read_table(content, COLUMNS, most=MOST).rows:
        written, said = (row.cells[head] for head in COLUMNS)
        try:
            day = date.fromisoformat(written.replace("/", "-")[:10])
        except ValueError:
            shown = "" if unsafe(written) else f"“{written[:20]}”"
            wrong.append(_error(row.number, f"日期{shown}应写作 2027-02-08"))
            continue
        if said not in (OFF, ON):
            wrong.append(_error(row.number, f"安排应为{OFF}或{ON}"))
        elif found.get(day, said) != said:
            wrong.append(_error(row.number, f"{day}既放假又上班"))
        else:
            found[day] = said
    if wrong:
        raise FieldsInvalid(errors=wrong[:10])
    if not found:
        raise FieldsInvalid(errors=[{"field": "file", "message": "文件中没有日期"}])
    return {day: said for day, said in sorted(found.items()) if (day.weekday() >= 5) == (said == ON)}


def _error(number: int, message: str) -> dict[str, str]:
    return {"field": "file", "message": f"第{number}行：{message}"}
