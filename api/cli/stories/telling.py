"""How a story is played: people answer over HTTP, time is moved by drill, and the outcome is printed and checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from api.cli.client import Client, County, Document, Refusal
from api.cli.show import console, print_entry
from domain.policy.catalogue import KINDS
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from infra.runtime.policy_files import read_calendar


class StoryBroken(Exception):
    """The system did not do what the story says; the message is the sentence that did not hold."""


@dataclass(frozen=True)
class Story:
    """One life of a dispute, as a report has it."""

    name: str
    number: int
    title: str
    playbooks: tuple[str, ...]
    requirements: tuple[str, ...]
    script: Callable[[Telling], None]
    needs: tuple[Stage, ...] = ()
    """of a mechanism's own story: the stages without which there is nothing to play"""

    @property
    def label(self) -> str:
        """What the story is called; one of a mechanism's own has no number."""
        return f"{self.number or ''}「{self.title}」".strip()


class Telling:
    """One playing of a story: its dispute, and how much of it has been played."""

    def __init__(self, county: County, playbook: str) -> None:
        self.county = county
        self.playbook = playbook
        self.number = ""
        self._printed = 0
        self._ahead = timedelta()

    # --- what people do

    def alarm(self, narrative: str, address: str, a: str, b: str, *, by: Client | None = None, **more: Any) -> Document:
        """A report of a quarrel between two parties, by a call taker or somebody else; the story is about the dispute
        it opens.
        """
        phones = [self.county.phone(f"{address} {name}") for name in (a, b)]
        parties = [{"name": a, "phone": phones[0], "side": "a"}, {"name": b, "phone": phones[1], "side": "b"}]
        body = self.county.reported(narrative, place={"address": address}, parties=parties, **more)
        answer = by.report(body) if by else self.county.report("call_taker", body)
        self.number, self._printed, self._ahead = answer["dispute_no"], 0, timedelta()
        self.expect(not answer["joined"], "这是一起新的纠纷，不并入以前的")
        self.show()
        return answer

    def send_batch(self, items: list[Document]) -> Document:
        """A batch of notices of hazards by whoever may send one; the story is about the case that it opens."""
        answer = self.county.send_batch(items)
        self.number = answer["dispute_no"]
        self.county.wait_for(self.number, "rectify")
        self.show()
        return answer

    def answer(
        self,
        kind: str,
        decision: str,
        *,
        of: str | None = None,
        by: Client | None = None,
        task_id: str | None = None,
        **fields: Any,
    ) -> Document:
        """A task's first candidate answers it; `of` names the organisation or party where several are open."""
        task_id = task_id or self.task(kind, of=of)["task_id"]
        answer = self.county.answer(self.number, kind, decision, by=by, task_id=task_id, **fields)
        self.show()
        return answer

    def table(self, *without: str) -> list[Document]:
        """The people who make up the session that is to be held, as the form's example names them; those of some roles
        left out.
        """
        task = self.county.supervisor.get(f"/v1/tasks/{self.task('mediate')['task_id']}")
        agreed = next(d for d in task["decisions"] if d["name"] == "agreed")
        return [who for who in agreed["example"]["participants"] if who["role"] not in without]

    def advance(self, by: timedelta) -> None:
        """Lets time pass for this dispute, and shows what fell due."""
        seconds = math.ceil(by.total_seconds())
        console.print(f"[dim]  …  {_length(by)}过去[/]")
        self.county.advance(self.number, f"PT{seconds}S")
        self._ahead += timedelta(seconds=seconds)
        self.show()

    def advance_to(self, at: datetime) -> None:
        """Lets time pass until shortly after an instant; nothing where it is past already."""
        left = at + timedelta(minutes=1) - self.now
        if left > timedelta():
            self.advance(left)

    def refused(self, status: int, code: str, do: Callable[[], Any]) -> Refusal:
        """Something that must be refused, with this status and code."""
        try:
            do()
        except Refusal as refusal:
            self.expect((refusal.status, refusal.code) == (status, code), f"应以 {status} {code} 拒绝，却是 {refusal}")
            console.print(
                f"[dim]  ×  {status} {code}：{refusal.body.get('detail')}{_fields(refusal)}[/]", soft_wrap=True
            )
            return refusal
        raise StoryBroken(f"{self.number}：应以 {status} {code} 拒绝，却被接受")

    # --- what is seen

    @property
    def now(self) -> datetime:
        """The dispute's own time."""
        return self.county.now + self._ahead

    @cached_property
    def process(self) -> Process:
        """The mechanism, as the running system has it."""
        books = self.county.playbooks()
        return Process.model_validate(next(book["process"] for book in books if book["code"] == self.playbook))

    @cached_property
    def hazard_aspects(self) -> list[str]:
        """The codes of the aspects that the mechanism names of hazards."""
        book = next(book for book in self.county.playbooks() if book["code"] == self.playbook)
        return [aspect["code"] for aspect in book["hazards"]["aspects"]]

    @cached_property
    def calendar(self) -> Calendar:
        """The working calendar, as it ships."""
        return read_calendar()

    @property
    def case(self) -> Document:
        """The whole case as it stands."""
        return self.county.dispute(self.number)

    def task(self, kind: str, *, of: str | None = None) -> Document:
        """The open task of a kind, the one of an organisation or party where `of` says so."""
        tasks = self.county.open_tasks(self.number, kind) or [self.county.wait_for(self.number, kind)]
        for task in tasks:
            if of is None or of in (task["about"].get("organisation"), task["about"].get("party")):
                return task
        raise StoryBroken(f"{self.number}：{of}没有待办{kind}，只有{[t['about'] for t in tasks]}")

    def open_kinds(self) -> list[str]:
        """The kinds of the tasks that wait for an answer."""
        tasks = self.county.open_tasks(self.number)
        return [task["kind"] for task in tasks if not KINDS[task["kind"]].to_the_end]

    def entries(self, kind: str) -> list[Document]:
        """The timeline's entries of one kind."""
        return [entry for entry in self.county.timeline(self.number) if entry["kind"] == kind]

    def clock(self, name: str) -> Document:
        """The latest clock of a name."""
        clocks: list[Document] = [c for c in self.case["clocks"] if c["name"] == name]
        self.expect(clocks, f"有时限{name}")
        return clocks[-1]

    # --- what is said of it

    def tell(self, sentence: str) -> None:
        """A sentence of the story."""
        console.print(f"[bold]{sentence}[/]")

    def show(self) -> None:
        """Prints what has been added to the timeline."""
        for entry in self.county.timeline(self.number)[self._printed :]:
            print_entry(entry)
            self._printed = entry["seq"]

    def expect(self, condition: object, sentence: str) -> None:
        """Holds the story to its word.

        Raises:
            StoryBroken: it is not so.
        """
        if not condition:
            raise StoryBroken(f"{self.number}：{sentence}——不成立")

    def expect_stage(self, stage: str, *, round: int = 1) -> None:
        """Where the dispute must stand now."""
        case = self.case
        here = (case["stage"], case["round"])
        self.expect(here == (stage, round), f"应在{stage}第{round}轮，现在{here[0]}第{here[1]}轮")


def _length(by: timedelta) -> str:
    hours, minutes = divmod(int(by.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days}天" if days else "", f"{hours}小时" if hours else "", f"{minutes}分钟" if minutes else ""]
    return "".join(parts) or "片刻"


def _fields(refusal: Refusal) -> str:
    messages = [str(error["message"]) for error in refusal.body.get("errors", [])]
    return f"（{'；'.join(messages)}）" if messages else ""
