"""What a playbook's own words may not say: it would hide a common word, never be used, or mean two things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.people.organisation import ROLES
from domain.people.permissions import INTAKE_ROLES, SEPARATE_ROLES
from domain.policy.addressing import PLACES
from domain.policy.catalogue import KINDS
from domain.policy.loading import Loc, Mistake
from domain.policy.mistakes import choice
from domain.policy.process import Process


def word_mistakes(process: Process, addressed: Iterable[str]) -> Iterator[Mistake]:
    """Everything that is wrong with the words a process part adds and renames; `addressed` are the places it names."""
    yield from _roles(process)
    yield from _reporters(process)
    yield from _places(process, {*addressed, *_at_tables(process)})
    yield from _renamed(process)


def _roles(process: Process) -> Iterator[Mistake]:
    called = {role.name: code for code, role in ROLES.items()}
    able = [code for code in ROLES if code not in SEPARATE_ROLES]
    for code, word in process.words.roles.items():
        where: Loc = ("words", "roles", code)
        if code in ROLES:
            yield Mistake(where, f"'{code}' is a common role already ({ROLES[code].name}): another code")
            continue
        other = called.setdefault(word.name, code)
        if other != code:
            yield Mistake((*where, "name"), f"'{word.name}' is the name of the role {other} already")
        if word.like is not None and word.like not in able:
            yield Mistake((*where, "like"), f"no role whose rights it could have: {word.like}{choice(word.like, able)}")


def _reporters(process: Process) -> Iterator[Mistake]:
    """Roles that a source names although they take no reports: they would be refused all the same."""
    for code, source in process.sources.items():
        for n, reporter in enumerate(source.reported_by):
            role = process.words.role(reporter.role)
            if not {role.code, role.like} & INTAKE_ROLES:
                where: Loc = ("sources", code, "reported_by", n, "role")
                what = f"{role.code} takes no reports: name one that does, or a role of your own that is like one"
                yield Mistake(where, what)


def _places(process: Process, named: set[str]) -> Iterator[Mistake]:
    words = process.words.places
    called: dict[str, str] = {}
    for code, word in words.items():
        where: Loc = ("words", "places", code)
        if code in PLACES:
            yield Mistake(where, f"'{code}' is a common place already: another code")
            continue
        if code not in named:
            yield Mistake(where, f"nobody is addressed at '{code}': leave this out, or name it by 'at: {code}'")
        other = called.setdefault(word.name, code)
        if other != code:
            yield Mistake((*where, "name"), f"'{word.name}' is the name of the place {other} already")
        able = [place for place in (*PLACES, *words) if place not in (code, "assigned")]
        if word.otherwise is not None and word.otherwise not in able:
            what = f"no such place: {word.otherwise}{choice(word.otherwise, able)}"
            yield Mistake((*where, "otherwise"), what)


def _renamed(process: Process) -> Iterator[Mistake]:
    words = process.words
    stages = {str(stage): words.stage(stage) for stage in process.stages}
    for stage in words.stages:
        if not process.has(stage):
            what = f"the mechanism has no stage {stage}{choice(stage, process.stages)}"
            yield Mistake(("words", "stages", stage), what)
        else:
            yield from _twice(stages, stage, "stage")
    kinds = {kind: words.tasks.get(kind) or spec.name for kind, spec in KINDS.items()}
    for kind in words.tasks:
        if kind not in KINDS:
            yield Mistake(("words", "tasks", kind), f"no such kind of task: {kind}{choice(kind, KINDS)}")
        elif _never_asked(process, kind):
            what = f"'{kind}' is never asked here: the mechanism lacks what asks it, leave this out"
            yield Mistake(("words", "tasks", kind), what)
        else:
            yield from _twice(kinds, kind, "task")


def _twice(names: Mapping[str, str], code: str, what: str) -> Iterator[Mistake]:
    if others := [other for other, name in names.items() if other != code and name == names[code]]:
        said = f"'{names[code]}' is the name of the {what} {others[0]} already"
        yield Mistake(("words", f"{what}s", code), said)


def _never_asked(process: Process, kind: str) -> bool:
    spec = KINDS[kind]
    stages = (*spec.stages, *spec.within)
    return (bool(stages) and not any(process.has(stage) for stage in stages)) or (
        spec.protection and not process.protection_for
    )


def _at_tables(process: Process) -> Iterator[str]:
    """The places that the lines of a session's table name, and those that another place falls to."""
    for tier in process.ladder.tiers if process.ladder else ():
        yield from (line.at for line in tier.requires if line.at)
    yield from (word.otherwise for word in process.words.places.values() if word.otherwise)
