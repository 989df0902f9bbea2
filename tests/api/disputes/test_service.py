"""Reading disputes: what a person sees of them, and that what he may not see is not there."""

from __future__ import annotations

from typing import Any

import pytest

from api.core.context import Services
from api.disputes.presenters import present_case
from api.disputes.service import listed_disputes, timeline_page, whole_case, whole_timeline
from domain.errors import FieldsInvalid, NotFound
from domain.image.public_document import PublicDocument
from infra.database.engine import Session
from infra.read_model.disputes import DisputeFilter, dispute_row
from infra.read_model.tasks import tasks_of
from tests.api.support import answered, dispute, somebody


def values(shown: Any) -> set[str]:
    """Every text in JSON values, at whatever depth."""
    if isinstance(shown, dict):
        shown = list(shown.values())
    return set().union(*map(values, shown)) if isinstance(shown, list) else {str(shown)}


async def test_the_whole_case_is_the_public_document_with_what_people_added(
    services: Services, session: Session
) -> None:
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    supervisor = await somebody(services, "supervisor", "county")
    case = await whole_case(services, session, supervisor, number)
    assert (case.stage, case.watched, case.comments, case.attachments) == ("push_1", False, [], [])
    assert {task.kind for task in case.tasks} == {"confirm_triage", "handle_on_scene"}
    assert "escalate" in [choice.name for choice in case.actions]
    shown = case.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert set(PublicDocument.model_fields) < set(shown)
    own = {"tasks", "notices", "effort", "attachments", "comments", "may_attach", "watched"}
    listed = await listed_disputes(services, session, supervisor, DisputeFilter(), limit=9, cursor=None)
    assert set(shown) == set(PublicDocument.model_fields) | set(listed.items[0].model_dump()) | own


async def test_personal_numbers_are_masked_wherever_a_party_is_shown(services: Services, session: Session) -> None:
    number = await dispute(services)
    row = await dispute_row(session, number)
    private = {"name": "李某", "side": "a", "phone": "13812345678", "id_number": "330784199001011234"}
    document = {**row.sealed, "parties": [private]}
    document["incidents"] = [{**incident, "parties": [private]} for incident in document["incidents"]]
    row.sealed = document
    case = present_case(row, await tasks_of(session, number), await somebody(services, "supervisor", "county"))
    shown = values(case.model_dump(mode="json"))
    assert {"138****5678", "330*************34"} <= shown
    assert not {"13812345678", "330784199001011234"} & shown


async def test_a_dispute_one_may_not_see_is_not_found_whichever_way_one_asks(
    services: Services, session: Session
) -> None:
    number = await dispute(services)
    stranger = await somebody(services, "township_leader", "town-baiyang")
    for reading in (
        whole_case(services, session, stranger, number),
        whole_timeline(services, session, stranger, number),
        timeline_page(services, session, stranger, number, limit=9, cursor=None),
        whole_case(services, session, stranger, "D2026-999999"),
    ):
        with pytest.raises(NotFound):
            await reading
    found = await listed_disputes(services, session, stranger, DisputeFilter(), limit=9, cursor=None)
    assert found.items == []


async def test_a_timeline_is_read_page_by_page_in_order(services: Services, session: Session) -> None:
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    supervisor = await somebody(services, "supervisor", "county")
    whole = await whole_timeline(services, session, supervisor, number)
    first = await timeline_page(services, session, supervisor, number, limit=2, cursor=None)
    rest = await timeline_page(services, session, supervisor, number, limit=200, cursor=first.next_cursor)
    assert first.next_cursor
    assert rest.next_cursor is None
    assert first.items + rest.items == whole
    assert [entry.seq for entry in whole] == list(range(1, len(whole) + 1))


async def test_the_list_is_filtered_by_an_organisation_that_exists(services: Services, session: Session) -> None:
    number = await dispute(services)
    supervisor = await somebody(services, "supervisor", "county")
    here = DisputeFilter(organisation="station-gushan")
    page = await listed_disputes(services, session, supervisor, here, limit=9, cursor=None)
    assert [item.dispute_no for item in page.items] == [number]
    nowhere = DisputeFilter(organisation="nowhere")
    with pytest.raises(FieldsInvalid) as refusal:
        await listed_disputes(services, session, supervisor, nowhere, limit=9, cursor=None)
    assert refusal.value.errors[0]["field"] == "organisation"
