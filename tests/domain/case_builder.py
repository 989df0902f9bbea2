"""Builds cases at any stage: each step does to the state what a stage of `workflows/` does, without waiting."""

from __future__ import annotations

from typing import Any

from domain.case.records import Assigned
from domain.case.state import Decision, Task
from domain.indicators.counting import tally
from domain.indicators.events import Tally, TallyKind
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.stages import Stage
from domain.transitions.colours import deliver
from domain.transitions.disposal import settle
from domain.transitions.facts import add_incident
from domain.transitions.triage.desks import desks_in, is_last, question
from tests.domain.support import (
    COMMAND_ROOM,
    DISPATCHER,
    HANDLER,
    HOUSING,
    LEADER,
    MARKET,
    MET,
    OFFICER,
    PLACES,
    SCENE,
    Desk,
    alarm,
    person,
    pictures,
)

ANALYST = person("analyst", ("bureau_analyst", PLACES["bureau"]))
COMMITTEE = person("committee", ("committee_dispatcher", PLACES["committee"]))
TRADER = person("trader", ("department_handler", MARKET.path))
EVALUATOR = person("evaluator", ("evaluator_committee", PLACES["centre"]))
STATION = PLACES["station"]


class Life(Desk):
    """A dispute from its first line on."""

    def __init__(self, code: str = "jinhua", *, rank: int = 1, **more: Any) -> None:
        super().__init__(code, rank=rank, **more)
        self.case.log("opened", "受理立案")
        self.case.enter(Stage.TRIAGE)

    # --- pushes

    def confirmed(self, by: Actor = ANALYST) -> Life:
        """Triage confirmed."""
        for number in range(1, desks_in(self.state) + 1):
            asked = question(self.case, number)
            to = self.case.posts(self.state.process.tasks["confirm_triage"].by) if number == 1 else asked.to
            task = self.case.open("confirm_triage", to=to, about=asked.about, limit=asked.limit)
            self.decide(task, "confirm", by if is_last(task) else COMMAND_ROOM)
        return self

    def on_scene(self) -> Life:
        """At push 1."""
        self.confirmed()
        self.case.enter(Stage.PUSH_1)
        return self

    def settled_on_scene(self) -> Life:
        """Calmed by the officer on the scene, and put to the evaluation."""
        self.decide(self.case.open("handle_on_scene"), "settled", SCENE, summary="劝离",
                    evidence=pictures(self.state, "handle_on_scene", "settled"))  # fmt: skip
        return self._judged()

    def to_push_2(self) -> Life:
        """Not settled on the scene."""
        self.decide(self.case.open("handle_on_scene"), "unsettled", SCENE, reason="各执一词")
        self.case.enter(Stage.PUSH_2)
        return self

    def settled_by_officer(self) -> Life:
        """Settled by the responsible officer."""
        self.decide(self.case.open("follow_up_responsibly"), "settled", OFFICER, summary="和解",
                    evidence=pictures(self.state, "follow_up_responsibly", "settled"))  # fmt: skip
        return self._judged()

    def to_push_3(self) -> Life:
        """Before the dispatcher."""
        self.decide(self.case.open("approve_third_push"), "approve", LEADER)
        self.case.enter(Stage.PUSH_3)
        return self

    def before_the_committee(self) -> Life:
        """Qionglai: confirmed, and before the committee's dispatcher."""
        self.confirmed()
        self.case.enter(Stage.PUSH_3)
        return self

    def dispatched(self, lead: OrganisationRef = HOUSING, *cooperating: OrganisationRef) -> Life:
        """Assigned to departments."""
        self.decide(self.case.open("dispatch"), "assign", self._dispatcher(), lead=lead.code,
                    cooperating=[ref.code for ref in cooperating], instructions="办")  # fmt: skip
        self.state.assigned = [Assigned(organisation=ref, lead=ref == lead, round=self.state.round)
                               for ref in (lead, *cooperating)]  # fmt: skip
        self.case.take_back()
        deliver(self.case, self.state.assigned)
        return self

    def acceptance(self, unit: OrganisationRef = HOUSING) -> Task:
        """The question whether a department accepts."""
        return self.case.open("accept_assignment", about={"path": unit.path, "organisation": unit.code})

    def refused(self, unit: OrganisationRef = HOUSING, by: Actor = HANDLER, *, upheld: bool) -> Life:
        """A department refuses, and is ruled upon."""
        self.decide(self.acceptance(unit), "refuse", by, ground="不属职责")
        ruling = self.case.open("rule_refusal", about={"path": unit.path})
        self.decide(ruling, "uphold" if upheld else "overrule", self._dispatcher(), reason="依职责")
        if not upheld:
            self.case.log("refusal_overruled", "推诿", path=unit.path)
        return self

    def disposed(self, *, also: bool = False) -> Life:
        """The lead reports, and the cooperating department where it did too."""
        if also:
            self._report("cooperate", MARKET, TRADER)
        self._report("dispose", HOUSING, HANDLER)
        return self._judged()

    def met(self) -> Life:
        """A progress report with a person met."""
        task = self.case.open("dispose", about={"path": HOUSING.path, "organisation": "housing"})
        self.decide(task, "progress", HANDLER, summary="已见面", met=MET)
        return self

    # --- judged and after

    def returned(self, by: Actor = EVALUATOR, redo: Stage | None = None) -> Life:
        """Sent back, and with the same holders again."""
        self.decide(self._evaluation(), "return", by, reason="perfunctory")
        self.case.next_round("退回重办")
        self.case.enter(redo or (self.state.disposal.stage if self.state.disposal else Stage.TRIAGE))
        return self

    def accepted(self, by: Actor = EVALUATOR) -> Life:
        """Concluded; follow-up begins."""
        self.decide(self._evaluation(), "accept", by)
        self.state.concluded_at = self.at
        self.case.enter(Stage.FOLLOW_UP)
        return self

    def visit(self, party: str = "甲", number: int = 1, attempt: int = 1, **more: Any) -> Task:
        """A visit to one party comes up."""
        return self.case.open("visit", about={"party": party, "visit": number, "try": attempt},
                              limit=self.state.process.follow_up.visits[number - 1].within, **more)  # fmt: skip

    def visited(self, party: str = "甲", result: str = "stable", satisfaction: int | None = None, **about: int) -> Life:
        """A visit and its answer."""
        fields = {"summary": "已访", "satisfaction": satisfaction} if result != "unreachable" else {}
        self.decide(self.visit(party, **about), result, OFFICER, **fields)
        return self

    def relapsed(self) -> Life:
        """Found flared up again at a visit."""
        self.visited(result="relapsed")
        self.case.next_round("回访发现反弹")
        self.case.enter(Stage.TRIAGE)
        return self

    def alarmed(self, *, after: float = 0.0) -> Life:
        """A repeat alarm after so many days."""
        self.pass_time(days=after)
        add_incident(self.case, alarm(len(self.state.incidents) + 1, self.at))
        return self

    def closed(self, outcome: str = "resolved") -> Life:
        """Over."""
        self.case.close(outcome)
        return self

    def reopened(self) -> Life:
        """The next run of a closed dispute begins."""
        self.state.stage, self.state.outcome, self.state.closed_at = Stage.TRIAGE, None, None
        self.case.next_round("重新启动")
        self.case.enter(Stage.TRIAGE)
        return self

    def later(self, **length: float) -> Life:
        """Time passes."""
        self.pass_time(**length)
        return self

    # --- what is counted

    def counted(self, kind: TallyKind, *, leading: bool = True) -> list[Tally]:
        """The tallies of a kind."""
        return [t for t in tally(self.state) if t.kind is kind and t.leading is leading]

    def standing(self, kind: TallyKind, *, leading: bool = True) -> list[Tally]:
        """Those that were not struck."""
        return [t for t in self.counted(kind, leading=leading) if t.struck_at is None]

    def _report(self, kind: str, unit: OrganisationRef, by: Actor) -> None:
        task = self.case.open(kind, about={"path": unit.path, "organisation": unit.code})
        self.decide(task, "disposed", by, summary="办结", evidence=pictures(self.state, kind, "disposed"),
                    met=[{**MET[0], "at": self.at.isoformat()}])  # fmt: skip

    def _dispatcher(self) -> Actor:
        return COMMITTEE if self.state.playbook == "qionglai" else DISPATCHER

    def _judged(self) -> Life:
        settle(self.case, Decision(name="settled", at=self.at))
        self.case.enter(Stage.EVALUATION)
        return self

    def _evaluation(self) -> Task:
        return self.case.open("evaluate", to=[Post(role="evaluator_committee", path=PLACES["centre"])])
