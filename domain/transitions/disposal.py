"""What a disposal leaves behind: the thing the evaluation judges, and the agreement with what the parties owe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from domain.base import CHINA
from domain.case.case import Case
from domain.case.records import Agreement, Disposal, ObligationState
from domain.case.state import Decision, DisputeState
from domain.policy.catalogue import KINDS
from domain.transitions.colours import disposed


def settle(case: Case, decision: Decision, *, tier: str = "") -> None:
    """Puts a disposal on record, of the ladder with its tier's code; the limits on disposing are met."""
    s, fields = case.state, decision.fields
    disposed(case)
    s.disposal = Disposal(
        round=s.round,
        stage=s.stage,
        where=tier or s.stage.value,
        at=decision.at,
        summary=fields.get("summary", ""),
        flags=[flag for answer in _fed_back(s) for flag in answer.flags],
    )
    s.touch()


def _fed_back(state: DisputeState) -> Iterator[Decision]:
    """The answers of this round that say how it was disposed of: the lead's and those of all who cooperated."""
    for task in state.tasks:
        if task.round == state.round and task.decision:
            spec = KINDS[task.kind].decisions.get(task.decision.name)
            if spec and spec.feeds_back:
                yield task.decision


def agree(case: Case, decision: Decision) -> None:
    """Puts an agreement on record, if the decision carries terms; obligations fall due in the morning of their day."""
    s, fields = case.state, decision.fields
    if not fields.get("terms") and not fields.get("obligations"):
        return
    agreement = Agreement(
        number=len(s.agreements) + 1,
        round=s.round,
        at=decision.at,
        stage=s.stage,
        terms=fields.get("terms", []),
        confirmation="asked" if fields.get("confirmation") else "none",
        obligations=[
            ObligationState(
                number=number,
                party=item["party"],
                kind=item["kind"],
                what=item["what"],
                amount=item.get("amount"),
                due_at=datetime.combine(date.fromisoformat(item["due_on"]), time(9), CHINA),
            )
            for number, item in enumerate(fields.get("obligations", []), start=1)
        ],
    )
    s.agreements.append(agreement)
    case.log("agreement", f"达成调解协议（第{agreement.number}号）", by=decision, number=agreement.number)
