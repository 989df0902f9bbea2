"""Nothing leaves the police before it is approved, by the roads that the playbook names (J-023 “经批准”)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.policy.approvals import ROAD_NAMES, Road
from workflows.desk import Desk


async def may_leave_police(
    desk: Desk, road: Road, *, suggested: Sequence[str] = (), why: str | None = None, agreed_by: Sequence[str] = ()
) -> bool:
    """Whether the dispute may leave the police now: by approval where the playbook wants it by this road, else at once.

    `suggested` are the departments that whoever sends it has in mind; who approves may name others, and the dispatcher
    decides (J-024). `agreed_by` are roles in which somebody has already said so: where he might have approved it, he
    has. Not approved, the dispute stays where it is, and the caller says who goes on.
    """
    state = desk.state
    state.suggested = list(suggested) or state.suggested
    if not _asks(desk, road, agreed_by):
        state.left_police = True
        return True
    answer = await desk.ask(
        "approve_third_push",
        suggested=state.suggested,
        why=why,
        road=road.value,
        title=f"三推审批（{ROAD_NAMES[road]}）",
    )
    if answer.name != "approve":
        return False
    state.suggested = answer.fields["suggested"] or state.suggested
    state.left_police = True
    return True


def _asks(desk: Desk, road: Road, agreed_by: Sequence[str]) -> bool:
    """Whether somebody has to approve: the playbook names the road, and the dispute is with the police."""
    state, process = desk.state, desk.state.process
    if state.left_police or road not in process.approved_roads:
        return False
    if road is Road.DIVERTED and state.source in process.approval.never_with_police:
        return False
    return not {post.role for post in process.tasks["approve_third_push"].by} & set(agreed_by)
