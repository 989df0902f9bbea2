"""Duties (承担事项): what is entrusted to people by name, task forces, beats with their counterparts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.core.schemas import Shape
from api.people.schemas import FormerPost, PostHeld, Who
from domain.people.duties import Duty

State = Literal["ahead", "current", "over"]


class DutyItem(Shape):
    """Something entrusted to a person; `subject` is a code, of a task force its id."""

    duty_id: str
    kind: Duty
    kind_name: str
    subject: str
    subject_name: str
    person: Who
    detail: str
    scope: list[str]
    since: datetime
    until: datetime | None
    state: State
    named_by: str
    named_at: datetime
    ended_by: str | None
    ended_at: datetime | None


class PlaceNamed(Shape):
    """An organisation by code and name."""

    code: str
    name: str


class PersonNamed(Shape):
    """A person by id and name."""

    person_id: str
    name: str


class TaskForce(Shape):
    """A task force with its members: those who have a part in it now, or had to its end."""

    force_id: str
    name: str
    purpose: str
    organisation: PlaceNamed
    since: datetime
    until: datetime
    state: State
    members: list[DutyItem]
    formed_by: str
    formed_at: datetime
    ended_by: str | None
    ended_at: datetime | None


class PersonCard(Who):
    """What the registers say of a person: the posts held now and before, and all that is or was entrusted to him."""

    active: bool
    posts: list[PostHeld]
    former: list[FormerPost]
    """posts held before, the latest first"""
    duties: list[DutyItem]


class Counterparts(Shape):
    """One tier of counterparts: who stands on the police's side and who on the grid's."""

    tier: int
    police_role: str
    police: list[PersonNamed]
    grid_role: str
    grid: list[PersonNamed]
    rhythm: str


class BeatItem(Shape):
    """A beat with its grid and the three tiers of counterparts there."""

    code: str
    name: str
    station: PlaceNamed | None
    grid: PlaceNamed | None
    village: PlaceNamed | None
    counterparts: list[Counterparts]


class VacancyItem(Shape):
    """A side of a tier that nobody fills; `unfit` are those on record who no longer hold the post."""

    tier: int
    role: str
    area: PlaceNamed
    beat: PlaceNamed | None
    at: PlaceNamed
    unfit: list[PersonNamed]
    sentence: str


class Doubled(Shape):
    """A grid with several beats."""

    grid: PlaceNamed
    beats: list[PlaceNamed]


class Misplaced(Shape):
    """A beat whose station does not serve its grid's township."""

    beat: PlaceNamed
    grid: PlaceNamed


class Shared(Shape):
    """A beat that several people have who should be one."""

    beat: PlaceNamed
    kind: Duty
    people: list[PersonNamed]


class CoverageReport(Shape):
    """Whether beats and grids are one to one, and how many posts of counterparts nobody fills. Of each kind of break at
    most 200 are listed.
    """

    whole: bool
    grids: int
    beats: int
    one_to_one: int
    pairs: int
    vacancies: int
    gaps: list[PlaceNamed]
    doubles: list[Doubled]
    strays: list[PlaceNamed]
    misplaced: list[Misplaced]
    shared: list[Shared]


class ChiefItem(Shape):
    """One of a township's three chiefs; `by` says whether he is bound by name or follows from his post."""

    kind: Duty
    role_name: str
    bodies: list[PlaceNamed]
    person: PersonNamed | None
    by: Literal["name", "post"] | None
    gap: str


class ChiefsItem(Shape):
    """A township with its three chiefs."""

    township: PlaceNamed
    chiefs: list[ChiefItem]
