"""The demo county's people: who sits where, and what they are called. Pure, and the same on every run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.triage.places import Kind, Listed


@dataclass(frozen=True)
class DemoPost:
    """A role at an organisation."""

    post_id: str
    role: str
    organisation: Listed


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo county."""

    person_id: str
    username: str
    name: str
    posts: tuple[DemoPost, ...]


Seat = tuple[str, str, int, str | None]
"""A role, its word in usernames, how many hold it, and the second post each of them has at the same organisation."""

HANDLERS: tuple[Seat, ...] = (
    ("department_leader", "leader", 1, None),
    ("department_section_chief", "section", 1, None),
    ("department_handler", "handler", 2, None),
)

STAFF: dict[str, tuple[Seat, ...]] = {
    Kind.COUNTY: (
        ("supervisor", "supervisor", 2, None),
        ("leader", "leader", 2, None),
        ("auditor", "auditor", 1, None),
        ("admin_system", "admin-system", 1, None),
        ("admin_security", "admin-security", 1, None),
        ("admin_audit", "admin-audit", 1, None),
    ),
    Kind.COMMITTEE: (("committee_dispatcher", "dispatcher", 2, None), *HANDLERS),
    Kind.CENTRE: (
        ("centre_dispatcher", "dispatcher", 2, None),
        ("evaluator_committee", "evaluator", 2, None),
        ("evaluator_police", "evaluator-police", 2, None),
        *HANDLERS,
    ),
    Kind.RISK_CENTRE: (
        ("evaluator_committee", "evaluator", 2, None),
        ("evaluator_police", "evaluator-police", 2, None),
    ),
    Kind.BUREAU: (
        ("call_taker", "calltaker", 3, None),
        ("bureau_analyst", "analyst", 2, None),
        ("duty_leader", "duty", 1, None),
        *HANDLERS,
    ),
    Kind.STATION: (
        ("station_chief", "chief", 1, None),
        ("station_deputy", "deputy", 1, "department_leader"),
        ("duty_leader", "duty", 2, None),
        ("command_room", "command", 2, "department_handler"),
        ("on_scene_officer", "onscene", 3, None),
        ("responsible_officer", "officer", 3, None),
    ),
    Kind.TOWN: (("township_leader", "leader", 2, None), ("department_handler", "handler", 2, None)),
    Kind.TOWN_CENTRE: (("centre_dispatcher", "dispatcher", 2, None),),
    Kind.JUSTICE_OFFICE: (
        ("justice_chief", "chief", 1, "department_leader"),
        ("mediator", "mediator", 2, None),
        ("legal_helper", "legal", 1, None),
        ("department_handler", "handler", 1, None),
    ),
    Kind.VILLAGE: (
        ("village_secretary", "secretary", 1, "department_handler"),
        ("grid_leader", "gridleader", 1, "grid_worker"),
    ),
    Kind.GRID: (("grid_worker", "worker", 1, None),),
    Kind.DEPARTMENT: HANDLERS,
    Kind.UNIT: HANDLERS,
    Kind.COURT: (
        ("court_chief", "chief", 1, "department_leader"),
        ("court_liaison", "liaison", 2, "department_handler"),
    ),
    Kind.TRIBUNAL: (
        ("court_chief", "chief", 1, "department_leader"),
        ("court_liaison", "liaison", 1, "department_handler"),
    ),
    Kind.WOMENS_FEDERATION: (
        ("womens_federation", "officer", 2, "department_handler"),
        ("department_leader", "leader", 1, None),
    ),
    Kind.HOTLINE: (("hotline_operator", "operator", 2, None),),
}
"""Who works at a kind of organisation.

Whatever a dispatcher may assign to has somebody to accept: a handler and a leader of its own, or those of the body
above it. A second post never sees further than the first; nobody who evaluates handles.
"""

# Numbers of words without a common divisor: the n-th person takes the n-th of each list, round and round, and no name
# comes twice before all combinations are used up. Given names are drawn wide of those of people in public life.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许冯邓曹彭"
    "曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石"
)
FIRST = "建志海晓玉秀永德美素锦世俊雅思梦宇佳雪亚宗汉凤桂爱淑彩银金水福庆伯仲友根菊惠巧若林"
SECOND = "芳丽磊洋艳杰娟霞辉玲燕梅琳浩波龙莲珍萍彬凯蓉松泉良洁婷远超荷红栋"

_BORN_MS = 1_767_225_600_000
"""2026-01-01 in UTC: the demo's ids sort before those that a running system gives out."""


MANY = 50
"""Organisations with a role that a playbook adds: beyond, one person at each is enough."""


def people(
    organisations: Sequence[Listed],
    added: Iterable[tuple[str, Listed]] = (),
    own: Callable[[Listed], tuple[Seat, ...]] | None = None,
) -> list[DemoPerson]:
    """Everybody who works at the organisations, in their order; usernames and names are unique.

    `own` says who else works at one in a city's own county, after all who work in every county. `added` are seats of
    roles that a playbook adds: two people each, one where there are very many, after all others.
    """
    everywhere = _seats(organisations, lambda organisation: STAFF.get(organisation.kind, ()))
    here = _seats(organisations, own) if own else ()
    return [
        DemoPerson(
            person_id=demo_id(f"person {username}"),
            username=username,
            name=name_of(number),
            posts=tuple(
                DemoPost(demo_id(f"post {username} {role}", order), role, organisation)
                for order, role in enumerate(roles)
            ),
        )
        for number, (username, roles, organisation) in enumerate((*everywhere, *here, *_added(added)))
    ]


def _added(seats: Iterable[tuple[str, Listed]]) -> Iterator[tuple[str, list[str], Listed]]:
    listed = list(seats)
    often = Counter(role for role, _ in listed)
    for role, organisation in listed:
        for ordinal in (1, 2) if often[role] <= MANY else (1,):
            yield f"{_stem(organisation)}-{role.replace('_', '-')}-{ordinal}", [role], organisation


def _seats(
    organisations: Iterable[Listed], staff: Callable[[Listed], tuple[Seat, ...]]
) -> Iterator[tuple[str, list[str], Listed]]:
    for organisation in organisations:
        for role, word, count, second in staff(organisation):
            roles = [role, second] if second else [role]
            for ordinal in range(1, count + 1):
                yield f"{_stem(organisation)}-{word}-{ordinal}", roles, organisation


def _stem(organisation: Listed) -> str:
    """What the usernames of an organisation begin with: short, ASCII, and speaking of the place."""
    code = organisation.code.replace("_", "-")
    match organisation.kind:
        case Kind.STATION:
            return code.removeprefix("station-")
        case Kind.TOWN_CENTRE:
            return code.removeprefix("town-")
        case _:
            return code


def name_of(number: int) -> str:
    """The name of the n-th person."""
    return SURNAMES[number % len(SURNAMES)] + FIRST[number % len(FIRST)] + SECOND[number % len(SECOND)]


def demo_id(of: str, order: int = 0) -> str:
    """An id of the system's own form (UUIDv7) that is the same on every run; a higher order sorts later."""
    bits = int.from_bytes(hashlib.sha256(of.encode()).digest()[:10])
    value = (_BORN_MS + order) << 80 | bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
