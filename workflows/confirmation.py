"""司法确认: both parties apply within thirty days of the agreement (民诉法 第205条), and the court rules."""

from __future__ import annotations

from domain.policy.stages import Stage
from workflows.desk import Desk


async def confirmation(desk: Desk) -> Stage:
    """To evaluation; a rejected agreement goes back to mediation."""
    desk.case.enter(Stage.CONFIRMATION)
    agreement = desk.state.agreements[-1]
    application = await desk.ask("apply_confirmation", agreement=agreement.number)
    if application.name == "decline":
        agreement.confirmation = "declined"
        return Stage.EVALUATION
    agreement.confirmation = "applied"
    ruling = await desk.ask("court_ruling", agreement=agreement.number)
    agreement.confirmation = ruling.name
    agreement.case_no = ruling.fields.get("case_no")
    return Stage.MEDIATION if ruling.name == "rejected" else Stage.EVALUATION
