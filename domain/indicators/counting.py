"""Counts one case: `tally(state)`, the countable events that every indicator is made of (requirements F).

A tally is derived from the state alone, by reading its timeline from top to bottom, so that it is the same whether the
state grew or was replayed from a history. It holds codes and instants, never personal data. One matter makes one tally
of each kind that counts matters, however many rounds it takes; what was counted and turned out not to be (a returned
disposal) stays, with `struck_at`: a figure as of an earlier day is still what it was. What each kind means to a formula
is said in `domain.indicators.formulas`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.base import china
from domain.case.case import COLOUR
from domain.case.splitting.reports import lines_in_error
from domain.case.state import DisputeState, Entry
from domain.indicators.attribution import concern
from domain.indicators.events import Tally, TallyKind, days_between
from domain.indicators.further_counts import further, parts_of
from domain.indicators.mechanism.counts import OF_THE_MATTER, marked
from domain.indicators.visit_counts import VisitCounter
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage

WORKED_ON = (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3, Stage.MEDIATION)
NOT_PUSHED = ("withdrawn", "merged", "transferred_out", "criminal_case", "not_a_dispute", "no_risk", "police_case")
"""Outcomes that take a matter out of 处置率 altogether (F.3)."""
NOT_ACCEPTED = ("merged", "transferred_out", "criminal_case", "not_a_dispute", "no_risk", "police_case")
"""Outcomes that take a matter out of 办结率 altogether (F.4); a crime goes to another procedure."""
_WORK = (
    TallyKind.SUBMITTED, TallyKind.DISPOSED, TallyKind.INTERVENED, TallyKind.CONCLUDED, TallyKind.FINISHED,
    TallyKind.TIMED, TallyKind.INTRODUCED, TallyKind.MEDIATED, *OF_THE_MATTER)  # fmt: skip
"""What goes to the parent when a matter is merged into another; its reports are reports all the same (F.5)."""
_CONTROLLING = (COLOUR, "ladder")
"""The deadlines on disposing: the colour's, and the ladder's while mediation runs instead."""


def tally(state: DisputeState) -> list[Tally]:
    """Everything countable of a case so far, always in the same order for the same state."""
    if state.batch:  # its items have figures of their own (`infra.read_model.hazards.items`)
        return []
    reading = TallyReader(state)
    for entry in state.timeline:
        reading.take(entry)
    return reading.total()


class TallyReader:
    """A case read from its first line on: what holds at the line now read, and what has been counted."""

    def __init__(self, state: DisputeState) -> None:
        self.state = state
        self.tasks = {task.task_id: task for task in state.tasks}
        places = state.places
        self.home = next((places[p] for p in ("station", "township", "county") if p in places), "")
        self.unit = self.desk = self.home
        changes = [entry.detail for entry in state.timeline if entry.kind == "recoloured"]
        self.first_colour: str = changes[0]["from"] if changes else state.colour
        self.colour = self.first_colour
        self.round = 1
        self.stage = Stage.TRIAGE
        self.visiting = VisitCounter(state)

        self.counted: list[Tally] = []
        self.pushes: list[Tally] = []
        self.beside: dict[str, None] = {}
        """the organisations that cooperate under the present dispatch, in order"""
        self.excused: dict[str, None] = {}
        """organisations whose refusal was well-founded: the matter was never theirs"""
        self.acted: dict[str, None] = {}
        self.submitted: Tally | None = None
        self.desks: dict[str, None] = {}
        """the desks that have answered on the way up, in order"""
        self.assigned_at: datetime | None = None
        self.disposal: Tally | None = None
        self.verified = False
        """whether the disposal meets what its colour asks for: of red, that somebody was met first"""
        self.intervened = False
        self.timed: Tally | None = None
        self.late_clock: str | None = None
        self.timed_beside: dict[str, Tally] = {}
        """by path: whether an organisation beside the responsible one kept its own limit"""
        self.extensions = 0
        self.first: Tally | None = None
        """the first conclusion"""
        self.finish: Tally | None = None
        self.ending: tuple[str, datetime] | None = None
        self.handed_over = False
        """whether the dispute this one was merged into has taken over its reports"""
        self.merged_in = 0
        """reports that another dispute brings along, still to be read"""
        self.in_error = lines_in_error(state)
        self.told = True  # whether the line now read tells of this matter
        self.reported = {incident.incident_id: incident.reported_at for incident in state.incidents}
        self.joined: dict[str, str] = {}
        """colour in force when a repeat report joined"""

    def take(self, entry: Entry) -> None:
        """Reads one line."""
        detail, at = entry.detail, entry.at
        self.told = entry.seq not in self.in_error
        match entry.kind:
            case "stage":
                self._entered(Stage(detail["stage"]), at)
            case "round":
                if self.ending:
                    self._reopened(at)
                self.round = detail["round"]
                self.acted = {}
            case "closed":
                self._closed(detail["outcome"], at)
            case "recoloured":
                self.colour = detail["to"]
            case "merged_in":
                self.merged_in += detail["incidents"]
            case "merge_not_told":
                self.handed_over = False
            case "incident_added":
                self._joined(detail["incident_id"], at)
            case "intervened" | "overdue" | "clock_moved":
                self._clock(entry.kind, detail, at)
            case _:
                self._asked(entry)

    def _asked(self, entry: Entry) -> None:
        """Of questions and their answers."""
        detail, at = entry.detail, entry.at
        match entry.kind:
            case "task_opened" if detail["task_kind"] == "dispatch" and self.submitted is None:
                self.submitted = self._count(TallyKind.SUBMITTED, at, unit=self.desk)
                for desk in self.desks:  # each level that it was judged at had a part in it
                    if desk != self.desk:
                        self._count(TallyKind.SUBMITTED, at, unit=desk, leading=False)
            case "decision":
                self._decided(entry)
            case "decision_refused" if detail.get("decision") == "refuse":
                self._refused_late(entry)
            case "refusal_overruled":
                refuser = self._refuser(detail["path"], at)
                self._count(TallyKind.REFUSED, at, unit=detail["path"], result="overruled", person_id=refuser)
            case "reassigned":
                task = self.tasks.get(detail["task_id"])
                if task and KINDS[task.kind].leads and detail.get("to") and not detail.get("level"):
                    self._deliver(detail["to"][0]["path"], at)

    def _entered(self, stage: Stage, at: datetime) -> None:
        if stage in (Stage.PUSH_1, Stage.PUSH_2):
            self._deliver(self.home, at)
        if stage in (Stage.CONFIRMATION, Stage.EVALUATION, Stage.FOLLOW_UP) and self.stage in WORKED_ON:
            self._disposed(at)
        if stage is Stage.MEDIATION and self.stage is Stage.CONFIRMATION:
            self._invalid(at)  # the court did not confirm what was agreed
        if stage is Stage.FOLLOW_UP:
            self._concluded(at, "resolved")
        self.stage = stage

    def _decided(self, entry: Entry) -> None:
        detail, at = entry.detail, entry.at
        task = self.tasks.get(detail["task_id"])
        post = task.decision.post if task and task.decision else None
        match detail["task_kind"], detail["decision"]:
            case kind, _ if KINDS[kind].submits:
                self.desk = post.path if post else self.home
                self.desks[self.desk] = None
            case "dispatch", "assign":
                paths = {o.code: o.path for o in self.state.organisations.values()}
                fields = detail["fields"]
                self.assigned_at = self.assigned_at or at
                self._deliver(paths.get(fields["lead"], fields["lead"]), at)
                if self.first is None:
                    self.beside = dict.fromkeys(paths.get(code, code) for code in fields.get("cooperating", ()))
            case "rule_refusal", "uphold" if not (task and task.about.get("inability")):
                path = task.about.get("path", "") if task else ""
                self.excused[path] = None
                self.beside.pop(path, None)
            case kind, "disposed" if KINDS[kind].disposes:
                path = task.about.get("path", "") if task else ""
                self.acted[path] = None
                if KINDS[kind].leads and self.state.process.from_receipt:
                    self._in_time(at)  # its own limit ends with its own work, whatever others still owe
                elif not KINDS[kind].leads:
                    self._beside_in_time(path, at)
            case "evaluate", "return":
                self._count(TallyKind.RETURNED, at)
                self._invalid(at)
            case "visit", result:
                if result == "relapsed":
                    self._recurred(at)
                if task:
                    self.visiting.visited(task, at, self._bare(TallyKind.VISITED, at, unit=post.path if post else ""))

    def _clock(self, kind: str, detail: dict[str, Any], at: datetime) -> None:
        clock = detail["clock"]
        if clock.startswith(f"{COLOUR}:"):
            self._beside_clock(kind, detail, at)
        elif kind == "intervened":
            asked = not self.intervened
            self.intervened = True
            if asked:
                self._count(TallyKind.INTERVENED, at)
            self._in_time(at)
        elif clock not in _CONTROLLING or self.first:
            return
        elif kind == "overdue" and self.timed is None:
            broke = datetime.fromisoformat(detail["due_at"])  # which may be long before somebody was up to see it
            self.timed = self._count(TallyKind.TIMED, broke, result="late", value=self.extensions)
            self.late_clock = clock
        elif kind == "clock_moved":
            self.extensions += 1
            if self.timed and self.late_clock == clock:  # extended with approval: not late after all
                self.timed.struck_at, self.timed = at, None

    def _beside_clock(self, kind: str, detail: dict[str, Any], at: datetime) -> None:
        path = detail["path"]
        if kind == "intervened":
            if not self.intervened:  # the first to meet anybody
                self.intervened = True
                self._count(TallyKind.INTERVENED, at)
            self._beside_in_time(path, at)
        elif self.first is not None:
            return
        elif kind == "overdue" and path not in self.timed_beside:
            broke = datetime.fromisoformat(detail["due_at"])
            self.timed_beside[path] = self._count(TallyKind.TIMED, broke, unit=path, leading=False, result="late")
        elif kind == "clock_moved" and (late := self.timed_beside.get(path)) and late.result == "late":
            late.struck_at = at
            del self.timed_beside[path]

    def _beside_in_time(self, path: str, at: datetime) -> None:
        if self.first is None and path not in self.timed_beside:
            self.timed_beside[path] = self._count(TallyKind.TIMED, at, unit=path, leading=False, result="on_time")

    # --- what a line means

    def _deliver(self, unit: str, at: datetime) -> None:
        if self.first is None and (not self.pushes or self.pushes[-1].unit != unit):
            self.pushes.append(self._count(TallyKind.PUSHED, at, unit=unit))
            self.beside = {}
        self.unit = unit

    def _disposed(self, at: datetime) -> None:
        self._in_time(at)
        if self.disposal or self.first:
            return
        self.disposal = self._count(TallyKind.DISPOSED, at)
        rule = self.state.process.colours.get(self.colour)
        self.verified = self.intervened or self.stage is Stage.PUSH_1 or not rule or rule.stops_at == "disposal"
        for path in self.acted:
            if path != self.unit:
                self._count(TallyKind.DISPOSED, at, unit=path, leading=False)

    def _invalid(self, at: datetime) -> None:
        """The disposal was not one after all; nor was the deadline met by it."""
        if self.first:
            return
        for each in self.counted:
            if each.kind is TallyKind.DISPOSED and each.struck_at is None:
                each.struck_at = at
        self.disposal = None
        for path, kept in [*self.timed_beside.items()]:
            if kept.result == "on_time":
                kept.struck_at = at
                del self.timed_beside[path]
        if self.timed and self.timed.result == "on_time":
            self.timed.struck_at, self.timed = at, None

    def _in_time(self, at: datetime) -> None:
        if self.timed is None and self.first is None:
            self.timed = self._count(TallyKind.TIMED, at, result="on_time", value=self.extensions)

    def _concluded(self, at: datetime, result: str) -> None:
        again = self.first is not None
        concluded = self._count(TallyKind.CONCLUDED, at, result="reclosed" if again else "first")
        if not again:
            self.first = concluded
            self.finish = self._count(TallyKind.FINISHED, at, result=result)

    def _joined(self, incident_id: str, at: datetime) -> None:
        """A repeat report; one that a merged dispute brings may be older than the conclusion, and is no recurrence."""
        self.joined[incident_id] = self.colour
        brought, self.merged_in = self.merged_in > 0, max(self.merged_in - 1, 0)
        if self.first and not (brought and self.reported.get(incident_id, at) <= self.first.at):
            self._recurred(at)

    def _recurred(self, at: datetime) -> None:
        if self.told and self.first and self.first.done_at is None:
            self.first.done_at, self.first.lag = at, days_between(self.first.at, at)

    def _closed(self, outcome: str, at: datetime) -> None:
        self.ending, self.handed_over = (outcome, at), outcome == "merged"
        if outcome == "resolved":
            if self.stage in WORKED_ON:  # a mechanism without evaluation and follow-up
                self._disposed(at)
            if self.stage is not Stage.FOLLOW_UP:
                self._concluded(at, "resolved")
        elif outcome == "guided_to_litigation" or (outcome == "withdrawn" and self._harmless()):
            if self.first is None:  # of a matter in follow-up the conclusion is on record already
                self._concluded(at, "resolved" if outcome == "withdrawn" else "unresolved")
        elif outcome == "criminal_case" and self.first is None:
            self.finish = self._count(TallyKind.FINISHED, at, result="unresolved")

    def _reopened(self, at: datetime) -> None:
        self._recurred(at)
        self.stage = Stage.TRIAGE
        if self.finish and self.first is None:
            self.finish.struck_at, self.finish = at, None
        self.ending = None

    def _harmless(self) -> bool:
        """A withdrawal ends a matter of the mildest colour; of any other it stays in hand (F.5)."""
        rule = self.state.process.colours.get(self.colour)
        return rule is not None and rule.rank == 1

    def _refuser(self, path: str, at: datetime) -> str | None:
        """Who had refused for an organisation, or given up after it accepted, when that was ruled upon."""
        refusals = (t.decision for t in reversed(self.state.tasks) if t.kind in ("accept_assignment", "dispose")
                    and t.about.get("path") == path and t.decision
                    and t.decision.name in ("refuse", "cannot_resolve") and t.decision.at <= at)  # fmt: skip
        return next((decision.actor_id for decision in refusals), None)

    def _refused_late(self, entry: Entry) -> None:
        """Refused after silence had been taken for acceptance."""
        task = self.tasks.get(entry.detail["task_id"])
        if task and task.kind == "accept_assignment" and task.decision and task.decision.actor_id is None:
            self._count(TallyKind.REFUSED, entry.at, unit=task.about.get("path", ""), result="late",
                        person_id=entry.actor_id)  # fmt: skip

    # --- the sum

    def total(self) -> list[Tally]:
        """All that was counted, with what only the end of the reading tells."""
        outcome, at = self.ending or ("", None)
        merged_at = at if outcome == "merged" else None
        if self.submitted and outcome == "withdrawn" and at and self.assigned_at is None:
            if china(at).date() == china(self.submitted.at).date():
                self.submitted.left_at = at
            else:
                self.submitted.result = "withdrawn"
        disposed_at = self.disposal.at if self.disposal and self.disposal.struck_at is None and self.verified else None
        self._sum_up_pushes(at if outcome in NOT_PUSHED else None, disposed_at)
        accepted = self._bare(TallyKind.ACCEPTED, self.state.opened_at, unit=self.home)
        accepted.round, accepted.colour = 1, self.first_colour
        accepted.handler = self.unit if self.unit != self.home else ""
        if self.first and self.finish:
            accepted.done_at, accepted.result = self.first.at, self.finish.result
        if outcome in NOT_ACCEPTED and (self.first is None or merged_at):
            accepted.left_at = at
        reports = self._reports(at if outcome == "not_a_dispute" or (merged_at and self.handed_over) else None)
        visits = self.visiting.total(self._bare, responsible=self.unit, station=self.home)
        found = [*marked(self.state, accepted, reports), *self.counted, *visits]
        found += further(self.state, self._bare, self.unit, self.counted)
        parts = parts_of(self.state, self.submitted.unit if self.submitted else "")
        for each in found:
            if merged_at and each.kind in _WORK:
                each.struck_at = each.struck_at or merged_at
            concern(each, parts)
        return found

    def _sum_up_pushes(self, left_at: datetime | None, disposed_at: datetime | None) -> None:
        """One matter, one responsible organisation: the last it was delivered to; those before it had a part."""
        for before, after in zip(self.pushes, self.pushes[1:], strict=False):
            before.struck_at = after.at
        if not self.pushes:
            return
        last = self.pushes[-1]
        earlier = dict.fromkeys(before.unit for before in self.pushes[:-1])
        for path in dict.fromkeys((*earlier, *self.beside)):
            if path != last.unit and path not in self.excused:
                part = last.model_copy(update={"unit": path, "leading": False})
                self.counted.append(part)
                self.pushes.append(part)
        for push in self.pushes:
            push.left_at = left_at
            push.done_at = disposed_at

    def _reports(self, left_at: datetime | None) -> list[Tally]:
        ordered = sorted(self.state.incidents, key=lambda incident: incident.reported_at)
        reports = []
        for n, incident in enumerate(ordered):
            report = self._bare(TallyKind.REPORTED, incident.reported_at, unit=self.home)
            report.colour = self.joined.get(incident.incident_id, self.first_colour)
            report.lag = days_between(ordered[n - 1].reported_at, incident.reported_at) if n else None
            report.left_at = left_at
            reports.append(report)
        return reports

    def _count(
        self, kind: TallyKind, at: datetime, *, unit: str | None = None, leading: bool = True, result: str = "",
        value: int | None = None, person_id: str | None = None,
    ) -> Tally:  # fmt: skip
        counted = self._bare(kind, at, unit=self.unit if unit is None else unit)
        counted.leading, counted.result, counted.value, counted.person_id = leading, result, value, person_id
        self.counted.append(counted)
        return counted

    def _bare(self, kind: TallyKind, at: datetime, *, unit: str) -> Tally:
        return Tally(kind=kind, at=at, unit=unit or self.home, round=self.round, colour=self.colour,
                     first_colour=self.first_colour, category=self.state.category)  # fmt: skip
