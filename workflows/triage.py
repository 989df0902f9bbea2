"""研判: the analysis desk confirms or corrects the first triage, and the first push goes out."""

from __future__ import annotations

from domain.policy.approvals import Road
from domain.policy.stages import Stage
from domain.transitions.colours import recolour
from domain.transitions.side_effects import open_protection
from workflows.desk import Answer, Desk
from workflows.pushes import may_leave_police


async def triage(desk: Desk) -> Stage:
    """Where the dispute goes first: the first push, or straight to dispatch.

    A duplicate goes nowhere until its merger is approved: triage is asked meanwhile, and by silence confirms itself.
    """
    desk.case.enter(Stage.TRIAGE)
    answer = await desk.ask("confirm_triage")
    if answer.name == "correct":
        _correct(desk, answer)
    if answer.fields.get("divert") is not None:
        desk.state.divert = answer.fields["divert"]
    open_protection(desk.case)
    if _diverts(desk) and await may_leave_police(desk, Road.DIVERTED, why=answer.fields.get("reason")):
        return Stage.PUSH_3
    return desk.state.process.first_push


def _correct(desk: Desk, answer: Answer) -> None:
    state, fields = desk.state, answer.fields
    if "category" in fields:
        state.category, state.category_name = fields["category"], fields["category_name"]
    state.urgent = fields.get("urgent", state.urgent)
    state.police = fields.get("police", state.police)
    if "colour" in fields:
        recolour(desk.case, fields["colour"], fields["reason"], by=answer.decision)


def _diverts(desk: Desk) -> bool:
    """Non-police matters go straight to dispatch where the desk says so, or the source is one the playbook diverts."""
    state, process = desk.state, desk.state.process
    divert = state.divert if state.divert is not None else state.source in process.divert_sources
    return divert and not state.police and process.has(Stage.PUSH_3)
