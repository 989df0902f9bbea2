"""People from a file: all or nothing, the same file twice changes nothing, and no file breaks anything."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from api.core.context import Services
from api.importing import reading
from api.importing.reading import HEADS, read_rows, template
from api.importing.schemas import Imported
from api.importing.service import import_people
from domain.errors import FieldsInvalid, MediaRefused, NotEntitled, Refused, TooLarge
from domain.people.separation import APART
from infra.database.engine import Session
from infra.database.tables.people import PersonRow, PostRow
from tests.api.people.test_service import username
from tests.api.support import somebody

GOOD = ("gushan-new-1", "汤荣", "责任民警", "古山派出所")


def listed(*rows: tuple[str, ...]) -> bytes:
    """A list as .csv."""
    return "\n".join(",".join(row) for row in (HEADS, *rows)).encode("utf-8-sig")


def book(*rows: tuple[object, ...]) -> bytes:
    """The same as .xlsx; what begins with = is a formula there."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet()
    for line, row in enumerate((HEADS, *rows)):
        sheet.write_row(line, 0, row)
    made.close()
    return buffer.getvalue()


def corners() -> bytes:
    """A workbook of two cells, as far apart as they can be."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    sheet.write(1_048_575, 16_383, 1)
    made.close()
    return buffer.getvalue()


async def taken(services: Services, session: Session, content: bytes, *, dry_run: bool = False) -> Imported:
    by = await somebody(services, "admin_security", "county")
    return (await import_people(services, session, by, content, None, dry_run=dry_run)).body


async def counted(services: Services) -> tuple[int, int]:
    async with services.database.read() as session:
        found = [
            (await session.execute(select(func.count()).select_from(t))).scalar_one() for t in (PersonRow, PostRow)
        ]
    return found[0], found[1]


async def test_five_thousand_are_tried_taken_and_known_again(services: Services, session: Session) -> None:
    content = listed(*((f"new-{n}", "汤荣", "责任民警", "古山派出所") for n in range(5_000)))
    before = await counted(services)
    tried = await taken(services, session, content, dry_run=True)
    assert (tried.taken, tried.rows, tried.new_people, tried.new_posts, tried.errors) == (
        False,
        5_000,
        5_000,
        5_000,
        [],
    )
    assert await counted(services) == before
    assert (await taken(services, session, content)).taken
    assert await counted(services) == (before[0] + 5_000, before[1] + 5_000)
    again = await taken(services, session, content)
    assert (again.new_people, again.new_posts, again.unchanged) == (0, 0, 5_000)
    assert await counted(services) == (before[0] + 5_000, before[1] + 5_000)


async def test_one_wrong_line_and_nothing_is_taken_and_each_is_said(services: Services, session: Session) -> None:
    before = await counted(services)
    wrong = [
        ("Gushan", "汤荣", "责任民警", "古山派出所"),
        ("gushan-new-2", "汤荣", "站长", "古山派出所"),
        ("gushan-new-3", "汤荣", "责任民警", "古山县派出所"),
        ("gushan-new-4", "=HYPERLINK(1)", "责任民警", "古山派出所"),
        ("gushan-new-5", "", "责任民警", "古山派出所"),
        ("gushan-new-1", "别人", "责任民警", "古山派出所"),
        ("gushan-new-1", "汤荣", "系统管理员", "county"),
    ]
    seen = await taken(services, session, listed(GOOD, *wrong))
    assert not seen.taken
    assert [(error.row, error.column) for error in seen.errors] == [
        (3, "用户名"), (4, "岗位"), (5, "单位"), (6, "姓名"), (7, "姓名"), (8, "姓名"), (9, "岗位"),
    ]  # fmt: skip
    assert seen.errors[6].message == APART
    assert seen.errors[3].message == "不能以=、+、-、@等公式符号开头"
    assert await counted(services) == before


async def test_only_who_administers_security_imports_and_nothing_for_himself(
    services: Services, session: Session
) -> None:
    for role in ("admin_system", "supervisor", "leader"):
        with pytest.raises(NotEntitled):
            await import_people(
                services, session, await somebody(services, role, "county"), listed(GOOD), None, dry_run=True
            )
    by = await somebody(services, "admin_security", "county")
    seen = await taken(services, session, listed((await username(services, by), by.name, "安全管理员", "centre")))
    assert [error.message for error in seen.errors] == ["不能为本人授予岗位"]


async def test_a_workbook_is_read_as_text_and_the_template_is_one(services: Services, session: Session) -> None:
    assert [row.cells["用户名"] for row in read_rows(book((1001.0, *GOOD[1:]), ("", "", "", ""), GOOD))] == [
        "1001",
        GOOD[0],
    ]
    assert (await taken(services, session, book(GOOD))).taken
    assert read_rows(template()) == []
    assert read_rows(listed(GOOD).decode("utf-8-sig").encode("gb18030"))[0].cells["姓名"] == "汤荣"


def test_what_would_do_harm_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO(book(GOOD))
    with zipfile.ZipFile(packed, "a") as more:
        more.writestr("xl/vbaProject.bin", b"-")
    for content, error in ((packed.getvalue(), MediaRefused), (b"PK\x03\x04", MediaRefused),
                           (b"\xff\xfe\x00", MediaRefused), (b"", FieldsInvalid),
                           (b"\x89PNG\r\n\x1a\n\0\0", MediaRefused),
                           (listed(GOOD).decode("utf-8-sig").encode("utf-16"), MediaRefused),
                           ("用户名,姓名".encode(), FieldsInvalid),
                           (listed(*[GOOD] * 5_001), TooLarge), (b"," * (4 * 2**20 + 1), TooLarge)):  # fmt: skip
        with pytest.raises(error):
            read_rows(content)
    with pytest.raises(MediaRefused, match="另存为"):  # room for all between would be half a terabyte
        read_rows(corners())
    wide = ",".join([*HEADS, *map(str, range(300_000))])  # every line would have a cell for every head
    with pytest.raises(TooLarge, match="列"):
        read_rows((wide + "\n1" * 4_000).encode())
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1_000)
    with pytest.raises(TooLarge):
        read_rows(book(GOOD))


SPOILT = book(GOOD, GOOD)


@given(content=st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: f"{','.join(HEADS)}\n{text}".encode()),
    st.tuples(st.integers(0, len(SPOILT) - 1), st.binary(min_size=1, max_size=40)).map(
        lambda spoilt: SPOILT[: spoilt[0]] + spoilt[1] + SPOILT[spoilt[0] + len(spoilt[1]) :])))  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_file_breaks_the_reading(content: bytes) -> None:
    try:
        rows = read_rows(content)
    except Refused:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row.cells.values())
