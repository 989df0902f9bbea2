"""A year's arrangement is read from a table as notices have it."""

from __future__ import annotations

from datetime import date

import pytest

from api.calendar.reading import days_of
from domain.errors import FieldsInvalid

NOTICE = """日期,安排
2027/02/05,放假
2027-02-06,放假
2027-02-20,上班
2027-02-19,上班
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_what_is_off_on_weekdays_and_worked_on_weekends_is_kept(encoding: str) -> None:
    assert days_of(NOTICE.encode(encoding)) == {date(2027, 2, 5): "放假", date(2027, 2, 20): "上班"}


def test_each_line_that_is_wrong_is_told() -> None:
    with pytest.raises(FieldsInvalid) as refused:
        days_of((NOTICE + "2027-02-30,放假\n2027-02-08,休息\n2027-02-05,上班\n").encode())
    assert [each["message"] for each in refused.value.errors] == [
        "第6行：日期“2027-02-30”应写作 2027-02-08",
        "第7行：安排应为放假或上班",
        "第8行：2027-02-05既放假又上班",
    ]
    with pytest.raises(FieldsInvalid):
        days_of("日期,安排\n".encode())
