"""联调: up the ladder, tier by tier, session by session, until the parties agree or the last tier has failed."""

from __future__ import annotations

from datetime import datetime

from domain.case.case import COLOUR
from domain.case.ladder import MOST_FAILURES, after_failure, first_open, next_tier, no_table, used_up
from domain.case.lawful_tables import AGAIN, AGAIN_WITHIN, POLICE, REFUSED, again_by, barred, refusals
from domain.case.records import Position, Session
from domain.case.seating import place_of
from domain.case.summons.whistle import call_tier, calling
from domain.policy.approvals import Road
from domain.policy.parts.ladder import Ladder, Tier
from domain.policy.stages import Stage
from domain.transitions.colours import intervened
from domain.transitions.disposal import agree, settle
from domain.transitions.supervision import supervise
from domain.transitions.tables.venues import venue_in
from workflows.desk import Answer, Ask, Desk
from workflows.pushes import may_leave_police


async def mediation(desk: Desk) -> Stage:
    """Sessions at the ladder's tiers; the ladder's own clock runs, the colour's stands still meanwhile."""
    ladder = desk.state.process.ladder
    assert ladder is not None, "a playbook with mediation has a ladder"
    came_from = desk.state.stage
    position: Position | None = _start(desk, ladder)
    road = Road.UNSETTLED if came_from is Stage.PUSH_1 else Road.MEDIATED
    desk.case.enter(Stage.MEDIATION)
    _change_clocks(desk, ladder)
    until: datetime | None = None
    by_law = True
    while position := first_open(desk.state, ladder, position, desk.case.now()):
        desk.state.position = position
        if ladder.tiers[position.tier].joint and not await may_leave_police(desk, road):
            return _kept(desk, ladder, came_from)
        road = Road.MEDIATED
        if barred(desk.state, ladder.tiers[position.tier], desk.case.now()):  # since it was put up for approval
            continue
        if ladder.tiers[position.tier].summon:
            await _called(desk, ladder.tiers[position.tier], until)
            if barred(desk.state, ladder.tiers[position.tier], desk.case.now()):
                continue
        _time_tier(desk, ladder.tiers[position.tier])
        answer = await _session(desk, ladder, position, until)
        until = None
        match answer.name:
            case "agreed":
                _sat(desk, ladder, answer)
                agree(desk.case, answer.decision)
                _leave(desk)
                settle(desk.case, answer.decision, tier=ladder.tiers[position.tier].code)
                asked = answer.fields["confirmation"] and desk.state.process.has(Stage.CONFIRMATION)
                return Stage.CONFIRMATION if asked else Stage.EVALUATION
            case "adjourned":  # uses up no session
                until = datetime.fromisoformat(answer.fields["until"])
            case "not_agreed":
                _sat(desk, ladder, answer)
                position = after_failure(ladder, position)
            case "promote" | "lapsed":
                position = next_tier(ladder, position)
            case "refused":
                _refused(desk, ladder, answer)
        by_law = answer.name in ("refused", "lapsed")
    if by_law:
        return await _ended_by_law(desk, ladder)
    return await _failed(desk, ladder)


async def _called(desk: Desk, tier: Tier, until: datetime | None) -> None:
    """Whoever sits at the tier's table is called by a whistle, and has come or is absent before it sits (W-042)."""
    call_tier(desk.case, tier, until)
    await desk.over(lambda: calling(desk.state))


def _kept(desk: Desk, ladder: Ladder, came_from: Stage) -> Stage:
    """It may not leave the police: the ladder stands where it is, and the officer who entered it goes on."""
    desk.case.log("ladder_kept", f"{ladder.name}未获批准转出，由公安继续处置")
    _leave(desk)
    _resume_colour(desk)
    return came_from if came_from in (Stage.PUSH_1, Stage.PUSH_2) else _with_the_police(desk)


def _with_the_police(desk: Desk) -> Stage:
    return next(stage for stage in (Stage.PUSH_2, Stage.PUSH_1) if desk.state.process.has(stage))


async def _ended_by_law(desk: Desk, ladder: Ladder) -> Stage:
    """A party refused, or nobody may sit down here any more: no failure of the ladder's, and not entered again."""
    case, state = desk.case, desk.state
    onward = state.process.ways.mediation_refused_to or Stage.PUSH_2
    why = "当事人不接受调解" if refusals(state) else no_table(state) or "依法不再组织"
    case.log("mediation_ended", f"{ladder.name}终止：{why}，{_ONWARD[onward]}")
    _leave(desk)
    _resume_colour(desk)
    state.position = Position()
    if onward is Stage.PUSH_3 and not await may_leave_police(desk, Road.MEDIATED):
        return _with_the_police(desk)
    return onward


async def _failed(desk: Desk, ladder: Ladder) -> Stage:
    """The last tier has failed: dispatched anew, or back to the officer. A second failure in a round is supervised,
    and the ladder is not entered again in it.
    """
    case, state = desk.case, desk.state
    onward = state.process.ways.ladder_failed_to or Stage.PUSH_2
    case.log("ladder_failed", f"{ladder.name}各层级均未调成，{_ONWARD[onward]}并引导依法解决")
    _leave(desk)
    _resume_colour(desk)
    state.ladder_failed.append(state.round)
    state.position = Position()
    if used_up(state):
        supervise(case, "ladder_failed", f"{ladder.name}本轮{MOST_FAILURES}次均未调成督办", level=0)
    if onward is Stage.PUSH_3 and not await may_leave_police(desk, Road.MEDIATED):
        return _with_the_police(desk)
    return onward


_ONWARD = {
    Stage.PUSH_3: "转重新分派",
    Stage.PUSH_2: "退回责任民警继续跟进",
    Stage.PUSH_1: "退回处警民警继续处置",
}


def _leave(desk: Desk) -> None:
    """The ladder's clocks stop."""
    for name in ("tier", "ladder", AGAIN):
        desk.case.stop_clock(name)


def _time_tier(desk: Desk, tier: Tier) -> None:
    """A tier that has a deadline of its own is timed from its first session on, beside the ladder."""
    case, running = desk.case, desk.state.clock("tier")
    _time_again(desk, tier)
    title = f"{tier.name}期限"
    if running and running.title == title:
        return
    case.stop_clock("tier")
    if tier.limit:
        clock = case.start_clock("tier", title, limit=tier.limit, rungs=tier.rungs, suspendable=True,
                                 extendable=True)  # fmt: skip
        case.log("clock_started", f"{title}{tier.limit}", clock="tier", due_at=clock.due_at)


def _time_again(desk: Desk, tier: Tier) -> None:
    """The second 治安调解 is over seven working days after the first, or is not held."""
    by, running = again_by(desk.state), desk.state.clock(AGAIN)
    if tier.mediation != POLICE or by is None:
        desk.case.stop_clock(AGAIN)
    elif running is None:
        title = "再次治安调解期限"
        clock = desk.case.start_clock(AGAIN, title, limit=AGAIN_WITHIN, decides="lapsed")
        clock.due_at = by
        desk.case.log("clock_started", f"{title}（首次后{AGAIN_WITHIN}）", clock=AGAIN, due_at=by)


async def _session(desk: Desk, ladder: Ladder, position: Position, until: datetime | None) -> Answer:
    tier = ladder.tiers[position.tier]
    about = {
        "tier": tier.code,
        "tier_number": position.tier,
        "tier_name": tier.name,
        "session": position.sessions + 1,
        "of": tier.sessions,
        "requires": [{**need.model_dump(), "path": place_of(need, desk.state.places)} for need in tier.requires],
        "title": f"{tier.name}·第{position.sessions + 1}次",
    }
    answers = await desk.ask_all([Ask("mediate", to=desk.case.posts(tier.convenor), about=about, opens_at=until)])
    return answers[-1]


def _sat(desk: Desk, ladder: Ladder, answer: Answer) -> None:
    """A session was held: people met, so an intervention has taken place."""
    state, tier = desk.state, ladder.tiers[desk.state.position.tier]
    state.sessions.append(
        Session(
            round=state.round,
            tier=tier.code,
            number=state.position.sessions + 1,
            at=answer.decision.at,
            result=answer.name,
            participants=answer.fields["participants"],
            reason=answer.fields.get("reason", ""),
            record=tier.record,
            **venue_in(state, answer.decision),
        )
    )
    intervened(desk.case)


def _refused(desk: Desk, ladder: Ladder, answer: Answer) -> None:
    """No session was held: a party would not sit down, and uses up none of the tier's attempts."""
    state, fields = desk.state, answer.fields
    state.sessions.append(
        Session(
            round=state.round,
            tier=ladder.tiers[state.position.tier].code,
            number=state.position.sessions + 1,
            at=answer.decision.at,
            result=REFUSED,
            reason=fields["reason"],
            refused_by=fields["party"],
        )
    )
    state.touch()


def _start(desk: Desk, ladder: Ladder) -> Position:
    """Where the ladder is entered: where it stands, never below the tier that the stage enters at."""
    state = desk.state
    entry = ladder.entry(state.stage)
    return state.position if state.position.tier >= entry else Position(tier=entry)


def _change_clocks(desk: Desk, ladder: Ladder) -> None:
    """The ladder's clock runs instead of the colour's, but red is never suspended."""
    case, state = desk.case, desk.state
    colour = state.clock(COLOUR)
    if colour and colour.suspendable and not colour.suspended:
        colour.suspend(case.now(), "联调期间")
    elif colour and colour.suspended:
        colour.suspensions[-1].until = None  # a day set for it would let it run beside the ladder's
    if state.clock("ladder") is None:
        clock = case.start_clock("ladder", f"{ladder.name}期限", limit=ladder.limit, rungs=ladder.rungs,
                                 suspendable=True, extendable=True)  # fmt: skip
        case.log("clock_started", f"{clock.title}{ladder.limit}", clock="ladder", due_at=clock.due_at)


def _resume_colour(desk: Desk) -> None:
    colour = desk.state.clock(COLOUR)
    if colour and colour.suspended:
        colour.resume(desk.case.now())
        desk.state.touch()
