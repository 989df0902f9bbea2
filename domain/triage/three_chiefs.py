"""The three chiefs of a township: “派出所所长、司法所所长、法庭庭长‘三长’联手” (Q-013).

Who is bound by name comes first; where nobody is, whoever alone holds the post at the bodies that serve the township.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.people.duties import CHIEFS, RULES, Duty, fits
from domain.people.organisation import Actor
from domain.triage.beat_coverage import Entrusted, Someone
from domain.triage.places import Directory, Kind, Listed
from domain.triage.subjects import bodies_of, subject_of


@dataclass(frozen=True)
class Chief:
    """One of the three: who it is and by what, or why nobody is."""

    kind: Duty
    bodies: tuple[Listed, ...]
    person: Someone | None = None
    by_name: bool = False
    """whether he is bound by name; else by his post alone"""
    unfit: tuple[Someone, ...] = ()
    """who is bound and holds the post no longer"""
    several: tuple[Someone, ...] = ()
    """who all hold the post, where nobody is bound"""

    @property
    def gap(self) -> str:
        """Why nobody is, in words; empty where somebody is."""
        if self.person:
            return ""
        if self.several:
            return "有多人在岗，未指定"
        left = f"，{'、'.join(who.name for who in self.unfit)}已不在岗" if self.unfit else ""
        return f"{RULES[self.kind].name}空缺{left}"


def three_chiefs(
    directory: Directory, entrusted: Entrusted, people: Iterable[Actor], townships: Iterable[Listed] | None = None
) -> list[tuple[Listed, list[Chief]]]:
    """The three chiefs of each township, by path; `people` are the active ones with the posts they hold."""
    everybody = list(people)
    towns = directory.of_kind(Kind.TOWN) if townships is None else townships
    return [(town, [_chief(directory, kind, town, entrusted, everybody) for kind in CHIEFS]) for town in towns]


def _chief(directory: Directory, kind: Duty, town: Listed, entrusted: Entrusted, people: list[Actor]) -> Chief:
    bodies = tuple(bodies_of(directory, kind, town))
    bound = entrusted.get((kind, town.code), ())
    named = [person for person in people if person.person_id in bound]
    subject = subject_of(directory, kind, town.code)
    able = [person for person in named if subject and fits(kind, subject, person)]
    if able:
        return Chief(kind, bodies, _someone(able[0]), by_name=True)
    paths = {body.path for body in bodies}
    holding = [p for p in people if any(post.role in RULES[kind].roles and post.path in paths for post in p.posts)]
    unfit = tuple(_someone(person) for person in named)
    if len(holding) == 1 and not unfit:
        return Chief(kind, bodies, _someone(holding[0]))
    return Chief(kind, bodies, unfit=unfit, several=tuple(map(_someone, holding)) if len(holding) > 1 else ())


def _someone(person: Actor) -> Someone:
    return Someone(person.person_id, person.name)
