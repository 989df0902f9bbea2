"""一推 and 二推: the officer on the scene, then the responsible officer; nothing leaves them before it is approved."""

from __future__ import annotations

from collections.abc import Sequence

from domain.case.ladder import no_table
from domain.case.naming import follow, report
from domain.policy.approvals import ROAD_NAMES, Road
from domain.policy.stages import Stage
from domain.transitions.disposal import agree, settle
from domain.transitions.triage.diverting_from_scene import kept, leaves
from workflows.desk import Answer, Desk


async def push_1(desk: Desk) -> Stage:
    """一推送处警民警: handled on the scene, or pushed on."""
    desk.case.enter(Stage.PUSH_1)
    ways = desk.state.process.ways
    while True:
        answer = await desk.ask("handle_on_scene")
        match answer.name:
            case "settled":
                agree(desk.case, answer.decision)
                risky = ways.settled_with_risk_to
                if not (answer.fields["push_on"] and risky):
                    settle(desk.case, answer.decision)
                    return Stage.EVALUATION
                if onward := await _goes_on(desk, risky, answer):  # settled, yet the officer sees a risk (J-040)
                    return onward
            case "unsettled":
                if onward := await _unsettled(desk, answer):
                    return onward
            case "divert" if await _diverted(desk, answer):
                return Stage.PUSH_3
            case "mediate":
                return Stage.MEDIATION
            case "not_a_dispute":
                if await _leader_agrees(desk):
                    desk.case.close("not_a_dispute")
                    return Stage.CLOSED
            case "criminal_case":
                desk.case.close("criminal_case")
                return Stage.CLOSED


async def _unsettled(desk: Desk, answer: Answer) -> Stage | None:
    """What the scene could not settle: urgent to push 3 at once, else where the mechanism says; none: asked again."""
    desk.state.criminal_risk |= answer.fields["criminal_risk"]
    if answer.fields["urgent"] and await _urgent(desk):
        return Stage.PUSH_3
    onward = await _goes_on(desk, desk.state.process.ways.unsettled_to, answer)
    if onward:
        kept(desk.case, answer.decision)
    return onward


async def _diverted(desk: Desk, answer: Answer) -> bool:
    """The officer has the scene under control and sends it to whose matter it is (“稳控现场后，民警‘派单’”)."""
    suggested, why = answer.fields["suggested"], answer.fields["reason"]
    approved = await may_leave_police(desk, Road.DIVERTED, suggested=suggested, why=why)
    return leaves(desk.case, answer.decision, approved=approved)


async def push_2(desk: Desk) -> Stage:
    """二推送责任民警: followed up until settled, mediated, or pushed a third time with approval."""
    desk.case.enter(Stage.PUSH_2)
    follow(desk.case)
    while True:
        answer = await desk.ask("follow_up_responsibly")
        match answer.name:
            case "settled":
                agree(desk.case, answer.decision)
                settle(desk.case, answer.decision)
                return Stage.EVALUATION
            case "mediate":
                return Stage.MEDIATION
            case "request_third_push":
                desk.state.urgent |= answer.fields["urgent"]
                if await may_leave_police(desk, Road.REQUESTED, suggested=answer.fields["suggested"],
                                          why=answer.fields["reason"]):  # fmt: skip
                    return Stage.PUSH_3
            case "criminal_case":
                desk.case.close("criminal_case")
                return Stage.CLOSED


async def _goes_on(desk: Desk, onward: Stage | None, answer: Answer) -> Stage | None:
    """Where it goes from the scene; none where it may not leave the police, and the officer is asked again.

    Not to a table at which these people may not sit (any more): then to the next push. Before its first joint tier the
    ladder itself asks whether it may.
    """
    process = desk.state.process
    if onward is None or (onward is Stage.MEDIATION and no_table(desk.state)):
        onward = next(stage for stage in (Stage.PUSH_2, Stage.PUSH_3) if process.has(stage))
    if onward is Stage.PUSH_3 and not await may_leave_police(desk, Road.UNSETTLED, why=answer.fields.get("reason")):
        return None
    report(desk.case, answer.task, answer.decision)
    return onward


async def _urgent(desk: Desk) -> bool:
    """综合指挥室 rules on 加急 (J-022); an urgent alarm asks for the third push at once (J-023)."""
    ruling = await desk.ask("rule_urgency")
    if ruling.name != "urgent" or not desk.state.process.has(Stage.PUSH_3):
        return False
    desk.state.urgent = True
    why = ruling.fields.get("reason")
    return await may_leave_police(desk, Road.URGENT, suggested=ruling.fields["suggested"], why=why)


async def _leader_agrees(desk: Desk) -> bool:
    """That it is no dispute is confirmed by the duty leader before it is closed."""
    leaders = desk.case.posts(desk.state.process.seats_for(Stage.PUSH_1)[0])
    return (await desk.ask("approve_change", to=leaders, title="认定非矛盾纠纷")).name == "approve"


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
