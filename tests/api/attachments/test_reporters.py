"""Whoever reported something of a dispute adds files to it for a day, and sees no more of it for that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.attachments.access import REPORTER_FOR, check_may_attach
from api.attachments.resuming import begin_upload, finish_upload
from api.attachments.schemas import UploadIn
from api.core.context import Services
from api.disputes.access import visible_dispute
from api.intake.service import take_in
from domain.errors import Conflict, NotEntitled, NotFound
from infra.database.tables.intake import IncidentRow
from tests.api.intake.test_service import report
from tests.api.support import somebody


async def test_who_reported_adds_files_for_a_day_without_sight_of_what_it_joined(services: Services) -> None:
    first, second = (
        await somebody(services, "call_taker", "bureau"),
        await somebody(services, "grid_leader", "village-baiyang-1"),
    )
    told = report()
    async with services.database.read() as session:
        number = (await take_in(services, session, first, told, None)).body.dispute_no
    async with services.database.read() as session:
        with pytest.raises(NotFound):
            await check_may_attach(services, session, second, number)
    again = told.model_copy(update={"source": "grid", "source_no": "WG-1"})
    async with services.database.read() as session:
        joined = (await take_in(services, session, second, again, None)).body
    assert (joined.joined, joined.dispute_no) == (True, number)
    async with services.database.read() as session:
        await check_may_attach(services, session, second, number)
        with pytest.raises(NotFound):
            await visible_dispute(services, session, second, number)
    async with services.database.write() as writing:
        row = await writing.get_one(IncidentRow, joined.incident_id)
        late = row.received_at - REPORTER_FOR - timedelta(minutes=1)
        mine = col(IncidentRow.incident_id) == joined.incident_id
        await writing.execute(update(IncidentRow).where(mine).values(received_at=late))
    async with services.database.read() as session:
        with pytest.raises(NotFound):
            await check_may_attach(services, session, second, number)


async def test_what_is_sent_while_a_report_is_written_is_nobodys_until_it_is_registered(services: Services) -> None:
    leader = await somebody(services, "leader", "county")
    asked = UploadIn(dispute_no="", name="现场.png", size=4)
    async with services.database.read() as session:
        with pytest.raises(NotEntitled):
            await begin_upload(services, session, leader, asked)
    taker = await somebody(services, "call_taker", "bureau")
    async with services.database.read() as session:
        begun = await begin_upload(services, session, taker, asked)
    async with services.database.read() as session:
        with pytest.raises(Conflict):
            await finish_upload(services, session, taker, begun.upload_id)
        with pytest.raises(NotFound):
            await finish_upload(services, session, leader, begun.upload_id, "D2026-000001")
