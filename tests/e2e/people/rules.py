"""The rules by which requests are granted, from the scene alone: by roles, and how far somebody is from the dispute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.people.duties import RULES, Duty
from domain.people.need_to_know import STEERING
from domain.people.organisation import ROLES, Sight, within
from domain.people.permissions import CASE_LOG_READERS
from tests.e2e.people.scene import DIRECTORY, Person, Scene

AUDITORS = {"auditor", "supervisor", "leader"}
LOG_READERS = {"auditor", "admin_audit"}


Expected = Callable[[Person, Scene], set[int]]
Request = Callable[[Scene], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Grant:
    """A request to an endpoint, and with which statuses it may be answered to whom."""

    request: Request
    expected: Expected


def at(path: str, **more: Any) -> Request:
    """A request to a path, with the scene's things in its braces."""

    def of(scene: Scene) -> tuple[str, dict[str, Any]]:
        filled = path.format(
            no=scene.number, task_id=scene.task.task_id, attachment_id=scene.attachment, **scene.elsewhere
        )
        return filled, {k: v(scene) if callable(v) else v for k, v in more.items()}

    return of


def anybody(person: Person, scene: Scene) -> set[int]:
    """Whoever is signed in."""
    return {200}


def only(*roles: str) -> Expected:
    """A role anywhere."""
    return lambda person, _: {200, 201} if person.has(*roles) else {403}


def at_the_root(*roles: str) -> Expected:
    """A role at the county itself."""
    return lambda person, _: {200, 202} if person.at_root(*roles) else {403}


def whoever_sees(person: Person, scene: Scene) -> set[int]:
    """The dispute's own."""
    return {200, 201} if scene.sees(person) else {404}


def whoever_sees_and_may_open_it(person: Person, scene: Scene) -> set[int]:
    """Of those who see the dispute, nobody has a glass to break: it is an ordinary one."""
    return {409} if scene.sees(person) else {404}


def whoever_writes(person: Person, scene: Scene) -> set[int]:
    """Of those who see the dispute, who may send letters at or above who has a part; nowhere is no receiver."""
    if not scene.sees(person):
        return {404}
    writes = ("station_chief", "duty_leader", "centre_dispatcher", "supervisor", "leader")
    near = any(role in writes and within(there, path) for role, path in person.posts for _, there in scene.parts)
    return {422} if near else {403}


def whoever_acts_or_reported(person: Person, scene: Scene) -> set[int]:
    """Of those who see the dispute, only they who may do something in it; and for a day who reported it (ADR 0054)."""
    if person.person_id in (scene.reporter, scene.repeater):
        return {201}
    if not scene.sees(person):
        return {404}
    return {201} if scene.acts(person) else {403}


def whoever_answers_for_it(person: Person, scene: Scene) -> set[int]:
    """Of those who see the dispute, in whose hands it is or was, and their leaders."""
    if not scene.sees(person):
        return {404}
    hands = {hand for task in scene.state.tasks for hand in (task.assignee, task.delegate)}
    return {200} if person.person_id in hands or person.has(*CASE_LOG_READERS) else {403}


def whoever_works_on_it(person: Person, scene: Scene) -> set[int]:
    """Of those who see the dispute, whose an open task of it is, and who sends people there."""
    if not scene.sees(person):
        return {404}
    theirs = {hand for task in scene.state.pending() for hand in (task.assignee, task.delegate)}
    free = {(p.role, p.path) for task in scene.state.pending() if not task.assignee for p in task.addressees}
    works = person.person_id in theirs or not free.isdisjoint(person.posts)
    return {200} if works or person.has(*STEERING) else {403}


def auditing(person: Person, scene: Scene) -> set[int]:
    """Auditing roles that see the dispute; others who see it are refused, the rest find nothing."""
    if not scene.sees(person):
        return {404}
    return {200, 202} if person.has(*AUDITORS) else {403}


def decoding(person: Person, scene: Scene) -> set[int]:
    """Of those, only at the county itself."""
    granted = auditing(person, scene)
    return granted if granted != {200, 202} or person.at_root(*AUDITORS) else {403}


def whoever_is_asked(person: Person, scene: Scene) -> set[int]:
    """Those asked are told that another has taken it; everybody else that it is not theirs."""
    return {409} if scene.answers(person) else {403}


def whoever_hears(person: Person, scene: Scene) -> set[int]:
    """Those asked may answer a ring; where it rings no more, all stays."""
    return {200} if scene.answers(person) else {403}


def overseers(person: Person, scene: Scene) -> set[int]:
    """Posts that see what their organisation has, or what is below it."""
    sights = (Sight.ORGANISATION, Sight.SUBTREE)
    return {200} if any(ROLES[role].sight in sights for role, _ in person.posts) else {403}


def whoever_checks(person: Person, scene: Scene) -> set[int]:
    """The evaluators of the centre, and who reads how they get on at the county itself."""
    reads = person.at_root("supervisor", "leader", "auditor")
    return {200} if reads or person.at_centre("evaluator_committee", "evaluator_police") else {403}


def overseers_of_gushan(person: Person, scene: Scene) -> set[int]:
    """Of those, they whose organisation is the station of Gushan, or above it."""
    sights = (Sight.ORGANISATION, Sight.SUBTREE)
    station = next(o.path for o in DIRECTORY.organisations if o.code == "station-gushan")
    return {200} if any(ROLES[role].sight in sights and within(station, path) for role, path in person.posts) else {403}


def nobody(person: Person, scene: Scene) -> set[int]:
    """What belongs to somebody else."""
    return {404}


def whoever_entrusts(duty: Duty, place: str, then: int) -> Expected:
    """Posts that entrust a kind of duty, at a place or above it; what they ask for is refused for another reason."""
    path = next(o.path for o in DIRECTORY.organisations if o.code == place)
    roles = RULES[duty].entrusted_by
    return lambda person, _: (
        {then} if any(role in roles and within(path, there) for role, there in person.posts) else {403}
    )


def drillers(person: Person, scene: Scene) -> set[int]:
    """Whoever may move time, of a dispute he sees; the duration sent is none."""
    if not scene.sees(person):
        return {404}
    return {422} if person.has("supervisor", "leader", "admin_system") else {403}


LEAVER, LEAVES = "gushan-onscene-2", "/county/bureau/station-gushan"
"""Somebody of a station, and where."""


def whoever_records_a_leaving(person: Person, scene: Scene) -> set[int]:
    """A supervisor or the administrator of security of the place or above; nobody else, and nobody his own."""
    above = (role for role, path in person.posts if within(LEAVES, path))
    return {200} if {"supervisor", "admin_security"} & set(above) else {403}
