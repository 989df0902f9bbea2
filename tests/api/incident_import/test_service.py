"""A spreadsheet of incidents: every row told before it is written, written by the door of a single report, and never
twice, however often its job or its file comes again.
"""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from api.core.context import Services
from api.importing.reading import read_table, template
from api.incident_import import service
from api.incident_import.schemas import Came
from api.incident_import.sheet import COLUMNS, MOST, NEEDED, read_sheet
from api.incident_import.taking import taken_in
from api.incident_import.trial import tried
from domain.errors import FieldsInvalid, MediaRefused, NotEntitled, NotFound, TooLarge
from domain.people.organisation import Actor
from infra.database.tables.audit import AccessRow
from infra.database.tables.intake import IncidentRow
from infra.records.jobs import find_job, finish, take_next
from tests.api.support import somebody

QUARREL = "两家因宅基地边界砌墙多次争吵，村干部劝解未果"
HEADS = "来源,来源单号,接报时间,地址,情况,反映人姓名,反映人电话,对方姓名,对方证件号码,其他当事人,属地,备注".split(",")
ROWS = [
    row.split("|")
    for row in (
        f"110 警情|JJ-01|2026/11/3 14:05|古山镇金江龙村21号|{QUARREL}|李一|13800000001|罗二||||甲",
        f"||2026年11月3日 18:40|古山镇金江龙村21号|{QUARREL}，今天又吵|李一|13800000001|罗二||||",
        f"|JJ-03|昨天||{QUARREL}|||||||",
        f"110|JJ-01|2026-11-03 14:05|古山镇金江龙村21号|{QUARREL}|李一|13800000001|罗二||||",
        "法院|JJ-05|2026-11-03|白洋街道3号|噪声扰民||||3.30784E+17||没有的村|",
        "||2026-11-04 09:00|白洋社区8号|楼道堆物发生口角|||||王某 13800001234、李某||",
    )
]


def sheet(rows: list[list[str]], encoding: str = "gb18030") -> bytes:
    """A file as an office program saves it."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, *rows])
    return text.getvalue().encode(encoding)


async def done(services: Services, actor: Actor, job_id: str, *, killed_after: int | None = None) -> list[Came]:
    """A job's work as its process does it; `killed_after` so many rows it is begun again from the start."""
    taken = await take_next(services.database)
    assert taken is not None
    assert taken.job_id == job_id
    async with services.database.read() as session:
        job = await find_job(session, job_id)
    assert job is not None
    work, request = tried if job.kind == service.TRIAL else taken_in, job.sealed["request"]
    if killed_after:
        begun = work(services, request)
        for _ in range(killed_after):
            await anext(begun)
    came = [each async for each in work(services, request)]
    await finish(services.database, taken, "done", [each.model_dump(mode="json") for each in came])
    return came


async def asked(services: Services, actor: Actor, content: bytes, key: str) -> str:
    """The job of a file that is to be tried."""
    async with services.database.read() as session:
        answer = await service.ask_for_import(services, session, actor, content, "十一月.csv", key, dry_run=True)
    return answer.body.job_id


async def recorded(services: Services) -> int:
    """How many reports there are."""
    async with services.database.read() as session:
        return int((await session.execute(select(func.count()).select_from(IncidentRow))).scalar_one())


async def test_each_row_is_told_then_registered_once_and_the_refused_ones_come_back_to_be_mended(
    services: Services,
) -> None:
    taker = await somebody(services, "call_taker", "bureau")
    before = await recorded(services)
    job_id = await asked(services, taker, sheet(ROWS), "k1")
    came = await done(services, taker, job_id)
    assert [each.outcome for each in came] == ["new", "joined", "wrong", "twice", "wrong", "new"]
    assert (came[1].with_row, came[3].with_row) == (2, 2)
    assert [(each.row, each.field) for each in came[2].errors] == [(4, "接报时间"), (4, "地址")]
    assert [each.field for each in came[4].errors] == ["对方证件号码", "来源", "属地"]
    assert await recorded(services) == before

    for _ in range(2):  # pressed twice it goes on once
        async with services.database.read() as session:
            await service.go_on(services, session, taker, job_id)
    came = await done(services, taker, job_id, killed_after=2)
    assert [each.outcome for each in came] == ["new", "joined", "wrong", "twice", "wrong", "new"]
    assert came[0].dispute_no == came[1].dispute_no != came[5].dispute_no
    assert await recorded(services) == before + 3
    assert await take_next(services.database) is None

    async with services.database.read() as session:
        job = await service.own_import(session, taker, job_id)
    counts = service.counted(service.came_of(job))
    assert (counts.created, counts.joined, counts.known, counts.failed) == (2, 1, 1, 2)
    assert service.unread(job, []) == ["备注"]
    assert QUARREL not in str(service.told(job.sealed["request"]))
    name, content = service.refused(job)
    assert name.endswith(".xlsx")
    back = read_table(content, NEEDED)
    assert [row.cells["来源单号"] for row in back.rows] == ["JJ-03", "JJ-05"]
    assert back.rows[0].cells["原文件行号"] == "4"
    assert "接报时间：应为日期和时间" in back.rows[0].cells["问题"]
    rows = [[row.cells[head] for head in HEADS] for row in back.rows]
    rows[0][2:4] = ["2026-11-05 08:00", "古山镇金江龙村99号"]
    mended = await asked(services, taker, sheet([*ROWS[:2], rows[0]], "utf-8-sig"), "k2")
    assert [each.outcome for each in await done(services, taker, mended)] == ["known", "known", "new"]

    async with services.database.read() as session:
        noted = select(AccessRow).where(col(AccessRow.what).startswith("import:"))
        said = [(row.what, row.sealed) for row in (await session.execute(noted)).scalars()]
    assert [what for what, _ in said] == ["import:incidents:try", "import:incidents", "import:incidents:try"]
    assert {about["count"] for _, about in said} == {6, 3}
    assert not any("金江龙" in str(about) or "李一" in str(about) for _, about in said)


async def test_it_is_for_who_takes_reports_and_another_does_not_find_it(services: Services) -> None:
    taker, leader = await somebody(services, "call_taker", "bureau"), await somebody(services, "leader", "county")
    with pytest.raises(NotEntitled):
        await asked(services, leader, sheet(ROWS), "k3")
    job_id = await asked(services, taker, sheet(ROWS[:1]), "k4")
    other = await somebody(services, "supervisor", "county")
    async with services.database.read() as session:
        with pytest.raises(NotFound):
            await service.go_on(services, session, other, job_id)


async def test_what_joins_a_matter_out_of_sight_is_told_without_its_number(services: Services) -> None:
    taker = await somebody(services, "call_taker", "bureau")
    first = await asked(services, taker, sheet(ROWS[:1]), "k5")
    await done(services, taker, first)
    async with services.database.read() as session:
        await service.go_on(services, session, taker, first)
    await done(services, taker, first)
    elsewhere = await somebody(services, "grid_leader", "village-baiyang-1")
    rows = [["", "", *ROWS[1][2:]]]
    [came] = await done(services, elsewhere, await asked(services, elsewhere, sheet(rows), "k6"))
    assert (came.outcome, came.dispute_no, came.with_row) == ("joined", "", None)


def test_a_file_that_cannot_be_read_is_answered_with_a_sentence() -> None:
    one = ROWS[0]
    for content, error, said in (
        (b" \r\n", FieldsInvalid, "文件是空的"),
        (",".join(HEADS).encode(), FieldsInvalid, "没有内容"),
        ("时间,地点\n1,2".encode(), FieldsInvalid, "首行缺少列：接报时间、地址、情况"),
        ("時間,地點\n1,2".encode("big5"), FieldsInvalid, "另存为“CSV UTF-8”"),  # some characters in GB18030 too
        ("时间,地点\n1,2".encode("gb18030"), FieldsInvalid, "编码可能不是"),
        ("接报时间,地点\n1,2".encode("gb18030"), FieldsInvalid, "首行缺少列：地址、情况"),
        ("接报时间,地址,情况,地址\n1,2,3,4".encode(), FieldsInvalid, "重复的列：地址"),
        (sheet([one]).decode("gb18030").encode("utf-16"), MediaRefused, "UTF-8、GB18030"),
        (b"PK\x03\x04 no workbook", MediaRefused, "无法读取该工作簿"),
        (sheet([one] * (MOST + 1)), TooLarge, f"{MOST}行"),
    ):
        with pytest.raises(error) as refused:
            read_sheet(content)
        told = refused.value.errors[0]["message"] if refused.value.errors else refused.value.detail
        assert said in told
    book = read_sheet(template(COLUMNS, "警情", [["", "", "2026-11-03 14:05", "古山镇", "争吵"]]))
    assert book.rows[0].cells["情况"] == "争吵"
    assert read_sheet(b'{"source": "110"}\n\n{"source": "12345"}\n').rows[1].number == 3
