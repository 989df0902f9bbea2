"""Supervision of figures (督导): read by who oversees the organisation, answered by its leaders, ruled upon."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import JsonObject, Listed
from api.oversight.asked import asked_posts
from api.oversight.schemas import Finding, Ruling, Said, Supervised, SupervisionAnswer
from domain.base import china
from domain.errors import Conflict, NotEntitled, NotFound
from domain.indicators.breaches import Breach
from domain.people.organisation import Actor, Post, within
from domain.people.permissions import overseen
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.tables.reporting import FigureSupervisionRow
from infra.read_model.reporting.figure_supervision import supervisions
from infra.records.reporting.figure_supervision import (
    ANSWERED,
    CLOSED,
    LEADERS,
    OPEN,
    find_supervision,
    step,
    tell_leaders,
)

STATES = {OPEN: "待答复", ANSWERED: "已答复，待裁定", CLOSED: "已办结"}
BOXES = {"open": [OPEN, ANSWERED], "done": [CLOSED]}
_WHOLE = TypeAdapter(Supervised)


def operation(supervision_id: str, what: str) -> str:
    """Operation of answering or ruling, of which an idempotency key holds."""
    return f"figure-supervision:{what}:{supervision_id}"


async def listed_supervisions(
    services: Services, session: Session, actor: Actor, box: str, organisation: str | None, limit: int,
    cursor: str | None,
) -> Listed[Supervised]:  # fmt: skip
    """A page of those that the person may read, the newest first."""
    directory = await services.directory.read(session)
    paths = _in_sight(services, actor, directory)
    if organisation:
        listed = directory.get(organisation)
        paths = [listed.path] if listed and any(within(listed.path, path) for path in paths) else []
    page = await supervisions(session, paths=paths, states=BOXES[box], limit=limit, cursor=cursor)
    items = [_shown(services, row, actor, directory) for row in page.rows]
    return Listed[Supervised](items=items, next_cursor=page.next_cursor)


async def whole_supervision(services: Services, session: Session, actor: Actor, supervision_id: str) -> Supervised:
    """One of them.

    Raises:
        NotFound: there is none, or not for this person.
    """
    directory = await services.directory.read(session)
    row = await _seen(services, session, actor, directory, supervision_id)
    return _shown(services, row, actor, directory)


async def answer_supervision(
    services: Services, session: Session, actor: Actor, supervision_id: str, answer: SupervisionAnswer, key: str | None
) -> Answer[Supervised]:
    """Takes the organisation's answer: why, and what is done about it.

    Raises:
        NotFound, NotEntitled, Conflict
    """
    return await _said(services, session, actor, supervision_id, "answer", answer.text, (OPEN,), ANSWERED, key)


async def rule_on_supervision(
    services: Services, session: Session, actor: Actor, supervision_id: str, ruling: Ruling, key: str | None
) -> Answer[Supervised]:
    """Takes the ruling: the answer is accepted and it is over, or it is to be answered again.

    Raises:
        NotFound, NotEntitled, Conflict
    """
    to = CLOSED if ruling.verdict == "accept" else OPEN
    what = "accept" if ruling.verdict == "accept" else "return"
    return await _said(services, session, actor, supervision_id, what, ruling.text, (ANSWERED,), to, key)


async def _said(
    services: Services, session: Session, actor: Actor, supervision_id: str, what: str, words: str,
    states: tuple[str, ...], to: str, key: str | None,
) -> Answer[Supervised]:  # fmt: skip
    async def do(_: str) -> Effect[Supervised]:
        calendar = await services.calendars.current()
        directory = await services.directory.read(session)
        row = await _seen(services, session, actor, directory, supervision_id)
        answering = what == "answer"
        by = _answers(actor, row) if answering else _rules(services, actor, directory)
        if by is None:
            services.access.note(actor.person_id, None, f"figure_supervision:{what}", NotEntitled.code)
            raise NotEntitled("由该单位负责人答复" if answering else "由督导岗位裁定")
        now = datetime.now(UTC)
        said = {
            "what": what, "by": by.person_id, "name": by.name, "at": now.isoformat(), "text": words,
            "on_behalf_of": by.on_behalf_of, "on_behalf_name": by.on_behalf_name,
        }  # fmt: skip
        content = {**row.sealed, "said": [*row.sealed["said"], said]}
        values: JsonObject = {"state": to, "sealed": content}
        policy = services.policy.playbook.figure_supervision
        if what == "return" and policy:
            values["due_at"] = calendar.after(now, policy.answer_within)

        async def write(writing: Session) -> Answer[Supervised]:
            if not await step(writing, row, states, **values):
                raise Conflict("该督导的状态已变化")
            if what == "return":
                times = len(content["said"])
                await tell_leaders(writing, row, f"督导答复被退回：{words}", now, f"returned{times}")
            services.access.note(actor.person_id, None, f"figure_supervision:{what}")
            changed = FigureSupervisionRow(**{**row.model_dump(), **values})
            return Answer(200, _shown(services, changed, actor, directory))

        return Effect(write, f"figures:{supervision_id}")

    content = {"what": what, "text": words}
    return await once(services, session, actor, operation(supervision_id, what), key, content, _WHOLE, do)


async def _seen(
    services: Services, session: Session, actor: Actor, directory: Directory, supervision_id: str
) -> FigureSupervisionRow:
    row = await find_supervision(session, supervision_id)
    if row is None or not any(within(row.path, path) for path in _in_sight(services, actor, directory)):
        raise NotFound("没有这件督导")
    return row


def _in_sight(services: Services, actor: Actor, directory: Directory) -> list[str]:
    """The paths of the organisations whose supervision a person may read: those he oversees; all, for who rules."""
    return [directory.root.path] if _rules(services, actor, directory) else overseen(actor)


def _answers(actor: Actor, row: FigureSupervisionRow) -> Actor | None:
    """In whose name the person answers for the organisation."""
    return actor.capacity_at([Post(role=role, path=row.path) for role in LEADERS])


def _rules(services: Services, actor: Actor, directory: Directory) -> Actor | None:
    playbook = services.policy.playbook
    policy = playbook.figure_supervision
    return actor.capacity_at(asked_posts(directory, playbook, policy.by)) if policy else None


def _shown(services: Services, row: FigureSupervisionRow, actor: Actor, directory: Directory) -> Supervised:
    listed = directory.at(row.path)
    found = [Breach.model_validate(each) for each in row.findings]
    return Supervised(
        supervision_id=row.supervision_id,
        organisation=row.path.rpartition("/")[2],
        organisation_name=listed.name if listed else "",
        month=row.month,
        state=row.state,
        opened_at=china(row.opened_at),
        due_at=china(row.due_at),
        overdue=row.state == OPEN and row.due_at < datetime.now(UTC),
        findings=[Finding(**breach.model_dump(), words=breach.words) for breach in found],
        said=[
            Said(what=s["what"], name=s["name"], on_behalf_name=s["on_behalf_name"], at=s["at"], text=s["text"])
            for s in row.sealed["said"]
        ],
        may_answer=row.state == OPEN and _answers(actor, row) is not None,
        may_rule=row.state == ANSWERED and _rules(services, actor, directory) is not None,
    )
