"""The form by which something is entrusted at the desk: what may be chosen in it, and what was typed into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError
from starlette.datastructures import FormData

from api.core.context import Services
from api.registers.task_force_service import list_task_forces
from api.web.organisation_labels import Offices
from api.web.rendering import View
from api.web.session import Viewer, text
from domain.errors import FieldsInvalid
from domain.people.duties import (
    CHIEFS,
    OF_BEATS,
    OF_PLACES,
    OF_VILLAGES,
    QUALIFICATIONS,
    RULES,
    Duty,
    Entrusting,
    may_entrust_any,
)
from domain.people.organisation import VENUES, Actor, within
from domain.people.permissions import SEPARATE_ROLES
from domain.triage.places import Directory, Kind, Listed
from domain.triage.subjects import station_of
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.records.duties import duties
from infra.records.people import PersonAtPost, colleagues, people
from infra.runtime.policy_files import role_name

Options = list[tuple[str, str]]
KINDS_OF: dict[str, tuple[Duty, ...]] = {
    "beats": OF_BEATS,
    "chiefs": CHIEFS,
    "portfolios": (Duty.PORTFOLIO,),
    "villages": OF_VILLAGES,
    "contracting": OF_PLACES,
    "stationed": (Duty.STATIONED_MEDIATOR, Duty.VENUE_MEDIATOR),
    "qualifications": (Duty.QUALIFICATION,),
    "forces": (Duty.TASK_FORCE,),
}
"""The kinds of duties on each page of the registers."""
FIELDS = ("kind", "subject", "person", "detail", "since", "until")
_OFFERED = 120
"""People whom a form offers by name; others are typed by their username."""
_LED = (Kind.COUNTY, Kind.COMMITTEE, Kind.CENTRE, Kind.BUREAU, Kind.TOWN, Kind.DEPARTMENT, Kind.UNIT, Kind.COURT)
_TITLES = {"beats": "交办警格", "chiefs": "明确三长", "portfolios": "明确分管", "qualifications": "登记资格",
           "forces": "增加专班成员", "villages": "交办村居", "contracting": "明确包保联系",
           "stationed": "派驻调解员"}  # fmt: skip
_DETAILS = {
    "portfolios": "分管事项（如：分管政法、综治）",
    "qualifications": "证书或聘书编号",
    "forces": "分工（如：组长）",
    "contracting": "说明（如：矛盾突出村，每月到村一次）",
    "stationed": "派驻说明（如：周一至周五驻所）",
}


@dataclass(frozen=True)
class Typed:
    """What was typed: texts by field, the lines of work that were ticked, whether the one before gives way."""

    texts: Mapping[str, str] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    replace: bool = False

    @classmethod
    def of(cls, form: FormData) -> Typed:
        """What a form brings."""
        scope = tuple(str(value)[:64] for value in form.getlist("scope") if isinstance(value, str))
        return cls({name: text(form, name)[:200] for name in FIELDS}, scope, text(form, "replace") == "1")


async def asked(session: Session, typed: Typed) -> Entrusting:
    """What a form asks for; with the mark for giving way, whoever has it then is the one who gives way.

    Raises:
        FieldsInvalid
    """
    content = {name: value for name, value in typed.texts.items() if value}
    try:
        entrusting = Entrusting.model_validate({**content, "scope": list(typed.scope)})
    except ValidationError as error:
        raise FieldsInvalid(errors=field_errors(error)) from error
    if not typed.replace or not RULES[entrusting.kind].single:
        return entrusting
    at = entrusting.since or datetime.now(UTC)
    held = await duties(session, kinds=[entrusting.kind], subjects=[entrusting.subject], at=at)
    return entrusting.model_copy(update={"replaces": held[0].row.duty_id}) if held else entrusting


async def form_view(
    services: Services,
    session: Session,
    viewer: Viewer,
    tab: str,
    offices: Offices,
    typed: Typed,
    near: Listed | None = None,
    case: str = "",
) -> View | None:
    """The form of a page; none for who may entrust none of its kinds. `near` is the station that the page shows, `case`
    the number of the dispute that it was opened for.
    """
    kinds, actor = KINDS_OF[tab], viewer.actor
    if not may_entrust_any(actor, kinds):
        return None
    directory = await services.directory.read(session)
    subjects = [*([(case, f"纠纷 {case}")] if case else []),
                *await _subjects(services, session, tab, actor, directory, near)]  # fmt: skip
    if not subjects:
        return None
    offered = await _offered(session, tab, actor, directory, near)
    listed = services.policy.lexicon.listed
    return {
        "title": _TITLES[tab],
        "kinds": [(kind.value, RULES[kind].name) for kind in kinds],
        "subjects": subjects,
        "people": [(p.username, f"{p.name} {offices.label(p.organisation)} {role_name(p.role)}") for p in offered],
        "detail": _DETAILS.get(tab, ""),
        "scopes": [(group.code, group.name) for group in listed.groups] if tab == "portfolios" else [],
        "single": any(RULES[kind].single for kind in kinds),
        "typed": {**dict.fromkeys(FIELDS, ""), **typed.texts},
        "scope": typed.scope,
        "replace": typed.replace,
    }


async def _subjects(
    services: Services, session: Session, tab: str, actor: Actor, directory: Directory, near: Listed | None
) -> Options:
    """What a person may entrust on a page, as choices."""
    if tab == "qualifications":
        return list(QUALIFICATIONS.items())
    if tab == "forces":
        forces = await list_task_forces(services, session, history=False, limit=200, cursor=None)
        within_mine = {o.code for o in _mine(actor, KINDS_OF[tab], directory.organisations)}
        return [(force.force_id, force.name) for force in forces.items if force.organisation.code in within_mine]
    if tab == "beats":
        beats = [beat for beat in directory.of_kind(Kind.BEAT) if near and within(beat.path, near.path)]
        return _choices(_mine(actor, KINDS_OF[tab], beats))
    if tab == "villages":
        return _choices(_villages(actor, directory))
    if tab == "contracting":
        areas = [*directory.of_kind(Kind.TOWN), *directory.of_kind(Kind.VILLAGE)]
        return _choices(areas if actor.has_role("department_leader") else _mine(actor, [Duty.CONTRACTING], areas))
    if tab == "stationed":
        venues = [venue for kind in VENUES for venue in directory.of_kind(kind)]
        return _choices([*directory.of_kind(Kind.STATION), *venues])
    if tab == "chiefs":
        return _choices(_mine(actor, KINDS_OF[tab], directory.of_kind(Kind.TOWN)))
    return _choices(_mine(actor, KINDS_OF[tab], [o for kind in _LED for o in directory.of_kind(kind)]))


async def _offered(
    session: Session, tab: str, actor: Actor, directory: Directory, near: Listed | None
) -> list[PersonAtPost]:
    """Those whom the form offers by name: who holds the post that it goes with, or works where the actor answers."""
    me = {actor.person_id}
    if tab == "beats":
        return await colleagues(session, [near.path], me) if near else []
    roles = sorted(set().union(*(RULES[kind].roles for kind in KINDS_OF[tab])))
    if roles:
        found: dict[str, PersonAtPost] = {}
        for role in roles:
            for person in await people(session, role=role, path=None, limit=_OFFERED, after=None):
                found.setdefault(person.person_id, person)
        return [person for person in found.values() if person.person_id not in me]
    paths = [o.path for o in _mine(actor, KINDS_OF[tab], directory.organisations)]
    # Of a whole county nobody looks a name up in a list: he is typed by his username.
    return [] if len(paths) > _OFFERED else (await colleagues(session, paths, me))[:_OFFERED]


def organisations_to_lead(actor: Actor, directory: Directory) -> Options:
    """The organisations at which a person may form a task force, as choices."""
    kinds = (*_LED, Kind.STATION, Kind.JUSTICE_OFFICE, Kind.TRIBUNAL)
    return _choices(_mine(actor, [Duty.TASK_FORCE], [o for kind in kinds for o in directory.of_kind(kind)]))


def _mine(actor: Actor, kinds: Iterable[Duty], listed: Iterable[Listed]) -> list[Listed]:
    """Of these organisations those at or below which a post of the person entrusts one of these kinds."""
    roles = set().union(*(RULES[kind].entrusted_by for kind in kinds)) - SEPARATE_ROLES
    mine = [post.path for post in actor.posts if post.role in roles]
    return [o for o in listed if any(within(o.path, path) for path in mine)]


def _villages(actor: Actor, directory: Directory) -> list[Listed]:
    """The villages of which a person may entrust something: those he is above, or that a station of his serves."""
    villages = directory.of_kind(Kind.VILLAGE)
    mine = _mine(actor, [Duty.VILLAGE_CONTACT], villages)
    stations = {each.path for each in _mine(actor, [Duty.VILLAGE_AUXILIARY], directory.of_kind(Kind.STATION))}
    serving = [v for v in villages if stations and (s := station_of(directory, v)) and s.path in stations]
    return [v for v in villages if v in mine or v in serving]


def _choices(listed: Iterable[Listed]) -> Options:
    return [(each.code, each.name) for each in listed]
