"""函件: numbered without gaps, the same after the read model was made anew, for whoever may see its dispute."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api.core.context import Services
from api.disputes.service import whole_case
from api.notices.schemas import Notice, NoticeIn, NoticeWaits, NoticeWanted
from api.notices.service import listed_notices, send_notice, whole_notice
from api.tasks.schemas import Answering
from api.tasks.service import decide, whole_task
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.image.projection import project
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.read_model.writer import forget, replace_image
from tests.api.engine import LivingEngine
from tests.api.support import dispute, somebody

TEXT = "经营场所占用消防通道，请依职责核查处理并反馈"
YEAR = f"{china(datetime.now(UTC)):%Y}"


async def sent(
    services: Services, session: Session, by: Actor, number: str, key: str | None = None, **more: Any
) -> Notice:
    """A notice beside a dispute, a 提示函 to the fire brigade where nothing else is said."""
    asked = NoticeIn(**{"kind": "advice", "to": "fire_rescue", "dispute_no": number, "text": TEXT, **more})
    answer = await send_notice(services, session, by, asked, key)
    assert answer.status == 201
    assert isinstance(answer.body, Notice)
    return answer.body


async def test_each_sender_has_a_series_of_a_kind_and_year_without_gaps(services: Services, session: Session) -> None:
    """“通报有关部门并发送提示函”."""
    chief, supervisor = (
        await somebody(services, "station_chief", "station-gushan"),
        await somebody(services, "supervisor", "county"),
    )
    first, second = await dispute(services), await dispute(services)
    notices = [await sent(services, session, chief, first)]
    with pytest.raises(FieldsInvalid):  # what the engine refuses takes no number
        await sent(services, session, chief, first)
    with pytest.raises(NotEntitled):
        await sent(services, session, await somebody(services, "command_room", "station-gushan"), second)
    notices.append(await sent(services, session, chief, second))
    assert [each.number for each in notices] == [f"TS-station-gushan-{YEAR}-000{n}" for n in (1, 2)]
    urged = await sent(services, session, supervisor, first, kind="supervision", to="housing")
    advised = await sent(services, session, supervisor, first, to="housing")
    assert [urged.number, advised.number] == [f"DB-county-{YEAR}-0001", f"TS-county-{YEAR}-0001"]
    assert notices[0].kind_name == "提示函"
    assert (notices[0].organisation, notices[0].to, notices[0].text) == ("station-gushan", "fire_rescue", TEXT)


async def test_a_repeat_with_its_key_sends_nothing_twice(services: Services, session: Session) -> None:
    chief, number = await somebody(services, "station_chief", "station-gushan"), await dispute(services)
    assert await sent(services, session, chief, number, "k") == await sent(services, session, chief, number, "k")
    assert len((await whole_case(services, session, chief, number)).notices) == 1


async def test_it_is_proved_delivered_seen_and_answered(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    chief, number = await somebody(services, "station_chief", "station-gushan"), await dispute(services)
    notice = await sent(services, session, chief, number)
    assert (notice.state, notice.delivered_at, notice.seen_at, notice.answered_at) == (
        "open",
        notice.sent_at,
        None,
        None,
    )
    assert notice.number
    handler = await somebody(services, "department_handler", "fire_rescue")
    await whole_task(services, session, handler, notice.task_id)
    async with services.database.read() as later:
        seen = await whole_notice(services, later, handler, notice.number)
        assert (seen.seen_by, seen.seen_at is not None, seen.state) == (handler.name, True, "open")
        answering = Answering(decision="answer", fields={"answer": "已责令清除占道物品"})
        await decide(services, later, handler, notice.task_id, answering, "a")
    async with services.database.read() as later:
        answered = await whole_notice(services, later, chief, notice.number)
    assert (answered.state, answered.decision_name, answered.answer, answered.answered_by) == (
        "answered", "反馈", "已责令清除占道物品", handler.name)  # fmt: skip


async def test_a_read_model_made_anew_gives_the_same_number(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    chief, number = await somebody(services, "station_chief", "station-gushan"), await dispute(services)
    notices = [await sent(services, session, chief, number), await sent(services, session, chief, number, to="housing")]
    await forget(services.database, number)
    await replace_image(services.database, project(engine.state(number)))
    async with services.database.read() as later:
        found = await listed_notices(services, later, chief, NoticeWanted(dispute_no=number), 9, None)
    assert sorted(str(each.number) for each in found.items) == sorted(str(each.number) for each in notices)


async def test_what_was_never_published_is_numbered_when_the_read_model_is_made_anew(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    chief, number = await somebody(services, "station_chief", "station-gushan"), await dispute(services)
    engine.publishes = False
    asked = NoticeIn(kind="advice", to="fire_rescue", dispute_no=number, text=TEXT)
    answer = await send_notice(services, session, chief, asked, None)
    assert isinstance(answer.body, Notice | NoticeWaits)
    await forget(services.database, number)
    await replace_image(services.database, project(engine.state(number)))
    async with services.database.read() as later:
        [notice] = (await listed_notices(services, later, chief, NoticeWanted(dispute_no=number), 9, None)).items
    assert str(notice.number).startswith(f"TS-station-gushan-{YEAR}-")


async def test_lists_are_narrowed_and_paged_and_hold_what_one_may_see(services: Services, session: Session) -> None:
    chief, number = await somebody(services, "station_chief", "station-gushan"), await dispute(services)
    for to in ("agri", "fire_rescue", "housing"):
        await sent(services, session, chief, number, to=to)

    async def shown(by: Actor, cursor: str | None = None, limit: int = 9, **wanted: Any) -> list[str]:
        page = await listed_notices(services, session, by, NoticeWanted(**wanted), limit, cursor)
        rest = await shown(by, page.next_cursor, limit, **wanted) if page.next_cursor else []
        return [*(each.to for each in page.items), *rest]

    assert sorted(await shown(chief, limit=2)) == ["agri", "fire_rescue", "housing"]
    assert await shown(chief, organisation="housing") == ["housing"]
    assert len(await shown(chief, organisation="station-gushan")) == 3
    assert await shown(chief, kind="supervision") == []
    assert len(await shown(chief, state="open", overdue=False)) == 3
    assert await shown(chief, state="answered") == await shown(chief, state="unanswered") == []
    with pytest.raises(FieldsInvalid):
        await shown(chief, organisation="nowhere")
    stranger = await somebody(services, "township_leader", "town-baiyang")
    assert await shown(stranger) == []
    with pytest.raises(NotFound):
        await whole_notice(services, session, stranger, f"TS-station-gushan-{YEAR}-0001")
