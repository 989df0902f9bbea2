"""Supervisions that the process called down: listed while they wait, then with what was done about them."""

from __future__ import annotations

from api.conduct.supervisions import listed_supervisions, supervision_view
from api.core.context import Services
from api.disputes.actions import take_action
from api.web.organisation_labels import offices_of
from infra.database.engine import Session
from tests.api.support import answered, dispute, somebody


async def test_a_supervision_is_listed_with_what_was_done_about_it(services: Services, session: Session) -> None:
    number = await dispute(services)
    chief, supervisor = (
        await somebody(services, "station_chief", "station-gushan"),
        await somebody(services, "supervisor", "county"),
    )
    await take_action(services, session, chief, number, "escalate", {"reason": "涉及多个部门"}, "k")
    async with services.database.resume(session):
        [waits], _ = await listed_supervisions(services, session, supervisor, "open", 9, None)
        offices = await offices_of(services, session)
        shown = supervision_view(waits, offices)
        assert (shown["state"], shown["href"]) == ("待办理", f"/tasks/{waits.task.task_id}")
        assert await listed_supervisions(services, session, supervisor, "done", 9, None) == ([], None)
    await session.close()
    await answered(services, number, "supervise", "urge", message="三日内办结")
    async with services.database.resume(session):
        [done], _ = await listed_supervisions(services, session, supervisor, "done", 9, None)
    shown = supervision_view(done, offices)
    assert (shown["state"], shown["answer"], shown["said"]) == ("已办理", "书面督办", "三日内办结")
    assert (shown["href"], shown["no"]) == (f"/disputes/{number}", number)
