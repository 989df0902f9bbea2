"""复杂疑难: whether the grounds on which a matter is brought to the ladder hold in this case (Q-091)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.base import Strict
from domain.case.state import DisputeState, Task
from domain.policy.forms.criteria import Criterion

_SHOWN = {"alarms": "报警{}次", "parties": "当事人{}名", "organisations": "本轮交办单位{}个", "returns": "退回{}次"}


def criteria_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """A field error for each chosen ground that the case does not show."""
    return lacking(state, form, state.process.ladder.criteria if state.process.ladder else {})


def lacking(state: DisputeState, form: Strict, known: Mapping[str, Criterion]) -> list[dict[str, str]]:
    """The same of other grounds than the ladder's."""
    chosen: list[str] = getattr(form, "criteria", None) or []
    return [
        {"field": f"criteria.{n}", "message": f"“{known[code].name}”不成立：{why}"}
        for n, code in enumerate(chosen)
        if code in known and (why := _lacking(state, known[code]))
    ]


def _lacking(state: DisputeState, ground: Criterion) -> str:
    """What the case shows too little of for a ground; empty where it holds."""
    there = {
        "alarms": len(state.incidents),
        "parties": len(state.parties),
        "organisations": len({each.organisation.code for each in state.assigned if each.round == state.round}),
        "returns": state.returns,
    }
    needed = {name: least for name in there if (least := getattr(ground, name)) is not None}
    return "、".join(
        f"现{_SHOWN[name].format(there[name])}，须至少{_SHOWN[name].format(least)}"
        for name, least in needed.items()
        if there[name] < least
    )


def name_choices(state: DisputeState, task: Task, decision: str, fields: dict[str, Any]) -> None:
    """Beside the codes that were chosen from the playbook's own lists, their names: they stand on the timeline."""
    if criteria := fields.get("criteria"):
        fields["criteria_name"] = "、".join(state.process.ladder_grounds(criteria))
    if code := fields.get("reason_code"):
        fields["reason_code_name"] = state.process.demanded(task.kind, decision, task.about).reasons.get(code, code)


def flag_complex(state: DisputeState, fields: dict[str, Any]) -> None:
    """Puts it on the case why it is 复杂疑难, with the names as its playbook has them, each once."""
    if chosen := fields.get("criteria"):
        state.complex_for = list(dict.fromkeys([*state.complex_for, *state.process.ladder_grounds(chosen)]))
