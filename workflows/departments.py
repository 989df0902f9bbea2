"""三推: the centre dispatches, departments accept or are ruled upon, and act, lead and cooperating together."""

from __future__ import annotations

from collections.abc import Sequence

from domain.case.diverting import undo
from domain.case.letters.notice import with_step
from domain.case.records import Assigned
from domain.case.state import Decision
from domain.case.summons.whistle import call_units
from domain.people.organisation import OrganisationRef
from domain.policy.stages import Stage
from domain.transitions.assignments.buck_passing import groundless, passed_on
from domain.transitions.assignments.reassigning import part_of
from domain.transitions.colours import deliver
from domain.transitions.disposal import agree, settle
from workflows.desk import DONE, Answer, Ask, Desk


async def push_3(desk: Desk) -> Stage:
    """三推送综治平台: dispatched, accepted, disposed of; or back to the police, or on to mediation.

    A round that redoes a returned disposal goes straight to the same holders, without a new dispatch.
    """
    desk.case.enter(Stage.PUSH_3)
    same = _same_holders(desk)
    deliver(desk.case, same, redo=True)
    asks = [_act(assigned) for assigned in same]
    while True:
        if not asks:
            dispatch = await desk.ask("dispatch", suggested=desk.state.suggested)
            if dispatch.name == "send_back":
                undo(desk.case, "send_back")
                return desk.state.process.ways.send_back_to or Stage.TRIAGE
            _assign(desk, dispatch)
            deliver(desk.case, desk.state.assigned)
            if desk.state.process.tasks["dispatch"].summon:
                call_units(desk.case, dispatch.decision)
            asks = [_accept(desk, assigned, dispatch.decision) for assigned in desk.state.assigned]
        answers = await desk.ask_all(asks, then=lambda answer: _department(desk, answer))
        asks = []
        lead = next((answer for answer in reversed(answers) if answer.task.about["lead"]), answers[-1])
        match lead.name:
            case "mediate":
                return Stage.MEDIATION
            case "uphold":  # dispatched again, to somebody else: nobody's limit runs meanwhile
                desk.case.take_back()
            case _:
                settle(desk.case, _of_the_lead(answers) or lead.decision)
                return Stage.EVALUATION


def _of_the_lead(answers: Sequence[Answer]) -> Decision | None:
    """The disposal as the lead reports it: what the others did stands with their tasks."""
    return next((a.decision for a in reversed(answers) if (a.task.kind, a.name) == ("dispose", "disposed")), None)


def _assign(desk: Desk, dispatch: Answer) -> None:
    """The first receiver stays responsible until another has accepted (首问责任, W-081)."""
    fields, by_code = dispatch.fields, {ref.code: ref for ref in desk.state.organisations.values()}
    organisations: list[OrganisationRef] = [by_code[code] for code in (fields["lead"], *fields["cooperating"])]
    desk.state.position = desk.state.position.model_copy(update={"tier": 0, "sessions": 0})
    desk.state.assigned = [
        Assigned(
            organisation=organisation,
            lead=organisation.code == fields["lead"],
            round=desk.state.round,
            instructions=fields["instructions"],
            dispatched_by=dispatch.decision.actor_id,
        )
        for organisation in organisations
    ]


def _same_holders(desk: Desk) -> list[Assigned]:
    """Who redoes a returned disposal: the organisations that did it, unless the evaluator wants a new dispatch.

    A round after a relapse or a reopening is no redo: what was accepted is over, and its push is dispatched anew. So is
    a second push of the round, after a recall or a ladder that failed.
    """
    state = desk.state
    if sum(push.round == state.round for push in state.pushes) > 1:
        return []
    if state.disposal is None or state.disposal.stage is not Stage.PUSH_3 or state.disposal.round == state.round:
        return []
    verdict = state.evaluations[-1] if state.evaluations else None
    if verdict is None or (verdict.verdict, verdict.redo, verdict.round) != ("return", "same", state.round - 1):
        return []
    return [assigned for assigned in state.assigned if assigned.standing == "disposed"]


def _department(desk: Desk, answer: Answer) -> Sequence[Ask] | str:
    """What follows from one organisation's answer; `DONE` takes the whole push elsewhere."""
    state, about = desk.state, answer.task.about
    assigned = part_of(state, answer.task)
    assert assigned, "asked about a part that was given"
    match answer.name:
        case "accept":
            assigned.standing = "accepted" if answer.decision.actor_id else "deemed"
            assigned.signed_at = answer.decision.at
            return [_act(assigned)]
        case "refuse":
            refusal = {"ground": answer.fields["ground"], "suggested_unit": answer.fields.get("suggested_unit")}
            return [Ask("rule_refusal", about={**_about(assigned), **refusal})]
        case "overrule":
            groundless(desk.case, assigned, "无法化解" if about.get("inability") else "退单", answer.decision)
            return [_act(assigned)]
        case "uphold":
            if not about.get("inability"):
                passed_on(desk.case, assigned, answer.decision)
            if assigned.lead:
                assigned.standing = "excused"
            return DONE if assigned.lead else _out(desk, assigned, "excused")
        case "cannot_resolve" if assigned.lead:  # it has accepted: whether it may give up is ruled upon
            ground = {"inability": True, "ground": answer.fields["reason"], "title": "无法化解裁定"}
            return [Ask("rule_refusal", about={**_about(assigned), **ground})]
        case "disposed":
            agree(desk.case, answer.decision)
            assigned.standing = "disposed"
            desk.case.keep_following()  # the lead's work is in, another's is not: red is followed up all the same
            return []
        case "excused":
            return _out(desk, assigned, "excused")
        case "cannot_resolve":
            return _out(desk, assigned, "unable")
        case _:
            return DONE


def _out(desk: Desk, assigned: Assigned, standing: str) -> Sequence[Ask]:
    """An organisation beside the lead has no more to do with it: nor has its limit."""
    assigned.standing = standing
    desk.case.take_back(of=assigned.organisation.path)
    return []


def _accept(desk: Desk, assigned: Assigned, dispatch: Decision) -> Ask:
    letter = with_step(desk.state, "dispatch", assigned.organisation.path, dispatch, assigned.instructions)
    return Ask("accept_assignment", about={**_about(assigned), **letter})


def _act(assigned: Assigned) -> Ask:
    return Ask("dispose" if assigned.lead else "cooperate", about=_about(assigned))


def _about(assigned: Assigned) -> dict[str, object]:
    return {
        "path": assigned.organisation.path,
        "organisation": assigned.organisation.code,
        "name": assigned.organisation.name,
        "lead": assigned.lead,
        "instructions": assigned.instructions,
    }
