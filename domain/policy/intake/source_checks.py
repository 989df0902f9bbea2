"""What the sources of a playbook may not say: it would be ignored, or let silence decide."""

from __future__ import annotations

from collections.abc import Iterator

from domain.policy.intake.sources import OTHER, Source
from domain.policy.loading import Loc, Mistake
from domain.policy.matters.matter import REPORTED
from domain.policy.mistakes import choice
from domain.policy.process import Process
from domain.policy.stages import Stage

DESKS, CALL_BACK = "confirm_triage", "call_back"


def source_mistakes(process: Process) -> Iterator[Mistake]:
    """Everything that is wrong with the sources and their desks."""
    if process.sources:
        yield from _silence(process)
    yield from _call_back(process)
    for code, source in process.sources.items():
        where: Loc = ("sources", code)
        if full_width := [c for c in "，、：" if c in code]:
            yield Mistake(where, f"'{code}' holds {full_width[0]}: no source is called so")
        yield from _desks(process, source, where)
        yield from _ways(process, source, where)
        for n, matter in enumerate(source.matters):
            if matter not in REPORTED:
                yield Mistake((*where, "matters", n), f"'{matter}' comes in batches, no report is about it")
            elif matter in source.matters[:n]:
                yield Mistake((*where, "matters", n), f"'{matter}' stands here already")
        called: dict[str, str] = {}
        for each, asked in source.asks.items():
            if called.setdefault(asked.name, each) != each:
                what = f"'{asked.name}' is what {called[asked.name]} is called already"
                yield Mistake((*where, "asks", each, "name"), what)
        for n, reporter in enumerate(source.reported_by):
            if reporter.at == "assigned":
                yield Mistake((*where, "reported_by", n, "at"), "nothing is assigned yet when a report comes in")


def _call_back(process: Process) -> Iterator[Mistake]:
    if CALL_BACK not in process.tasks:
        return
    if not any(source.call_back for source in process.sources.values()):
        yield Mistake(("tasks", CALL_BACK), "no source says call_back: it would never be asked")
    if not process.has(Stage.FOLLOW_UP):
        yield Mistake(("tasks", CALL_BACK), f"it stands beside {Stage.FOLLOW_UP}, which the mechanism has not got")


def _silence(process: Process) -> Iterator[Mistake]:
    policy = process.tasks[DESKS]
    if policy.decides_itself:
        what = "silence of a desk never confirms, reports or diverts: leave this out, supervision is called instead"
        yield Mistake(("tasks", DESKS, "decides_itself"), what)
    if not policy.rungs.supervise_after:
        what = "silence of a desk calls down supervision: rungs.supervise_after is missing"
        yield Mistake(("tasks", DESKS, "rungs") if policy.model_fields_set & {"rungs"} else ("tasks", DESKS), what)


def _desks(process: Process, source: Source, where: Loc) -> Iterator[Mistake]:
    colours = list(process.colours)
    seen: set[tuple[str, str]] = set()
    for n, desk in enumerate(source.desks):
        if (desk.role, desk.at) in seen:
            yield Mistake((*where, "desks", n), f"{desk.role} at {desk.at} is a desk of this chain already")
        seen.add((desk.role, desk.at))
        for colour in desk.limit:
            if colour not in (*colours, OTHER):
                what = f"no such colour: {colour}{choice(colour, [*colours, OTHER])}"
                yield Mistake((*where, "desks", n, "limit", colour), what)
    for n, colour in enumerate(source.together_for):
        if colour not in colours:
            yield Mistake((*where, "together_for", n), f"no such colour: {colour}{choice(colour, colours)}")
    if source.together_for and len(source.desks) < 2:
        yield Mistake((*where, "together_for"), "there are no two desks that could be asked together")


def _ways(process: Process, source: Source, where: Loc) -> Iterator[Mistake]:
    if source.divert == "must" and not process.has(Stage.PUSH_3):
        what = f"there is nowhere to divert to: the mechanism has no stage {Stage.PUSH_3}"
        yield Mistake((*where, "divert"), what)
    if source.push_at_once and process.first_push is Stage.PUSH_3:
        what = "the first push leaves the police, so a desk looks first: push_1 and push_2 are missing"
        yield Mistake((*where, "push_at_once"), what)
