"""The way through any mechanism: which answer to a task takes a dispute towards a stage.

What the stories of a mechanism's own and the demo disputes go by; no rule of the process stands here.
"""

from __future__ import annotations

from collections.abc import Callable

from api.cli.client import Document
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage

Answer = tuple[str, Document]
"""A decision, and the fields that are not left to its example."""

ORDER = list(Stage)
DESKS = "confirm_triage"
_CALLED = tuple(kind for kind, spec in KINDS.items() if spec.before_judged)
"""What a whistle calls for, before anybody judges."""
_BESIDE = (DESKS, "name_officer", "watch_through", *_CALLED)
"""What stands beside the story with a limit of its own."""
STAGE_OF = {kind: spec.stages[-1] for kind, spec in KINDS.items() if spec.stages}
"""The stage that asks a kind, the last where several do."""
STAGE_OF |= dict.fromkeys(_CALLED, Stage.PUSH_1)


def later(stage: Stage, than: Stage) -> bool:
    """Whether a stage comes after another in the order of the mechanism."""
    return ORDER.index(stage) > ORDER.index(than)


def _by_officer(aim: Stage) -> str:
    if aim is Stage.PUSH_3:
        return "request_third_push"
    return "mediate" if aim in (Stage.MEDIATION, Stage.CONFIRMATION) else "settled"


_TOWARDS: dict[str, Callable[[Stage], Answer]] = {
    "confirm_triage": lambda aim: ("confirm", {}),
    "handle_on_scene": lambda aim: ("settled" if later(aim, Stage.CONFIRMATION) else "unsettled", {}),
    "name_officer": lambda aim: ("name", {}),
    "watch_through": lambda aim: ("noted", {}),
    "rule_urgency": lambda aim: ("ordinary", {}),
    "follow_up_responsibly": lambda aim: (_by_officer(aim), {}),
    "approve_third_push": lambda aim: ("approve", {}),
    "dispatch": lambda aim: ("assign", {}),
    "check_in": lambda aim: ("arrived", {}),
    "confer": lambda aim: ("agreed", {}),
    "carry_out": lambda aim: ("done", {}),
    "accept_assignment": lambda aim: ("accept", {}),
    "rule_refusal": lambda aim: ("overrule", {}),
    "dispose": lambda aim: ("mediate" if aim in (Stage.MEDIATION, Stage.CONFIRMATION) else "disposed", {}),
    "cooperate": lambda aim: ("disposed", {}),
    "mediate": lambda aim: ("agreed", {"confirmation": aim is Stage.CONFIRMATION}),
    "apply_confirmation": lambda aim: ("apply", {}),
    "court_ruling": lambda aim: ("confirmed", {}),
    "evaluate": lambda aim: ("accept", {}),
    "visit": lambda aim: ("stable", {}),
    "check_performance": lambda aim: ("performed", {}),
}


def towards(aim: Stage, kind: str) -> Answer:
    """The answer to a task of a kind that leads to a stage, or at least not past it."""
    return _TOWARDS[kind](aim)


def waited_for(tasks: list[Document]) -> list[Document]:
    """Of open tasks as the API shows them, those that the story waits for."""
    return [task for task in tasks if not task["aside"]]


def called_for(tasks: list[Document]) -> list[Document]:
    """Those that a whistle called for, and then those that the story waits for."""
    return [*(task for task in tasks if task["kind"] in _CALLED), *waited_for(tasks)]


def with_asides(tasks: list[Document]) -> list[Document]:
    """Those, and before them what is asked beside the story: the desks that judge, since what is done at its end waits
    for them; who the officer shall be; the deputy's first look.
    """
    beside = [task for task in tasks if task["aside"] and task["kind"] in _BESIDE and not task["record"]]
    return [*beside, *waited_for(tasks)]
