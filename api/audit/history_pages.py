"""The page of a dispute's history: its moments in words, and the case as it stood at any of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.audit import service
from api.audit.case_at_event import case_at
from api.audit.comparison import compared
from api.audit.moments import RunHistory, ShownMoment, run_history
from api.audit.schemas import EntryTold, EventTold
from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.permissions import holds_at_root
from api.histories.lookup import Run
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import ViewerDep
from api.web.timeline import TONES, title_in_words
from domain.image.shown_timeline import shown_entries
from domain.people.permissions import CODEC_READERS

router = APIRouter(route_class=PageRoute)
RunDep = Annotated[str | None, Query(max_length=80, description="Run id; the latest unless given")]
EventDep = Annotated[int | None, Query(description="Event id; the last moment unless given")]
StepDep = Annotated[int | None, Query(description="Number of a moment, from 0, as the slider sends it")]
RANKS = ("late", "act", "good", "stage", "soon")
"""Which of a moment's entries gives it its colour: the weightiest."""
MARKED = {"round": "round", "overdue": "late", "supervision": "late", "agreement": "good", "stage": "stage",
          "closed": "good"}  # fmt: skip
"""Kinds of entries that are marked on the slider, by the tone of the mark."""
WAITING = "受理，等待处理"
"""The entry of a run that nothing has been worked on in yet."""


@router.get("/disputes/{no}/history")
async def history_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, run: RunDep = None,
    event: EventDep = None, step: StepDep = None,
) -> Response:  # fmt: skip
    """A run of a dispute: every moment, and the case at one of them."""
    await service.may_audit(services, session, viewer.actor, no)
    services.access.note(viewer.actor.person_id, no, "history:words")
    may_open = await holds_at_root(services, session, viewer.actor, CODEC_READERS)
    offices = await offices_of(services, session)
    await session.close()
    runs = await service.histories(services).runs(no)
    past = await run_history(services, no, run or (runs[-1].run_id if runs else None))
    now = w.present()
    here = past.at(event, step)
    return show(
        request,
        "history.html",
        viewer,
        no=no,
        run=past.history.run_id,
        runs=[_run(no, number, each, past, now) for number, each in enumerate(runs, start=1)],
        moments=[_line(past, moment, here, now) for moment in past.moments],
        labels=[f"{w.stamp(m.at, now)} {_title(m)}" for m in past.moments],
        marks=_marks(past.moments),
        after=[_event(each) for each in past.after],
        events=past.last_event,
        error=past.error,
        may_open=may_open,
        **await _case_at(services, offices, past, here),
    )


@router.get("/disputes/{no}/history/moment")
async def moment_part(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, run: RunDep = None,
    event: EventDep = None, step: StepDep = None,
) -> Response:  # fmt: skip
    """The case at one moment: the part of the page that the slider exchanges."""
    await service.may_audit(services, session, viewer.actor, no)
    services.access.note(viewer.actor.person_id, no, "state")
    offices = await offices_of(services, session)
    await session.close()
    past = await run_history(services, no, run)
    here = past.at(event, step)
    view = await _case_at(services, offices, past, here)
    response = show(request, "moment.html", viewer, no=no, error=past.error, **view)
    response.headers["HX-Replace-Url"] = past.href(here)
    return response


@router.get("/disputes/{no}/history.json")
async def history_file(
    services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, run: RunDep = None, decoded: bool = False
) -> Response:
    """The history as a file, as stored or opened; noted like every reading of it."""
    found = await service.history(services, session, viewer.actor, no, run, decoded=decoded)
    name = f"{no}{'-decoded' if decoded else ''}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return JSONResponse(found.model_dump(mode="json"), headers=headers)


async def _case_at(services: Services, offices: Offices, past: RunHistory, here: ShownMoment) -> View:
    """The case at a moment, and what changed against the moment before."""
    before = past.before(here)
    view: View = {
        "step": here.step,
        "count": len(past.moments),
        "here": {"event": here.event, "at": f"{here.at:%Y-%m-%d %H:%M:%S}", "title": _title(here) or WAITING},
        "before": _neighbour(past, before),
        "following": _neighbour(past, past.following(here)),
        "stood": None,
    }
    if past.error:
        return view
    converter = services.client.data_converter
    now = await case_at(past.history, here.event, converter)
    was = await case_at(past.history, before.event, converter) if before else None
    return {**view, "stood": compared(services, offices, now, was, here)}


def _neighbour(past: RunHistory, moment: ShownMoment | None) -> View | None:
    if moment is None:
        return None
    return {"href": past.href(moment), "part": past.href(moment, "history/moment")}


def _run(no: str, number: int, run: Run, past: RunHistory, now: datetime) -> View:
    return {
        "href": f"/disputes/{no}/history?" + urlencode({"run": run.run_id}),
        "name": f"第 {number} 次办理",
        "about": f"{w.stamp(run.started_at, now)} 起{'' if run.closed else '，办理中'}",
        "current": run.run_id == past.history.run_id,
    }


def _line(past: RunHistory, moment: ShownMoment, here: ShownMoment, now: datetime) -> View:
    tones = [TONES.get(entry.kind, "plain") for entry in moment.entries]
    return {
        "href": past.href(moment),
        "part": past.href(moment, "history/moment"),
        "event": moment.event,
        "at": w.stamp(moment.at, now),
        "entries": [{"title": _words(entry), "actor": entry.actor} for entry in shown_entries(moment.entries)]
        or [{"title": WAITING, "actor": None}],
        "tone": next((tone for tone in RANKS if tone in tones), "quiet"),
        "current": moment is here,
        "events": [_event(each) for each in moment.events],
    }


def _title(moment: ShownMoment) -> str:
    """A moment's entries in one line."""
    titles = list(map(_words, shown_entries(moment.entries)))
    return "；".join(titles[:2]) + (f" 等 {len(titles)} 项" if len(titles) > 2 else "")


def _words(entry: EntryTold) -> str:
    return title_in_words(entry.kind, entry.title, entry.about)


def _event(event: EventTold) -> View:
    return {"id": event.event_id, "title": event.title, "type": event.type, "at": f"{event.at:%H:%M:%S}"}


def _marks(moments: list[ShownMoment]) -> list[View]:
    """Where on the slider's thousand units something weighty happened."""
    marks = []
    for moment in moments[1:]:
        kinds = [entry.kind for entry in moment.entries]
        kind = next((kind for kind in MARKED if kind in kinds), None)
        if kind:
            marks.append({"at": round(1000 * moment.step / (len(moments) - 1)), "tone": MARKED[kind]})
    return marks
