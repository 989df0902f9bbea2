"""Batches of hazards on the workflow's own code, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from domain.case.hazards.batch import Batch, Item
from domain.case.opening import open_state
from domain.case.records import Evidence, Incident
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.matters.matter import Matter
from domain.transitions.decisions import Command
from domain.transitions.hazards.items import batch_of
from domain.triage.triage import Triage
from tests.domain.support import MONDAY, PLACES, person, playbook, shipped_calendar
from workflows.dispute import DisputeInput
from workflows.harness.life import Life

CENTRE = Post(role="centre_dispatcher", path=PLACES["centre"])
SENDER = person("sender", ("centre_dispatcher", PLACES["centre"]))
BODIES = [OrganisationRef(code=code, name=code, path=f"/c/{code}") for code in ("fire", "gas", "school")]
HANDLERS = {body.path: person(f"handler-{body.code}", ("department_handler", body.path)) for body in BODIES}
ASPECTS = list(playbook().hazards.aspects.items()) if playbook().hazards else []  # type: ignore[union-attr]
_KEYS: Iterator[int] = count(1)


def batch_state(items: int, *, days: int = 10, apart: int = 1) -> DisputeState:
    """The first state of a batch with so many items, dealt out to the organisations; due on `apart` different days."""
    listed = [
        Item(no=n, aspect=ASPECTS[n % len(ASPECTS)][0], to=BODIES[n % len(BODIES)].path, text=f"第{n}处灭火器失效",
             due_at=_midnight(MONDAY + timedelta(days=days + n % apart)))
        for n in range(1, items + 1)
    ]  # fmt: skip
    used = {item.aspect for item in listed}
    state = open_state(
        "D2026-000001", playbook=playbook(), calendar=shipped_calendar(), at=MONDAY, matter=Matter.HAZARD,
        places={word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path)
                for word, path in PLACES.items()},
        incident=Incident(incident_id="i1", source="hazard_notice", source_no="1", occurred_at=MONDAY,
                          reported_at=MONDAY, address="县综治中心", narrative="发送风险隐患提示函", parties=[]),
        triage=Triage(category="hazard", category_name=f"风险隐患提示函{items}项", colour="blue", rank=1, police=False,
                      divertible=False, risk_kinds=[], confidence=1, cues=[], suggested_lead="",
                      suggested_cooperating=[], statutory_track=None),
        batch=Batch(kind="advice", by=CENTRE, by_name="县综治中心", sender="sender", items=listed,
                    aspects={code: name for code, name in ASPECTS if code in used}),
    )  # fmt: skip
    state.organisations |= {body.path: body for body in BODIES}
    return state


def batch(items: int = 6, **more: Any) -> Life:
    """A batch that was sent."""
    return Life(DisputeInput(state=batch_state(items, **more)), MONDAY, count(1))


def _midnight(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def task_of(life: Life, kind: str, path: str = "") -> Task:
    """The open task of a kind, of an organisation where one is named."""
    return next(t for t in life.state.pending(kind) if not path or t.about["path"] == path)


def item(life: Life, no: int) -> Item:
    """An item of the batch as it stands."""
    found = batch_of(life.state).item(no)
    assert found
    return found


def picture() -> Evidence:
    """One that was never used."""
    number = next(_KEYS)
    return Evidence(attachment_id=f"a{number}", media_type="image/png", sha256=f"{number:064x}")


def answer(life: Life, task: Task, decision: str, by: Actor, items: list[int], **more: Any) -> Command:
    """An answer to items on its way; rectified ones carry a picture of their own."""
    evidence = more.pop("evidence", [picture()] if decision == "rectified" else [])
    words = {
        "rectified": {"summary": "已更换"},
        "returned": {"reason": "照片看不出已整改"},
        "disowned": {"ground": "该场所不属我单位监管"},
        "overrule": {"reason": "职责清单列明由你单位监管"},
    }.get(decision, {})
    named = {body.code: body for body in BODIES if body.code in more.values()}
    return Command(key=f"k{next(_KEYS)}", task_id=task.task_id, decision=decision, actor=by, evidence=evidence,
                   fields={"items": items, **words, **more}, organisations=named)  # fmt: skip


def rectify(life: Life, path: str, items: list[int], **more: Any) -> None:
    """An organisation answers items of its own."""
    life.decide(answer(life, task_of(life, "rectify", path), "rectified", HANDLERS[path], items, **more))
    life.settle()


def verify(life: Life, decision: str, items: list[int], **more: Any) -> None:
    """Who sent the batch looks at what was answered."""
    life.decide(answer(life, task_of(life, "verify"), decision, SENDER, items, **more))
    life.settle()


def disown(life: Life, path: str, items: list[int], **more: Any) -> None:
    """An organisation says that items are another's."""
    life.decide(answer(life, task_of(life, "rectify", path), "disowned", HANDLERS[path], items, **more))
    life.settle()


def rule(life: Life, decision: str, items: list[int], **more: Any) -> None:
    """Who sent the batch rules upon it."""
    life.decide(answer(life, task_of(life, "rule_items"), decision, SENDER, items, **more))
    life.settle()
