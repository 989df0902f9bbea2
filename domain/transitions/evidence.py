"""What a decision must prove beside its form: pictures, a signature, who was there, and something new after a return.

“落地见人见事” (Q-044): what was returned does not pass a second time with what it was returned with. Without any new
file a disposal of the next round is refused; that its text is nearly the same, that a photograph was used before, or
that many matters were signed for in one minute, are flags that the evaluator sees (`domain.case.records.Flag`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.base import Strict, wall_time
from domain.case.case import PROGRESS, clock_of
from domain.case.records import Evidence, Verdict
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor
from domain.policy.catalogue import KINDS
from domain.policy.fields import Meeting, Participant
from domain.policy.forms.demands import Demand

SEEN = ("image", "video")
"""The media that show something."""


def redone(evaluations: Sequence[Verdict], round_: int) -> Verdict | None:
    """The verdict by which this round redoes what was returned; none where it redoes nothing."""
    last = evaluations[-1] if evaluations else None
    return last if last and last.verdict == "return" and last.round == round_ - 1 else None


def files_needed(demand: Demand, kind: str, decision: str, *, redoes: bool) -> int:
    """How many pictures or videos a decision must carry now; a disposal after a return at least one."""
    feeds_back = KINDS[kind].decisions[decision].feeds_back
    return max(demand.files, int(redoes and feeds_back))


def round_began(state: DisputeState) -> datetime:
    """When the present round began: the first with the first report, each other with its return or reopening."""
    if state.round > 1:
        for entry in reversed(state.timeline):
            if entry.kind == "round" and entry.detail["round"] == state.round:
                return entry.at
    return min(state.opened_at, state.incidents[0].reported_at)


def evidence_errors(
    state: DisputeState, task: Task, decision: str, demand: Demand, form: Strict, files: Sequence[Evidence], by: Actor
) -> list[dict[str, str]]:
    """Field errors for what a decision fails to prove."""
    shows = {file.sha256 for file in files if file.media_type.split("/")[0] in SEEN}
    returned = redone(state.evaluations, state.round)
    spec, errors = KINDS[task.kind].decisions[decision], []
    if len(shows) < demand.files:
        what = "处置反馈" if spec.pictures else "须附对方签名照片，" if demand.signed else ""
        errors.append(_error("attachments", f"{what}须附至少{demand.files}份图片或视频"))
    elif returned and spec.feeds_back and not {file.sha256 for file in files} - _used(state):
        errors.append(_error("attachments", "退回重办须附新的佐证：没有一份文件是上次退回以后新增的（落地见人见事）"))
    signer = getattr(form, "signed_by", None) if demand.signed else None
    if signer and signer in (by.name, by.on_behalf_name):
        errors.append(_error("signed_by", f"须由对方签名，不能是办理人“{signer}”自己"))
    if demand.present:
        errors += _absent(state, demand.present, getattr(form, "participants", []))
    if not spec.ends and (told := _nothing_since(state, task, getattr(form, "met", []))):
        errors.append(_error("met", told))
    return errors


def last_met(state: DisputeState, task: Task) -> datetime | None:
    """When whoever answers this task last met somebody in this round: the holder, whatever he was asked, or one that
    takes part beside him; none where nobody was met.
    """
    body = _body(task)
    answers = (answer for each in state.tasks if each.round == state.round and _body(each) == body
               for answer in each.answers)  # fmt: skip
    met = [datetime.fromisoformat(m["at"]) for answer in answers for m in answer.fields.get("met") or ()]
    return max(met, default=None)


def _nothing_since(state: DisputeState, task: Task, met: Sequence[Meeting]) -> str:
    """Why a report of progress is no continuing follow-up (“后期持续跟进”): it tells of no meeting since the last."""
    body = _body(task)
    if body is None or not met or state.clock(clock_of(PROGRESS, body)) is None:
        return ""
    last = last_met(state, task)
    if last is None or any(each.at > last for each in met):
        return ""
    return f"持续跟进须有新的见面：{wall_time(last)}的见面已记录过；没有新见面的，不填见面情况"


def _body(task: Task) -> str | None:
    """Whose limit a meeting told in this task meets: the holder's (""), or that of an organisation beside him."""
    spec = KINDS[task.kind]
    if not (spec.disposes or spec.follows):
        return None
    return "" if spec.leads or spec.follows else str(task.about.get("organisation", ""))


def _used(state: DisputeState) -> set[str]:
    """The digests of all files that earlier rounds answered with."""
    answers = (answer for task in state.tasks if task.round < state.round for answer in task.answers)
    return {file.sha256 for answer in answers for file in answer.evidence}


def _absent(state: DisputeState, roles: Sequence[str], present: Sequence[Participant]) -> list[dict[str, str]]:
    """Each role by a person of its own."""
    left = [person.role for person in present]
    missing = []
    for role in roles:
        if role in left:
            left.remove(role)
        else:
            missing.append(state.process.words.role_name(role))
    return [_error("participants", f"在场人员缺少{'、'.join(missing)}")] if missing else []


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
