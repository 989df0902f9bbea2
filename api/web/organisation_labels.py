"""Labels of organisations, roles, colours and categories, and the codes behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from api.core.context import Services
from api.web.formatting import colour
from domain.people.permissions import SEPARATE_ROLES
from domain.triage.places import Directory, Kind
from infra.database.engine import Session
from infra.runtime.policy_files import role_name, roles, roles_here

_NOT_CHOSEN = {Kind.BEAT, Kind.GRID, Kind.VILLAGE, Kind.COUNTY}
Options = list[tuple[str, str]]


class PostHeld(Protocol):
    """A role at an organisation, by code."""

    @property
    def role(self) -> str:
        """The role's code."""

    @property
    def organisation(self) -> str:
        """The organisation's code."""


class NamedPost(PostHeld, Protocol):
    """A role at an organisation, as a task names it."""

    @property
    def role_name(self) -> str:
        """The role in words."""


class PersonNamed(Protocol):
    """Somebody whom a form may name."""

    @property
    def person_id(self) -> str:
        """By which he goes on record."""

    @property
    def username(self) -> str:
        """By which he is sent."""

    @property
    def name(self) -> str:
        """The person's name."""

    @property
    def known_for(self) -> Sequence[str]:
        """What is told beside the name: a line of work, a qualification."""

    @property
    def post(self) -> PostHeld:
        """The post he would be named by."""


class Offices:
    """Organisations by code and by name: staff type and read names, the engine is given codes."""

    def __init__(self, directory: Directory) -> None:
        listed = directory.organisations
        often = Counter(o.name for o in listed)
        self._label = {o.code: o.name if often[o.name] == 1 else f"{o.name}（{o.code}）" for o in listed}
        self._label = {o.code: o.name for o in directory.former} | self._label
        self._code = {label: code for code, label in self._label.items()}
        self._kind = {o.code: o.kind for o in listed}
        self._chosen = [self._label[o.code] for o in listed if o.kind not in _NOT_CHOSEN]

    @property
    def labels(self) -> list[str]:
        """The organisations that a form offers; any other may still be typed by its name."""
        return self._chosen

    def code(self, typed: str) -> str:
        """The code of what was typed or chosen; what is unknown stays as it is and is refused by name."""
        return self._code.get(typed, typed)

    def label(self, code: str | None) -> str:
        """The name of an organisation."""
        return self._label.get(code or "", code or "")

    def at(self, path: str) -> str:
        """The name of the organisation of a path."""
        return self.label(path.rpartition("/")[2])

    def post(self, post: NamedPost | None) -> str:
        """A post in words: `古山派出所 · 责任民警`; empty for none."""
        if not post:
            return ""
        place = self.label(post.organisation)
        return f"{place} · {beside(place, post.role_name)}"

    def posts(self, posts: Iterable[NamedPost]) -> list[str]:
        """The posts a task is addressed to, each once. A playbook lists roles for bureaus and towns alike: those that
        the organisation does not have are left out, unless none is left.
        """
        asked = list(posts)
        there = [post for post in asked if _exists(post.role, self._kind.get(post.organisation))]
        return list(dict.fromkeys(map(self.post, there or asked)))

    def holding(self, path: str, role: str) -> str:
        """Who somebody is, in one word: `县综治中心分派员`."""
        return self.named(path.rpartition("/")[2], role)

    def named(self, code: str, role: str) -> str:
        """The same, by the code of the organisation."""
        place = self.label(code)
        return f"{place}{beside(place, role_name(role))}"


def beside(place: str, role: str) -> str:
    """A role's name as it follows its organisation's, no word repeated: 分派员 after 县综治中心, not 综治中心分派员."""
    name = place.partition("（")[0]
    said = next((n for n in range(len(role) - 1, 1, -1) if name.endswith(role[:n])), 0)
    return role[said:]


def _exists(role: str, kind: str | None) -> bool:
    """A town has a 镇街分管领导, every other organisation a 部门分管领导."""
    match role:
        case "township_leader":
            return kind == Kind.TOWN
        case "department_leader":
            return kind != Kind.TOWN
        case _:
            return True


class Vocabulary:
    """What the codes in a form's fields stand for, by the field's name."""

    def __init__(
        self, offices: Offices, colours: dict[str, str], categories: Options, demands: Mapping[str, Any]
    ) -> None:
        self.offices, self.colours, self._categories = offices, colours, categories
        self.demands = demands
        """what the case's mechanism demands of answers, by `kind.decision`: fields that it adds to their forms"""
        self.people: dict[str, str] = {}
        """those whom the form at hand offers by name: labels by username and by person id"""
        self.items: Options = []
        """the items of a batch that the form at hand is about, each to be ticked"""
        self.units: Options = []
        """the units suggested where the form at hand sends a case on: each by its name, with what it has in hand"""
        self.reports: Options = []
        """the reports that the form at hand is about, of which one is chosen"""
        self.disputes: Options = []
        """the disputes that the form at hand may be about: number and title"""
        self.parties: Options = []
        """the parties that the form at hand is about, of whom one is chosen by his name"""

    def offer(self, people: Sequence[PersonNamed]) -> None:
        """Offers people by name and post; of several who would be called the same, each by username beside."""
        labels = {p.username: f"{p.name}（{self._beside(p)}）" for p in people}
        often = Counter(labels.values())
        for username, label in labels.items():
            labels[username] = label if often[label] == 1 else f"{label[:-1]}，{username}）"
        self.people = labels | {p.person_id: labels[p.username] for p in people}

    def _beside(self, person: PersonNamed) -> str:
        """What stands behind a name: the post, and what the registers say."""
        return "，".join((self.offices.holding(person.post.organisation, person.post.role), *person.known_for))

    def code(self, form: str, typed: str) -> str:
        """What stands for a typed name in a field of a format; what is unknown stays as it is, refused by its name."""
        if form == "person":
            return next((username for username, label in self.people.items() if label == typed), typed)
        return self.offices.code(typed) if form == "organisation-code" else typed

    def options(self, field: str, first: Iterable[str] = ()) -> Options:
        """The choices of a field; none where it is free text. Roles that the task needs stand first; of others only
        those that there are here.
        """
        match field:
            case "role":
                known = roles()
                needed = [code for code in dict.fromkeys(first) if code in known]
                rest = [code for code in roles_here() if code not in needed and code not in SEPARATE_ROLES]
                return [(code, known[code].name) for code in [*needed, *rest]]
            case "colour":
                return [(code, colour(code, self.colours)["name"]) for code in self.colours]
            case "category":
                return self._categories
            case "party":
                return self.parties
            case "incident_id":
                return self.reports
            case _:
                return []

    def word(self, field: str, code: str) -> str:
        """What a code in a field stands for; the value itself where it is no code."""
        if field == "organisation":
            return self.offices.label(code)
        if field == "role":
            return role_name(code)
        return dict(self.options(field)).get(code, code)


def vocabulary(
    services: Services, offices: Offices, colours: dict[str, str], demands: Mapping[str, Any] | None = None
) -> Vocabulary:
    """The words of a case: `colours` and `demands` are its own playbook's, categories those of the responsibility list.
    Who shows no answers needs no demands.
    """
    categories = [(c.code, c.name) for c in services.policy.lexicon.categories.values()]
    return Vocabulary(offices, colours, categories, demands or {})


async def offices_of(services: Services, session: Session | None = None) -> Offices:
    """The organisations as they are now; `session` is the request's, where it is open."""
    return Offices(await services.directory.read(session))
