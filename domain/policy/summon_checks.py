"""What a playbook may not say of its whistles (吹哨报到): nobody would be called, or have the time to confer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from domain.base import CHINA
from domain.policy.loading import Loc, Mistake
from domain.policy.parts.conference import ConferencePolicy
from domain.policy.parts.summons import SummonPolicy
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage


def summon_mistakes(process: Process) -> Iterator[Mistake]:
    """Whistles that the process blows by itself need a policy, and a policy its grounds and times; so does the joint
    conference.
    """
    if process.conference:
        yield from _conference(process, process.conference)
    blown: list[Loc] = [("tasks", kind, "summon") for kind, policy in process.tasks.items() if policy.summon]
    for where in blown:
        if where[1] != "dispatch":
            yield Mistake(where, f"nobody is called by '{where[1]}'; only by dispatch, or by a tier of the ladder")
    tiers = process.ladder.tiers if process.ladder else []
    calling = {n: tier for n, tier in enumerate(tiers) if tier.summon}
    blown += [("ladder", "tiers", n, "summon") for n in calling]
    for n, tier in calling.items():
        if not process.has(Stage.PUSH_3) and not any(line.at for line in tier.requires):
            what = (
                "nobody is called: no line of requires names a place (at), and no department has a part without push_3"
            )
            yield Mistake(("ladder", "tiers", n, "summon"), what)
    if process.summons:
        yield from _policy(process.summons)
        return
    for where in blown:
        yield Mistake(where, "whoever is called checks in: process.summons is missing (by, limit)")


def _conference(process: Process, policy: ConferencePolicy) -> Iterator[Mistake]:
    for n, role in enumerate(policy.by):
        if process.words.unfit_role(role):
            yield Mistake(("conference", "by", n), f"no such role, or none that calls people together: {role}")
        elif role in policy.by[:n]:
            yield Mistake(("conference", "by", n), f"'{role}' may call it already")
    for n, member in enumerate(policy.members):
        if member in policy.members[:n]:
            yield Mistake(("conference", "members", n), f"{member.role} at {member.at} is a member already")
        if member.at == "assigned":
            yield Mistake(("conference", "members", n, "at"), "a member of every conference is assigned to none")
    yield from _time_to_confer("conference", policy)


def _policy(policy: SummonPolicy) -> Iterator[Mistake]:
    called: dict[str, str] = {}
    for code, name in policy.triggers.items():
        if called.setdefault(name, code) != code:
            yield Mistake(("summons", "triggers", code), f"'{name}' is the name of {called[name]} already")
    yield from _time_to_confer("summons", policy)


def _time_to_confer(part: str, policy: SummonPolicy | ConferencePolicy) -> Iterator[Mistake]:
    with suppress(OverflowError):  # too long for dates: said of the length itself
        start, usual = datetime(2026, 3, 2, 9, tzinfo=CHINA), Calendar()
        if usual.after(start, policy.confer_within) <= usual.after(start, policy.limit):
            what = f"they confer once everybody has come or is absent, after {policy.limit} at most: longer than that"
            yield Mistake((part, "confer_within"), what)
