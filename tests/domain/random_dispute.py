"""A hypothesis state machine: a dispute, and all that people, facts and time may do to it, in random order.

Each rule is a step of the world; after each the laws of `watching` are checked. Steps that people take rightly must be
taken, wrong ones must be refused and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from domain.case.opening import open_state
from domain.case.records import Party
from domain.case.state import DisputeState
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from domain.policy.parts.promotion import PromotionPolicy
from domain.policy.playbook import Playbook
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.actions import Act, actions_thinkable
from domain.transitions.decisions import Command
from domain.triage.triage import Triage
from tests.domain.entitled_people import (
    action_fields,
    barred,
    holder,
    may_act,
    strangers,
)
from tests.domain.invariants import Watch
from tests.domain.random_steps import Drawn, Steps
from tests.domain.support import BEAT, MONDAY, PLACES, alarm, playbook
from tests.domain.whistling import whistling
from workflows.dispute import DisputeInput
from workflows.harness.life import Life

GOALS = st.sampled_from(["", *(stage.value for stage in Stage)])
LENGTHS = [timedelta(minutes=20), timedelta(hours=3), timedelta(days=1), timedelta(days=3), timedelta(days=8),
           timedelta(days=33), timedelta(days=100)]  # fmt: skip


PROMOTION = PromotionPolicy.model_validate({
    "criteria": {"grave": {"name": "重大事项"}, "mass": {"name": "群体性", "parties": 3}},
    "to": [[{"role": "township_leader", "at": "township"}], [{"role": "leader", "at": "county"}]],
})  # fmt: skip
"""As a city may have it whose weighty matters move up a level with a word from above."""


def with_letters(city: Playbook) -> Playbook:
    """The same city, where a letter goes out with each dispatch, written reminder and return; where it asks no answer
    to letters there are none.
    """
    if "answer_notice" not in city.process.tasks:
        return city
    steps = {"dispatch": "assignment", "urge": "supervision", "return": "return"}
    notices = city.process.notices.model_copy(update={"sent_with": steps})
    return city.model_copy(update={"process": city.process.model_copy(update={"notices": notices})})


class EveryLife(Steps):
    """One dispute, and all that people, facts and time may do to it."""

    @initialize(
        rank=st.integers(1, 3), risk=st.sampled_from([[], [], ["domestic_violence"]]), police=st.booleans(),
        source=st.sampled_from(["110", "12345", "grid"]), sides=st.integers(1, 2), goal=GOALS,
        known=st.booleans(), whistles=st.booleans(), letters=st.booleans(), data=st.data(),
    )  # fmt: skip
    def opens(
        self,
        rank: int,
        risk: list[str],
        police: bool,
        source: str,
        sides: int,
        goal: str,
        known: bool,
        whistles: bool,
        letters: bool,
        data: st.DataObject,
    ) -> None:
        """A dispute is taken in, and perhaps gets somewhere at once; letters go out with each step, or by hand only."""
        found = Triage(
            category="parking", category_name="停车纠纷", colour="blue", rank=rank, police=police, divertible=False,
            risk_kinds=risk, confidence=1, cues=[], suggested_lead="housing", suggested_cooperating=["market"],
            statutory_track=None,
        )  # fmt: skip
        places = {word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path)
                  for word, path in PLACES.items()}  # fmt: skip
        incident = alarm(1, MONDAY, rank=rank)
        incident.source = source
        incident.parties = [Party(name=f"当事人{side}", side=side) for side in "ab"[:sides]]
        city = whistling(dispatch=True, tier=True) if whistles and self.code == "jinhua" else playbook(self.code)
        city = with_letters(city) if letters else city
        state = open_state(
            "D2026-000001", playbook=city, calendar=Calendar(), places=places, incident=incident,
            triage=found, at=MONDAY, beat=BEAT if known else None,
        )  # fmt: skip
        state.process = Drawn(data).pick([state.process, state.process.model_copy(update={"promotion": PROMOTION})])
        self.watch = Watch(publish_every=Drawn(data).number(1, 3))
        self.life = Life(DisputeInput(state=state), MONDAY, self.numbers)
        self.look()
        self.walk(goal, Drawn(data))

    # --- what is taken

    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        """A rightful answer."""
        self.answer(Drawn(data))
        self.look()

    @rule(data=st.data(), goal=GOALS)
    def work_goes_on(self, data: st.DataObject, goal: str) -> None:
        """Everybody works towards a stage."""
        self.walk(goal, Drawn(data))

    @rule(data=st.data())
    def all_at_once(self, data: st.DataObject) -> None:
        """Messages of one activation: all are taken before the story goes on; perhaps after a sleep over deadlines."""
        if Drawn(data).flag():
            self.life.sleep(Drawn(data).pick(LENGTHS))
        for _ in range(Drawn(data).number(2, 4)):
            steps: list[Callable[[Any], Any]] = [self.answer, self.act, self.end, self.tell, self.claim, self.leave]
            Drawn(data).pick(steps)(Drawn(data))
        self.look()

    @rule(data=st.data())
    def somebody_claims(self, data: st.DataObject) -> None:
        """A claim, or a release."""
        self.claim(Drawn(data))
        self.look()

    @rule(data=st.data())
    def somebody_hears(self, data: st.DataObject) -> None:
        """A task is opened, or its ring is answered."""
        self.hear(Drawn(data))
        self.look()

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """A rightful action; endings are rare, or no life would grow old."""
        self.act(Drawn(data), endings=Drawn(data).number(0, 9) == 0)
        self.look()

    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        """A post is vacant, or a hand is gone."""
        self.leave(Drawn(data))
        self.look()

    @rule(data=st.data())
    def something_is_heard(self, data: st.DataObject) -> None:
        """A fact arrives."""
        self.tell(Drawn(data))
        self.look()

    @rule(length=st.sampled_from(LENGTHS))
    def time_passes(self, length: timedelta) -> None:
        """Everything is up: each deadline is kept at its instant."""
        self.life.pass_time(length)
        self.look()

    @rule(length=st.sampled_from(LENGTHS))
    def everything_is_down(self, length: timedelta) -> None:
        """An outage: what fell due meanwhile is done when all is up again."""
        self.life.sleep(length)
        self.look()

    @precondition(lambda self: self.state.closed)
    @rule(data=st.data(), by_alarm=st.booleans())
    def it_starts_again(self, data: st.DataObject, by_alarm: bool) -> None:
        """A closed dispute is reopened, by somebody or by an alarm."""
        closed = DisputeState.model_validate_json(self.state.model_dump_json())
        again = DisputeInput(state=closed)
        if by_alarm:
            again.incident = self.alarm(Drawn(data))
        else:
            actor = Drawn(data).pick(may_act(closed, "reopen"))
            again.reopened = Act(key=self.key(), action="reopen", fields={"reason": "反弹"}, actor=actor)
        self.life.drop()
        self.done.clear()
        self.life = Life(again, self.life.at, self.numbers)
        self.look()

    # --- what is refused

    @rule(data=st.data())
    def a_wrong_answer(self, data: st.DataObject) -> None:
        """A decision that must not be taken, by the update or the signal."""
        if not self.state.tasks:
            return
        command, codes = self.wrong(Drawn(data), Drawn(data).pick(self.state.tasks))
        if command is None:
            return
        if Drawn(data).flag():
            self.unmoved(self.life.decide, command, codes)
        else:
            self.only_noted(command, codes)
        self.look()

    @precondition(lambda self: self.barred_tasks())
    @rule(data=st.data(), deputy=st.booleans())
    def who_is_barred_tries(self, data: st.DataObject, deputy: bool) -> None:
        """Four eyes: who had a hand in it, or acts for somebody who had."""
        task = Drawn(data).pick(self.barred_tasks())
        hand = Drawn(data).pick(sorted(barred(self.state, task)))
        who = {"person_id": "new", "on_behalf_of": hand} if deputy else {"person_id": hand}
        actor = Actor(name="", posts=task.addressees, **who)
        decision = next(iter(KINDS[task.kind].decisions))
        command = Command(key=self.key(), task_id=task.task_id, decision=decision, actor=actor)
        self.unmoved(self.life.decide, command, {"four_eyes"})
        self.look()

    @precondition(lambda self: self.state.pending())
    @rule(data=st.data())
    def a_stranger_tries(self, data: st.DataObject) -> None:
        """Somebody who has nothing to do with it."""
        task = Drawn(data).pick(self.state.pending())
        actor = Drawn(data).pick(strangers(task))
        decision = next(iter(KINDS[task.kind].decisions))
        command = Command(key=self.key(), task_id=task.task_id, decision=decision, actor=actor)
        self.unmoved(self.life.decide, command, {"not_entitled"})
        self.look()

    @rule(data=st.data())
    def a_wrong_action(self, data: st.DataObject) -> None:
        """An action that must not be taken."""
        action = Drawn(data).pick(sorted(ACTIONS))
        thinkable = action in actions_thinkable(self.state) and not self.state.closed
        fields = action_fields(Drawn(data), self.state, action, self.life.at) if thinkable else {"reason": "试试"}
        rightful = may_act(self.state, action) or [holder(Post(role="supervisor", path="/c"))]  # nobody's here
        wrong = Drawn(data).pick(["who", "what", "form"]) if thinkable else "when"
        actor, codes = rightful[0], {"fields_invalid"}
        match wrong:
            case "who":
                roles = {post.role for each in rightful for post in each.posts}
                role = min(roles)
                stranger = next(each for each in ("mediator", "call_taker") if each not in roles)
                actor = Drawn(data).pick([holder(Post(role=stranger, path="/c")),
                                                   holder(Post(role=role, path="/elsewhere"))])  # fmt: skip
                codes = {"not_entitled"}
            case "what":
                action, codes = "explode", {"action_not_allowed"}
            case "form":
                fields = Drawn(data).pick([{}, {**fields, "extra": 1}, {**fields, "reason": " "}])
            case "when":
                codes = {"dispute_closed", "action_not_allowed"}
        self.unmoved(self.life.act, Act(key=self.key(), action=action, fields=fields, actor=actor), codes)
        self.look()

    @precondition(lambda self: self.done)
    @rule(data=st.data(), other=st.booleans())
    def the_same_again(self, data: st.DataObject, other: bool) -> None:
        """A key comes a second time: nothing changes; with other content it is refused."""
        send, message = Drawn(data).pick(self.done)
        if other:
            again = message.model_copy(update={"key": message.key.partition(".")[0] + ".other"})
            self.unmoved(send, again, {"idempotency_key_reused"})
        else:
            self.unmoved(send, message, {""})
        self.look()


class Qionglai(EveryLife):
    """The same under another playbook."""

    code = "qionglai"


class Huangshi(EveryLife):
    """The same where the officer diverts from the scene, and a mediator sits at the station."""

    code = "huangshi"


class Wuwei(EveryLife):
    """The same where the scene leads to the table, nobody judges and red waits for no desk."""

    code = "wuwei"


class FusedPolicing(EveryLife):
    """The same up three desks and five kinds of mediation."""

    code = "ronghe"
