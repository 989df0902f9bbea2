"""研判: desk after desk judges what was reported, and the first push goes out (Q-040 to Q-043)."""

from __future__ import annotations

from domain.case.diverting import diverts, note_diversion, verdict_of
from domain.case.protection import open_protection
from domain.policy.approvals import Road
from domain.policy.stages import Stage
from domain.transitions.supervision import approvers
from domain.transitions.triage import desks
from workflows.desk import Answer, Ask, Desk
from workflows.pushes import may_leave_police

GRAVEST_FIRST = ("police_case", "report_up", "correct", "confirm", "no_risk")


async def triage(desk: Desk) -> Stage:
    """Where the dispute goes first: the first push, or straight to dispatch; or nowhere, for there is no risk in it.

    An alarm whose source pushes at once is not kept waiting: the desks judge beside the first push. A duplicate goes
    nowhere until its merger is approved: the desk is asked meanwhile.
    """
    desk.case.enter(Stage.TRIAGE)
    if desk.state.alarmed:
        desk.state.alarmed = False
        desks.open_beside(desk.case)
        return desk.state.process.first_push
    while True:
        answers, last = await _judged(desk)
        if desk.state.alarmed and len(answers) < desks.desks_in(desk.state):  # those behind judge beside
            desk.state.alarmed = False
            desks.open_beside(desk.case, 1 + len(answers))
            open_protection(desk.case)
            return desk.state.process.first_push
        ruling = min(last, key=lambda answer: GRAVEST_FIRST.index(answer.name))
        if ruling.name not in ("no_risk", "police_case"):
            return await _first_push(desk, ruling)
        police = next((s for s in desks.POLICE_STAGES if desk.state.process.has(s)), None)
        if ruling.name == "police_case" and police:
            open_protection(desk.case)
            return police
        if await _seconded(desk, ruling, answers):
            desk.case.close(ruling.name)
            return Stage.CLOSED


async def _judged(desk: Desk) -> tuple[list[Answer], list[Answer]]:
    """What every desk of the chain says, and what those that were asked last say: all look, one after another or,
    where it is so grave, together. The last desk's word holds; of those that could not know of each other the gravest.
    Where a desk finds it to be of a colour in which nobody waits, those behind it are not waited for.
    """
    number, answers, last = 1, list[Answer](), list[Answer]()
    while number <= desks.desks_in(desk.state):
        asked = desks.asked_now(desk.state, number)
        last = await desk.ask_all([_ask(desk, each) for each in asked])
        answers += last
        number = asked[-1] + 1
        if desk.state.alarmed:
            break
    return answers, last


def _ask(desk: Desk, number: int) -> Ask:
    asked = desks.question(desk.case, number)
    return Ask(desks.KIND, to=asked.to, about=asked.about, limit=asked.limit)


async def _seconded(desk: Desk, ruling: Answer, answers: list[Answer]) -> bool:
    """Whether what ends a grave matter at its desk is approved one level up; two desks of one mind need nobody."""
    state = desk.state
    colours = list(state.process.colours)
    grave = state.colour == colours[0] if ruling.name == "no_risk" else state.colour != colours[-1]
    if not grave or sum(a.name == ruling.name for a in answers) > 1:
        return True
    about = {
        "title": "转公安办案" if ruling.name == "police_case" else "认定无风险",
        "proposer": ruling.decision.actor_id,
        "proposed_for": ruling.decision.on_behalf_of,
        "why": ruling.fields.get("ground") or ruling.fields["reason"],
    }
    [answer] = await desk.ask_all([Ask("approve_change", to=approvers(desk.case), about=about)])
    return answer.name == "approve"


async def _first_push(desk: Desk, ruling: Answer) -> Stage:
    """Straight to dispatch where the verdict and the desk say so and it may leave the police, else the first push."""
    open_protection(desk.case)
    why = ruling.fields.get("reason", "")
    verdict = verdict_of(desk.state)
    diverted = diverts(desk.state, verdict, desk.state.divert)
    if diverted and not await may_leave_police(desk, Road.DIVERTED, why=why or None):
        diverted, why = False, "未获批准"
    elif diverted and (now := verdict_of(desk.state)).verdict == "never":  # a graver alarm came meanwhile
        verdict, diverted, why, desk.state.left_police = now, False, "批准前情况有变", False
    note_diversion(desk.case, verdict, diverted=diverted, by=ruling.decision, reason=why)
    return Stage.PUSH_3 if diverted else desk.state.process.first_push
