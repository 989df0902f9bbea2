"""What a playbook may not say although every word of it is known: it would be ignored, or mean something else.

Asked when a playbook is loaded, never of the process part that a running case carries along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from domain.base import Strict
from domain.catalogue import KINDS, KindSpec
from domain.playbook import KINDS_OF_STAGE, PROTECTION_KINDS, Addressing, Playbook, Process, Stage, TaskPolicy
from domain.policy_text import Loc, Mistake
from domain.policy_words import choice

ASSIGNED_KINDS = ("accept_assignment", "rule_refusal", "dispose", "cooperate")
"""Kinds that are asked about one organisation of push 3: only for them is there one that `assigned` could mean."""
CONTACT_KINDS = ("follow_up_responsibly",)
"""Kinds that know `contacted`, which alone stops the clock of the first contact."""
ADDRESSED_ELSEWHERE = {
    "mediate": "ladder.tiers",
    "evaluate": "evaluation",
    "supervise": "supervision",
    "approve_change": "supervision.levels",
}
"""Kinds whose people are named by another part of the playbook."""


def mistakes(playbook: Playbook, file: str | None = None, risk_kinds: Collection[str] | None = None) -> list[Mistake]:
    """Everything that keeps a playbook from being used, at its place; see `load_playbook` for what stands around it."""
    process = playbook.process
    found = [*_stages(process), *_tasks(process), *_addresses(process), *_tiers(process), *_diversions(process)]
    for n, code in enumerate(process.protection_for if risk_kinds is not None else ()):
        if code not in (risk_kinds or ()):
            what = f"no such kind of risk: {code}{choice(code, sorted(risk_kinds or ()))}"
            found.append(Mistake(("protection_for", n), what))
    inside = [Mistake(("process", *each.where), each.what) for each in found]
    if file is not None and file != playbook.code:
        what = (
            f"'{playbook.code}' is not the name of the file: write code: {file}, or call the file {playbook.code}.yaml"
        )
        return [Mistake(("code",), what), *inside]
    return inside


def _stages(process: Process) -> Iterator[Mistake]:
    if process.has(Stage.CONFIRMATION) and not process.has(Stage.MEDIATION):
        what = "nothing leads to confirmation: what a session agreed is taken to court, and mediation is missing"
        yield Mistake(("stages", process.stages.index(Stage.CONFIRMATION)), what)


def _tasks(process: Process) -> Iterator[Mistake]:
    for kind, policy in process.tasks.items():
        spec, where = KINDS.get(kind), ("tasks", kind)
        if spec is None:
            yield Mistake(where, f"no such kind of task: {kind}{choice(kind, _kinds_given())}")
            continue
        if why := _never_asked(process, kind):
            yield Mistake(where, why)
        if policy.first_contact and kind not in CONTACT_KINDS:
            what = f"nothing stops it in '{kind}'; only for {', '.join(CONTACT_KINDS)}, by the decision contacted"
            yield Mistake((*where, "first_contact"), what)
        yield from _silence(spec, policy, (*where, "decides_itself"))


def _kinds_given() -> list[str]:
    return [kind for kind in KINDS if kind not in ADDRESSED_ELSEWHERE]


def _never_asked(process: Process, kind: str) -> str:
    """Why a task of this kind would never be asked as `tasks` says; empty where it is."""
    if part := ADDRESSED_ELSEWHERE.get(kind):
        return f"who answers '{kind}' is said under {part}: leave this out"
    if kind in PROTECTION_KINDS and not process.protection_for:
        return "protection_for names no risk that would open it: leave this out, or name one"
    stages = [stage for stage, kinds in KINDS_OF_STAGE.items() if kind in kinds]
    if stages and not any(process.has(stage) for stage in stages):
        return f"the mechanism has no stage {' or '.join(stages)}, which asks it: leave this out, or add the stage"
    return ""


def _silence(spec: KindSpec, policy: TaskPolicy, where: Loc) -> Iterator[Mistake]:
    able = [name for name, d in spec.decisions.items() if d.ends and not d.pictures and takes_nothing(d.form)]
    decided = policy.decides_itself
    if decided and decided not in able:
        what = f"{decided} is no decision that can be taken by silence{choice(decided, able)}"
        yield Mistake(where, what if able else f"{what}; no decision of this kind can")


def takes_nothing(form: type[Strict]) -> bool:
    """Whether a form may be sent empty."""
    return not any(field.is_required() for field in form.model_fields.values())


def addressings(process: Process) -> Iterator[tuple[Loc, Addressing]]:
    """Every post the process part names, with its place in it."""
    for kind, policy in process.tasks.items():
        yield from _each(policy.by, "tasks", kind, "by")
        yield from _each(policy.watched_by, "tasks", kind, "watched_by")
    for n, tier in enumerate(process.ladder.tiers if process.ladder else ()):
        yield from _each(tier.convenor, "ladder", "tiers", n, "convenor")
    yield from _each(process.evaluation.at_station, "evaluation", "at_station")
    for n, seat in enumerate(process.evaluation.joint):
        yield from _each(seat, "evaluation", "joint", n)
    yield from _each(process.supervision.levels, "supervision", "levels")


def _each(posts: list[Addressing], *where: str | int) -> Iterator[tuple[Loc, Addressing]]:
    yield from (((*where, n), post) for n, post in enumerate(posts))


def _addresses(process: Process) -> Iterator[Mistake]:
    for where, post in addressings(process):
        if post.at == "assigned" and not (where[0] == "tasks" and where[1] in ASSIGNED_KINDS):
            what = f"nothing is assigned here: 'assigned' is only for {', '.join(ASSIGNED_KINDS)}"
            yield Mistake((*where, "at"), what)


def _tiers(process: Process) -> Iterator[Mistake]:
    codes = [tier.code for tier in process.ladder.tiers] if process.ladder else []
    seen: Counter[str] = Counter()
    for n, code in enumerate(codes):
        seen[code] += 1
        if seen[code] > 1:
            yield Mistake(("ladder", "tiers", n, "code"), f"the code '{code}' is another tier's already")


def _diversions(process: Process) -> Iterator[Mistake]:
    if process.divert_sources and not process.has(Stage.PUSH_3):
        what = f"there is nowhere to divert to: the mechanism has no stage {Stage.PUSH_3}"
        yield Mistake(("divert_sources",), what)
    for n, source in enumerate(process.divert_sources):
        if full_width := [c for c in "，、：" if c in source]:
            yield Mistake(("divert_sources", n), f"'{source}' holds {full_width[0]}: no source is called so")
