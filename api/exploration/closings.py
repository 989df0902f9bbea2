"""How a case came to its end: by an evaluation that somebody accepted, or by an exception that has a name."""

from __future__ import annotations

from domain.case.state import DisputeState, Entry
from domain.policy.action_catalogue import ACTIONS, ENDINGS
from domain.policy.catalogue import KINDS, title_of
from domain.policy.stages import Stage


def closing_of(state: DisputeState) -> str:
    """The name of the way it ended; "" where it ended although nobody said that it may."""
    outcome = state.outcome or ""
    if outcome == "resolved":
        return _resolved(state)
    action = next((name for name, leaves in ENDINGS.items() if leaves == outcome), "")
    if action and any((c.action, c.result) == (action, "approved") for c in state.changes):
        return f"经批准{ACTIONS[action].title}"
    said = _last_word(state, outcome)
    if said is None:
        return ""
    if said.kind == "action":
        return f"{ACTIONS[said.detail['action']].title}（最轻预警，无须批准）"
    kind, decision = said.detail["task_kind"], said.detail["decision"]
    called = state.process.words.tasks.get(kind) or KINDS[kind].name
    return f"{called}：{title_of(kind, decision)}"


def _resolved(state: DisputeState) -> str:
    if not state.process.has(Stage.EVALUATION):
        return "化解（本机制不设评估）"
    verdicts = [verdict for verdict in state.evaluations if verdict.round == state.round]
    accepted = bool(verdicts) and all(verdict.verdict == "accept" and verdict.evaluator for verdict in verdicts)
    return "化解，评估通过" if accepted else ""


def _last_word(state: DisputeState, outcome: str) -> Entry | None:
    """What a person said that ended it: the decision called as the outcome is, else the last; none where the clock
    spoke.
    """
    said = [entry for entry in state.timeline if entry.kind in ("decision", "action")]
    so_called = [entry for entry in said if entry.detail.get("decision") == outcome]
    word = (so_called or said)[-1:]
    return word[0] if word and word[0].actor_id else None
