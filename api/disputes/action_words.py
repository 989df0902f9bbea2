"""What an action will do, said before it is chosen and again before it is sent."""

from __future__ import annotations

from api.disputes.schemas import Case
from domain.policy.action_catalogue import ACTIONS, CONVERSION, ENDINGS, MERGER
from domain.policy.catalogue import OUTCOMES

_MORE = {
    MERGER: "警情并入所填纠纷继续办理",
    CONVERSION: "由刑事程序办理，并回溯当事人的历史纠纷",
    "transfer_out": "由接收单位办理",
    "guide_to_litigation": "由当事人向法院起诉",
    "withdraw": "报警人、当事人不再要求处理",
}
_NOTES = {"recolour": "调低颜色须批准"}
if _MORE.keys() != ENDINGS.keys() or not _NOTES.keys() <= ACTIONS.keys():
    raise LookupError(f"actions without a word, or words without an action: {_MORE.keys() ^ ENDINGS.keys()}")


def waits(case: Case, name: str) -> bool:
    """Whether an action changes nothing until it is approved one level up: every ending but of the mildest colour. A
    colour that one desk alone has lowered counts as what it was (`domain.transitions.approvals.ending_waits`).
    """
    mildest = list(case.colours)[-1] if case.colours else case.colour
    milder = {case.colour, case.lowered_from or case.colour} == {mildest}
    return ACTIONS[name].approved or (name in ENDINGS and not milder)


def note(case: Case, name: str) -> str:
    """What stands beside an action where it is chosen: what an ending leaves, and that it must be approved."""
    said = ending(case, name) if name in ENDINGS else ""
    if waits(case, name):
        return f"{said}，须批准" if said else "须批准"
    return said or _NOTES.get(name, "")


def ending(case: Case, name: str) -> str:
    """How the case stands after an ending."""
    more = _MORE.get(name)
    return f"按“{OUTCOMES[ENDINGS[name]]}”办结{f'，{more}' if more else ''}"


def consequence(case: Case, name: str) -> str:
    """What will be once it is sent, in a sentence; empty of what only steers."""
    if name not in ENDINGS:
        return "经上一级批准后生效，批准前一切照旧。" if waits(case, name) else ""
    open_now = sum(1 for task in case.tasks if task.state in ("open", "claimed"))
    tasks = f"，{open_now} 个未办结的待办随之失效，时限停止计算" if open_now else ""
    when = "经上一级批准后，本案" if waits(case, name) else "本案立即"
    return f"{when}{ending(case, name)}{tasks}。"
