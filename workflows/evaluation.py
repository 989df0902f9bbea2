"""成效评估: accepted, or returned and redone until resolved (Q-046 to Q-049)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.case.records import Verdict
from domain.policy.approvals import Road
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.stages import Stage
from domain.transitions.colours import raise_by_one
from domain.transitions.supervision import supervise
from domain.transitions.triage.desks import judging
from workflows.desk import DONE, Answer, Ask, Desk
from workflows.pushes import may_leave_police


@dataclass(frozen=True)
class Judgement:
    """What the evaluators found; a returned disposal says where the next round begins."""

    accepted: bool
    why: str = ""
    redo_at: Stage = Stage.TRIAGE


async def evaluate(desk: Desk) -> Judgement:
    """Every seat must accept; the first return ends it. Who sits goes by where the dispute was resolved.

    A mechanism without an evaluation takes every disposal as it is.
    """
    state = desk.state
    if not state.process.has(Stage.EVALUATION):
        await desk.over(lambda: judging(state))
        return Judgement(accepted=True)
    desk.case.enter(Stage.EVALUATION)
    assert state.disposal is not None, "only a disposal is evaluated"
    policy = state.process.evaluation
    seats = state.process.seats_for(state.disposal.where)
    asks = [
        Ask("evaluate", to=desk.case.posts(seat), about={"seat": n}, limit=policy.limit, rungs=policy.rungs)
        for n, seat in enumerate(seats, start=1)
    ]
    answers = await desk.ask_all(asks, then=lambda answer: _verdict(desk, answer))
    last = answers[-1]
    if last.name == "accept":
        return Judgement(accepted=True)
    state.returns += 1
    if state.returns >= state.process.supervision.after_returns:
        supervise(desk.case, "returns", f"第{state.returns}次退回督办", level=0)
    if state.returns == state.process.raising.after_returns:  # G4: once
        raise_by_one(desk.case, f"{state.returns}次退回")
    by = last.decision.post
    anew = last.fields["redo"] == "dispatch" and await may_leave_police(
        desk, Road.REDISPATCHED, why=last.fields["explanation"] or None, agreed_by=[by.role] if by else []
    )
    return Judgement(
        accepted=False,
        why=f"退回重办（{RETURN_REASONS[last.fields['reason']]}）",
        redo_at=Stage.PUSH_3 if anew else state.disposal.stage,
    )


def _verdict(desk: Desk, answer: Answer) -> Sequence[Ask] | str:
    desk.state.evaluations.append(
        Verdict(
            round=desk.state.round,
            at=answer.decision.at,
            verdict=answer.name,
            evaluator=answer.decision.actor_id,
            reason=answer.fields.get("reason", ""),
            explanation=answer.fields.get("explanation", ""),
            redo=answer.fields.get("redo", ""),
        )
    )
    return DONE if answer.name == "return" else []
