"""The page of a dispute's history: its moments in words, and the case as it stood at any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from temporalio.client import WorkflowHistory

from api.audit.endpoints import RunDep, get_history
from api.audit.schemas import CaseAtEvent, EntryTold
from api.audit.service import histories, may_audit, standing, words_of
from api.core.context import Services
from api.core.deps import ServicesDep
from api.core.permissions import holds_at_root
from api.core.timeline import shown_entries
from api.disputes.case_view import case_view
from api.histories.lookup import Run
from api.histories.replay import replay
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices, offices_of, vocabulary
from api.web.rendering import show
from api.web.session import ViewerDep
from api.web.timeline import TONES, by_days, title_in_words
from domain.base import china
from domain.errors import FieldsInvalid
from domain.people.permissions import CODEC_READERS

router = APIRouter(route_class=PageRoute)
EventDep = Annotated[int | None, Query(description="Event id; the last moment unless given")]
StepDep = Annotated[int | None, Query(description="Number of a moment, from 0, as the slider sends it")]
RANKS = ("late", "act", "good", "stage", "soon")
"""Which of a moment's entries gives it its colour: the weightiest."""
MARKED = {"round": "round", "overdue": "late", "supervision": "late", "agreement": "good", "stage": "stage",
          "closed": "good"}  # fmt: skip
"""Kinds of entries that are marked on the slider, by the tone of the mark."""
WAITING = "受理，等待处理"
"""What a run tells before anything has been worked on."""
COMPARED = ("tasks", "clocks", "parties", "incidents", "agreements", "sessions", "evaluations", "visits")


@dataclass(frozen=True)
class Moment:
    """A time at which something was told, with the events up to the next such time."""

    step: int
    event: int
    """the last event before the next moment: the case stands still until then"""
    at: datetime
    entries: list[EntryTold]
    events: list[dict[str, Any]]

    @property
    def title(self) -> str:
        """What was told, in one line."""
        titles = [title_in_words(e.kind, e.title, e.about) for e in shown_entries(self.entries)]
        return "；".join(titles[:2]) + (f" 等 {len(titles)} 项" if len(titles) > 2 else "")


@dataclass(frozen=True)
class Past:
    """A run's history, told."""

    dispute_no: str
    history: WorkflowHistory
    moments: list[Moment]
    after: list[dict[str, Any]]
    """events that no moment has taken up yet"""
    error: str | None
    """why it can't be replayed"""

    def at(self, event: int | None, step: int | None) -> Moment:
        """The moment that an event belongs to, or of that number; the last where neither is given.

        Raises:
            FieldsInvalid: there is no such event or moment.
        """
        if step is not None and event is None:
            if not 0 <= step < len(self.moments):
                raise FieldsInvalid(f"时点编号须在0到{len(self.moments) - 1}之间")
            return self.moments[step]
        last = self.history.events[-1].event_id
        if event is not None and not 1 <= event <= last:
            raise FieldsInvalid(f"事件编号须在1到{last}之间")
        return next((m for m in self.moments if event is not None and event <= m.event), self.moments[-1])

    def href(self, moment: Moment, path: str = "history") -> str:
        """The address of a moment."""
        return f"/disputes/{self.dispute_no}/{path}?" + urlencode({"run": self.history.run_id, "event": moment.event})


@router.get("/disputes/{no}/history")
async def history_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, no: str, run: RunDep = None, event: EventDep = None,
    step: StepDep = None,
) -> Response:  # fmt: skip
    """A run of a dispute: every moment, and the case at one of them."""
    await may_audit(services, viewer.actor, no)
    services.access.note(viewer.actor.person_id, no, "history:words")
    runs = await histories(services).runs(no)
    past = await _past(services, no, run or (runs[-1].run_id if runs else None))
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
        labels=[f"{w.stamp(m.at, now)} {m.title}" for m in past.moments],
        marks=_marks(past.moments),
        after=[_event(each) for each in past.after],
        events=past.history.events[-1].event_id,
        error=past.error,
        may_open=await holds_at_root(services, viewer.actor, CODEC_READERS),
        **await _stood(services, past, here),
    )


@router.get("/disputes/{no}/history/moment")
async def moment_part(
    request: Request, services: ServicesDep, viewer: ViewerDep, no: str, run: RunDep = None, event: EventDep = None,
    step: StepDep = None,
) -> Response:  # fmt: skip
    """The case at one moment: the part of the page that the slider exchanges."""
    await may_audit(services, viewer.actor, no)
    services.access.note(viewer.actor.person_id, no, "state")
    past = await _past(services, no, run)
    here = past.at(event, step)
    response = show(request, "moment.html", viewer, no=no, error=past.error, **await _stood(services, past, here))
    response.headers["HX-Replace-Url"] = past.href(here)
    return response


@router.get("/disputes/{no}/history.json")
async def history_file(
    services: ServicesDep, viewer: ViewerDep, no: str, run: RunDep = None, decoded: bool = False
) -> Response:
    """The history as a file, as stored or opened; noted like every reading of it."""
    response = await get_history(services, viewer.actor, no, run, decoded)
    name = f"{no}{'-decoded' if decoded else ''}.json"
    response.headers.update({"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})
    return response


async def _past(services: Services, no: str, run: str | None) -> Past:
    history = await histories(services).fetch(no, run)
    spoken = words_of(history, await replay(history, services.client.data_converter))
    moments: list[Moment] = []
    for item in spoken["items"]:
        at = china(datetime.fromisoformat(item["at"]))
        entries = [EntryTold.model_validate(entry) for entry in item["entries"]]
        if entries or not moments:
            moments.append(Moment(len(moments), item["event_id"], at, entries, item["events"]))
        else:  # told nothing: what the engine did beside belongs to the moment before
            last = moments.pop()
            events = [*last.events, *item["events"]]
            moments.append(Moment(last.step, item["event_id"], last.at, last.entries, events))
    if not moments:  # nothing has been worked on yet
        first = spoken["after"]
        moments = [Moment(0, first[-1]["event_id"], china(datetime.fromisoformat(first[0]["at"])), [], [])]
    return Past(no, history, moments, spoken["after"], spoken["error"])


async def _stood(services: Services, past: Past, here: Moment) -> dict[str, Any]:
    """The case at a moment, and what changed against the moment before."""
    before = past.moments[here.step - 1] if here.step else None
    following = past.moments[here.step + 1] if here.step + 1 < len(past.moments) else None
    view: dict[str, Any] = {
        "step": here.step,
        "count": len(past.moments),
        "here": {"event": here.event, "at": f"{here.at:%Y-%m-%d %H:%M:%S}", "title": here.title or WAITING},
        "before": _neighbour(past, before),
        "following": _neighbour(past, following),
        "stood": None,
    }
    if past.error:
        return view
    converter = services.client.data_converter
    offices = await offices_of(services)
    now = CaseAtEvent.model_validate(await standing(past.history, here.event, converter))
    was = CaseAtEvent.model_validate(await standing(past.history, before.event, converter)) if before else None
    return {**view, "stood": _compared(services, offices, now, was, here)}


def _neighbour(past: Past, moment: Moment | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    return {"href": past.href(moment), "part": past.href(moment, "history/moment")}


def _compared(
    services: Services, offices: Offices, now: CaseAtEvent, was: CaseAtEvent | None, here: Moment
) -> dict[str, Any]:
    """The case in words, each part marked `new` or `changed` where it was not so before; at first nothing is marked."""
    at, words = here.at, vocabulary(services, offices, now.colours)
    entries = now.timeline
    shown = case_view(now, entries, words, at)
    earlier = case_view(was, was.timeline, vocabulary(services, offices, was.colours), at) if was else None
    for part in COMPARED:
        known = {_key(part, n, item): item for n, item in enumerate(_all(earlier, part))} if earlier else {}
        for n, item in enumerate(_all(shown, part)):
            previous = known.get(_key(part, n, item))
            item["mark"] = "" if earlier is None or previous == item else "changed" if previous else "new"
    earlier_told = len(entries) - len(here.entries)
    gone = {t["href"] for t in earlier["tasks"]} - {t["href"] for t in shown["tasks"]} if earlier else set()
    return {
        **shown,
        "head": _head(shown["case"], earlier["case"] if earlier else None),
        "ended": [t for t in shown["done"] if t["href"] in gone],
        "voided": [t for t in (earlier or {"tasks": []})["tasks"]
                   if t["href"] in gone - {d["href"] for d in shown["done"]}],
        "fresh": by_days(entries[earlier_told:], words, at, entries),
        "days": by_days(entries[:earlier_told], words, at),
    }  # fmt: skip


def _all(shown: dict[str, Any], part: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = shown[part] + (shown["past_clocks"] if part == "clocks" else [])
    return items


def _key(part: str, n: int, item: dict[str, Any]) -> Any:
    """By what an item is known again at another moment: tasks and clocks by themselves, the rest by its place."""
    if part == "tasks":
        return item["href"]
    return (item["name"], item["started"]) if part == "clocks" else n


def _head(case: dict[str, Any], was: dict[str, Any] | None) -> list[dict[str, str]]:
    def facts(c: dict[str, Any]) -> dict[str, str]:
        return {
            "阶段": c["stage"],
            "轮次": f"第 {c['round']} 轮",
            "预警颜色": c["colour"]["name"] + ("，加急" if c["urgent"] else ""),
            "当前承办": " · ".join(filter(None, (c["office"], c["holder"]))) if c["holder"] else "",
            "最近时限": c["due"]["at"] + ("（超期）" if c["overdue"] else "") if c["due"] else "",
            "退回": f"{c['returns']} 次" if c["returns"] else "",
            "推诿": f"{c['refusals']} 次" if c["refusals"] else "",
            "办结": c["outcome"],
        }

    now, before = facts(case), facts(was) if was else {}
    return [
        {"name": name, "value": value or "无", "was": (before[name] or "无") if was and before[name] != value else ""}
        for name, value in now.items()
        if value or (was and before[name])
    ]


def _run(no: str, number: int, run: Run, past: Past, now: datetime) -> dict[str, Any]:
    return {
        "href": f"/disputes/{no}/history?" + urlencode({"run": run.run_id}),
        "name": f"第 {number} 次办理",
        "about": f"{w.stamp(run.started_at, now)} 起{'' if run.closed else '，办理中'}",
        "current": run.run_id == past.history.run_id,
    }


def _line(past: Past, moment: Moment, here: Moment, now: datetime) -> dict[str, Any]:
    tones = [TONES.get(entry.kind, "plain") for entry in moment.entries]
    return {
        "href": past.href(moment),
        "part": past.href(moment, "history/moment"),
        "event": moment.event,
        "at": w.stamp(moment.at, now),
        "entries": [
            {"title": title_in_words(e.kind, e.title, e.about), "actor": e.actor} for e in shown_entries(moment.entries)
        ]
        or [{"title": WAITING, "actor": None}],
        "tone": next((tone for tone in RANKS if tone in tones), "quiet"),
        "current": moment is here,
        "events": [_event(each) for each in moment.events],
    }


def _event(event: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(event["at"])
    return {"id": event["event_id"], "title": event["title"], "type": event["type"], "at": f"{at:%H:%M:%S}"}


def _marks(moments: list[Moment]) -> list[dict[str, Any]]:
    """Where on the slider's thousand units something weighty happened."""
    marks = []
    for moment in moments[1:]:
        kinds = [entry.kind for entry in moment.entries]
        kind = next((kind for kind in MARKED if kind in kinds), None)
        if kind:
            marks.append({"at": round(1000 * moment.step / (len(moments) - 1)), "tone": MARKED[kind]})
    return marks
