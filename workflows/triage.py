"""研判: the analysis desk confirms or corrects the first triage, and the first push goes out."""

from __future__ import annotations

from domain.case.diverting import diverts, note_diversion, verdict_of
from domain.policy.approvals import Road
from domain.policy.stages import Stage
from domain.transitions.colours import recolour
from domain.transitions.side_effects import open_protection
from domain.triage.responsibility import ListRow, organisations_for
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
    desk.state.divert = answer.fields.get("divert")
    open_protection(desk.case)
    why = answer.fields.get("reason", "")
    verdict = verdict_of(desk.state)
    diverted = diverts(desk.state, verdict, desk.state.divert)
    if diverted and not await may_leave_police(desk, Road.DIVERTED, why=why or None):
        diverted, why = False, "未获批准"
    note_diversion(desk.case, verdict, diverted=diverted, by=answer.decision, reason=why)
    return Stage.PUSH_3 if diverted else desk.state.process.first_push


def _correct(desk: Desk, answer: Answer) -> None:
    state, fields = desk.state, answer.fields
    if "category" in fields:
        state.category, state.category_name = fields["category"], fields["category_name"]
        state.confidence = 1.0
    if listed := answer.task.about.get("listed"):  # who has the corrected category, by the list in effect
        row = ListRow.model_validate(listed)
        state.suggested = organisations_for([row.lead, *row.cooperating], state.places)
        state.suggested_lead, state.elsewhere = state.suggested[0], row.elsewhere
    state.urgent = fields.get("urgent", state.urgent)
    state.police = fields.get("police", state.police)
    if "colour" in fields:
        recolour(desk.case, fields["colour"], fields["reason"], by=answer.decision)
