"""The officer on the scene diverts (“稳控现场后，民警‘派单’”, H-041), or leads the parties to the mediator who is
stationed with the police (H-051): offered where the playbook says so, and never of what may not go.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.diverting import note_diversion, verdict_of
from domain.case.state import Decision, DisputeState, Task
from domain.policy.stages import Stage

KIND = "handle_on_scene"


def withheld(state: DisputeState, task: Task) -> dict[str, str]:
    """The decisions that the scene has not got here, each with the reason."""
    why, process = dict[str, str](), state.process
    if task.kind != KIND:
        return why
    if not process.diversion.from_scene:
        why["divert"] = "本机制不由现场民警派单"
    elif (verdict := verdict_of(state, scene_safe=True)).verdict == "never":
        why["divert"] = verdict.words
    if not process.table_at_scene:
        why["mediate"] = "本机制现场不直接交调解"
    return why


def leaves(case: Case, decision: Decision, *, approved: bool) -> bool:
    """Whether what the officer diverts goes now; what was done is on record with the verdict."""
    s = case.state
    verdict = verdict_of(s)
    why = "未获批准" if not approved else "批准前情况有变" if verdict.verdict == "never" else ""
    note_diversion(case, verdict, diverted=not why, by=decision, reason=why or decision.fields["reason"])
    if why:
        s.left_police = False
    return not why


def kept(case: Case, decision: Decision) -> None:
    """What the officer does not divert although it should go is kept with his reason (应分未分, H-033)."""
    s = case.state
    if s.process.diversion.from_scene and s.process.has(Stage.PUSH_3):
        verdict = verdict_of(s, scene_safe=s.scene_safe is not False)
        if verdict.verdict == "must":
            note_diversion(case, verdict, diverted=False, by=decision, reason=decision.fields.get("reason", ""))
