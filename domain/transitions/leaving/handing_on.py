"""What somebody leaves behind who leaves a post, and what has to be said of it before he goes.

Work is left open where it would wait for nobody, or for somebody who is not there: what he has in hand, what only he
could answer, and what is entrusted to him by name. Of each it is said to whom it goes, or expressly that it goes one
level up; without that nobody leaves. The rest is told, and follows by itself: a delegation comes back, an offer is off,
a case that names him turns to whoever has the beat. Sources: Q-023 (“信息传递，责任传递”: a case is always somebody's),
Q-101 (vacancies are named), J-003. Who may put a leaving on record is [DESIGN].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from domain.base import Model, Strict
from domain.case.state import Task
from domain.errors import FieldsInvalid, WorkLeftOpen
from domain.people.entitlement import Offer
from domain.people.manning import Roster, unasked
from domain.policy.fields import Code, OrganisationCode, RoleCode, Text
from domain.transitions.leaving.unmanned import Unmanned

MOST_WORDS = 500
"""Pieces of work of which something is said one by one; `rest` is for all others."""


class How(StrEnum):
    """Where a piece of work goes."""

    PERSON = "person"
    """to somebody by name"""
    COLLEAGUES = "colleagues"
    """back to the post, where somebody else holds it"""
    UP = "up"
    """one level up; what is entrusted by name stays vacant"""


HOW_NAMES = {How.PERSON: "交给本人指定的人员", How.COLLEAGUES: "交回岗位", How.UP: "提级办理（职责空缺）"}


class What(StrEnum):
    """Kinds of work."""

    IN_HAND = "in_hand"
    ONLY_HIS = "only_his"
    DUTY = "duty"
    VACANCY = "vacancy"
    """a post that nobody would hold any more: a successor is named, or expressly none"""
    NAMED = "named"
    """a case that names him; it turns to whoever has the beat by itself"""
    HELPS = "helps"
    """a task that he prepares for another, or was offered"""
    DEPUTYSHIP = "deputyship"


WHAT_NAMES = {
    What.IN_HAND: "在办事项",
    What.ONLY_HIS: "仅其本人可办的事项",
    What.DUTY: "承担事项",
    What.VACANCY: "无人接任的岗位",
    What.NAMED: "指定其负责的纠纷",
    What.HELPS: "受托、待接收的事项",
    What.DEPUTYSHIP: "代班安排",
}
ORDER = list(What)


class Work(Model):
    """A piece of work of a leaver. Without `ways` nothing has to be said of it."""

    item: str
    """`task:<id>`, `duty:<id>`, `post:<id>`, `case:<number>`, `deputyship:<id>`"""
    what: What
    title: str
    ways: list[How] = []
    candidates: list[str] = []
    """person ids of those who may be expected to take it"""


class Rest(Strict):
    """Where everything goes of which nothing else is said, as far as it may go there."""

    how: How = Field(title="方式")
    to: Text | None = Field(None, title="接办人")
    """username or person id"""


class Word(Rest):
    """Where one piece of work goes."""

    item: Code = Field(title="事项")


class Succession(Strict):
    """Somebody who holds the post from now on."""

    post_id: Code = Field(title="岗位")
    to: Text = Field(title="接任人")


class Taking(Strict):
    """A post that he takes in exchange."""

    role: RoleCode = Field(title="岗位")
    organisation: OrganisationCode = Field(title="单位")


class Leaving(Strict):
    """A leaving to be put on record, of some posts or of all; with `takes` he moves."""

    posts: list[Code] | None = Field(None, title="离任岗位", min_length=1, max_length=50)
    """ids; none is all of them"""
    reason: Text = Field(title="离任原因", max_length=200)
    hand_over: list[Word] = Field([], title="逐项交接", max_length=MOST_WORDS)
    rest: Rest | None = Field(None, title="其余事项")
    successors: list[Succession] = Field([], title="接任", max_length=50)
    takes: list[Taking] = Field([], title="调任岗位", max_length=20)

    def named(self) -> set[str]:
        """Everybody it names, as typed."""
        words: list[Rest] = [*self.hand_over, *([self.rest] if self.rest else [])]
        return {word.to for word in words if word.to} | {each.to for each in self.successors}


class Said(Model):
    """What was said of a piece of work, with the person's id."""

    how: How
    to: str | None = None


def work_on_tasks(person_id: str, tasks: Iterable[Task], before: Roster, after: Roster) -> list[Work]:
    """What somebody leaves behind of waiting tasks: `before` is who holds what now, `after` once he has left."""
    found = []
    for task in tasks:
        offer = Offer(addressees=task.addressees, excluded=task.excluded)
        nobody = unasked(offer, after)
        if task.assignee == person_id:
            if after.entitled(person_id, task.addressees):
                continue
            what = What.IN_HAND
        elif person_id in (task.delegate, task.offered_to):
            if not after.entitled(person_id, task.addressees):
                found.append(Work(item=f"task:{task.task_id}", what=What.HELPS, title=task.name))
            continue
        elif task.assignee is None and nobody and not unasked(offer, before):
            what = What.ONLY_HIS
        else:
            continue
        able = [p for p in after.candidates(task.addressees, task.excluded) if p != person_id]
        ways = [*([How.PERSON] if able else []), *([How.COLLEAGUES] if what == What.IN_HAND and not nobody else [])]
        found.append(Work(item=f"task:{task.task_id}", what=what, title=task.name,
                          ways=[*ways, How.UP], candidates=able))  # fmt: skip
    return found


def said_of(
    works: Sequence[Work], order: Leaving, people: Mapping[str, str], able: Mapping[str, set[str]]
) -> dict[str, Said]:
    """Where each piece of work goes that has to go somewhere.

    `people`: ids by what was typed. `able`: of a piece of work everybody who may take it, beside its candidates.

    Raises:
        FieldsInvalid: something can't go where it was said to, or is none of his.
        WorkLeftOpen: of something nothing was said; each is named.
    """
    must = {work.item: work for work in works if work.ways}
    wrong, said = [], dict[str, Said]()
    for number, word in enumerate(order.hand_over):
        work = must.get(word.item)
        problem = "没有这项待交接的工作" if work is None else _wrong(work, word, people, able)
        if problem:
            wrong.append({"field": f"hand_over.{number}.{'item' if work is None else 'to'}", "message": problem})
        else:
            said[word.item] = Said(how=word.how, to=people.get(word.to or ""))
    if order.rest and order.rest.how == How.PERSON and (order.rest.to or "") not in people:
        wrong.append({"field": "rest.to", "message": _nobody(order.rest.to)})
    if wrong:
        raise FieldsInvalid(errors=wrong)
    left = []
    for item, work in must.items():
        if item in said:
            continue
        if order.rest and not _wrong(work, order.rest, people, able):
            said[item] = Said(how=order.rest.how, to=people.get(order.rest.to or ""))
        else:
            left.append({"field": item, "message": f"{WHAT_NAMES[work.what]}：{work.title}，{_called_for(work)}"})
    if left:
        raise WorkLeftOpen(f"还有{len(left)}项工作没有交接", errors=left[:MOST_WORDS])
    return said


def _called_for(work: Work) -> str:
    if work.what != What.VACANCY:
        return "请说明交给谁或提级办理"
    return "请指定接任人或明确暂时空缺" if How.UP in work.ways else "请指定接任人"


def _wrong(work: Work, word: Rest, people: Mapping[str, str], able: Mapping[str, set[str]]) -> str:
    """Why a piece of work can't go there; empty where it can."""
    if word.how != How.PERSON:
        return "" if word.how in work.ways else f"“{work.title}”没有同岗人员，不能交回岗位"
    person = people.get(word.to or "")
    if person is None:
        return _nobody(word.to)
    fits = person in work.candidates or person in able.get(work.item, set())
    return "" if fits else f"该人员不能接办“{work.title}”"


def _nobody(typed: str | None) -> str:
    return f"没有用户名或编号为“{typed}”的在岗人员" if typed else "请填写接办人"


def found_of(task: Task, person_id: str, what: What, said: Said | None, after: Roster) -> Unmanned:
    """What a case is told of one of a leaver's tasks."""
    helpers = [person for person in (task.delegate, task.offered_to) if person == person_id]
    vacant = unasked(Offer(addressees=task.addressees, excluded=task.excluded), after)
    return Unmanned(
        task_id=task.task_id,
        asked=task.addressees,
        gone=person_id if what == What.IN_HAND else None,
        helpers=helpers,
        vacant=vacant and what != What.HELPS,
        up=said is not None and said.how == How.UP,
    )
