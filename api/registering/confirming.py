"""Registered and judged in one step: who is entitled to the desk's first question answers it with the report, by an
ordinary decision with its own rules."""

from __future__ import annotations

from api.core.context import Services
from api.core.idempotency import Answer
from api.core.schemas import JsonObject
from api.tasks.schemas import AcceptedFor, Answering, Decided
from api.tasks.service import decide
from domain.base import Model
from domain.case.state import Task
from domain.people.organisation import Actor
from domain.transitions.decisions import entitled_post
from domain.transitions.triage.desks import KIND, is_first
from infra.database.engine import Session
from infra.read_model.tasks import tasks_of

UNREASONED = "更正类别或颜色的，请写明理由"


class Verdict(Model):
    """What somebody says to the triage as it was found: what is empty stands."""

    category: str = ""
    colour: str = ""
    reason: str = ""

    @property
    def corrects(self) -> bool:
        """Whether the triage is put right, and not only confirmed."""
        return bool(self.category or self.colour)

    @property
    def errors(self) -> list[JsonObject]:
        """What is wrong with it by itself, by field."""
        return [{"field": "judge-reason", "message": UNREASONED}] if self.corrects and not self.reason else []

    def answering(self) -> Answering:
        """The desk's answer."""
        if not self.corrects:
            return Answering(decision="confirm", fields={"reason": self.reason} if self.reason else {})
        said = {"category": self.category, "colour": self.colour, "reason": self.reason}
        return Answering(decision="correct", fields={name: value for name, value in said.items() if value})


async def task_to_confirm(session: Session, actor: Actor, dispute_no: str) -> str | None:
    """The first desk's question of a case that has just begun, where the person may answer it."""
    for row in await tasks_of(session, dispute_no):
        task = Task.model_validate(row.sealed)
        asked = row.kind == KIND and task.pending and is_first(task) and not actor.persons & set(task.excluded)
        if asked and any(entitled_post(task, capacity) for capacity in actor.capacities):
            return row.task_id
    return None


async def confirm(
    services: Services, session: Session, actor: Actor, task_id: str, verdict: Verdict, key: str | None
) -> Answer[Decided | AcceptedFor]:
    """Answers the question, once for the key of the form that registered the report.

    Raises:
        Refused: by the rule that the engine applied; the report stays registered, and the question open.
    """
    own = f"{key}:confirm" if key else None
    return await decide(services, session, actor, task_id, verdict.answering(), own)
