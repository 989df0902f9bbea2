"""What the demo county entrusts to people by name. Pure, and the same on every run.

Every grid has its beat and every beat its people, but for a few vacancies planted on purpose (`VACANT_BEATS`,
`VACANT_DEPUTIES`): a register in which nothing is ever missing shows nobody what it is for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

from domain.people.duties import CHIEFS, RULES, Duty
from domain.people.organisation import parent
from domain.triage.places import Directory, Kind, Listed
from domain.triage.subjects import bodies_of, station_of
from infra.demo.people import DemoPerson, demo_id

Row = dict[str, Any]
"""A row of the table of duties."""
Rows = Iterator[Row]
Holders = dict[tuple[str, str], list[DemoPerson]]
"""Who holds a role at a path."""
Entrusted = Callable[[Directory, Holders], Iterable[Row]]
"""What a city entrusts beside what is in every county."""

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
VACANT_BEATS = ("beat-450", "beat-457")
"""Beats of 大坪 without an officer: planted, to be found by the coverage check."""
VACANT_DEPUTIES = ("beat-441",)
"""A beat of 大坪 without a deputy chief in charge."""

VACANT_VILLAGES = ("village-daping-2", "village-qingyun-3")
"""Villages without an auxiliary (一村一辅警), planted to be found."""

GOLD = ("gushan", "baiyang", "longtan")
"""Townships whose first mediator is a 金牌调解员."""
LAWYERS = ("baiyang", "jiangnan", "gushan", "fengming")
"""Townships whose legal helper is a lawyer who gives legal aid."""

PORTFOLIOS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("分管政法、综治、信访", ()),
    ("分管农业农村、自然资源、城建", ("land_village", "environment_city")),
)
"""Of a township's two leaders: the first for all matters, the second for some lines."""

FORCE = demo_id("task force 2026")
FORCE_UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def duties(organisations: Iterable[Listed], everybody: Iterable[DemoPerson], own: Entrusted | None = None) -> list[Row]:
    """The rows of all that is entrusted, in order; none where there are no beats. What a city entrusts itself (`own`)
    of the kinds that go with villages, places and stations stands instead of the common rows.
    """
    directory = Directory(organisations=list(organisations))
    holders: dict[tuple[str, str], list[DemoPerson]] = defaultdict(list)
    for person in everybody:
        for post in person.posts:
            holders[post.role, post.organisation.path].append(person)
    if not directory.of_kind(Kind.BEAT):
        return []
    named = list(own(directory, holders)) if own else []
    its_own = {each["kind"] for each in named}
    beside = (*_villages(directory, holders), *_contracted(directory, holders), *_stationed(directory, holders))
    return [
        *_beats(directory, holders),
        *_chiefs(directory, holders),
        *_portfolios(directory, holders),
        *_qualifications(directory, holders),
        *_members(directory, holders),
        *(each for each in beside if each["kind"] not in its_own),
        *named,
    ]


def task_forces(organisations: Iterable[Listed]) -> list[dict[str, Any]]:
    """The task force of the report, of the bureau; none where there are no beats (“成立工作专班,对全局近五年发生的…案件
    进行‘解剖麻雀’式复盘”).
    """
    if not any(listed.kind == Kind.BEAT for listed in organisations):
        return []
    return [
        {
            "force_id": FORCE,
            "name": "“民转刑”案件复盘专班",
            "purpose": "对近五年发生的“民转刑”“刑转命”案件逐案复盘，分析矛盾纠纷化解、风险隐患管控中的漏洞和不足",
            "organisation_code": "bureau",
            "since": SINCE,
            "until": FORCE_UNTIL,
            "formed_by": "demo",
            "formed_at": SINCE,
            "ended_by": "",
            "ended_at": None,
        }
    ]


def _beats(directory: Directory, holders: Holders) -> Rows:
    for station in directory.of_kind(Kind.STATION):
        officers, deputies = holders["responsible_officer", station.path], holders["station_deputy", station.path]
        villages: dict[str, int] = {}
        for beat in (b for b in directory.of_kind(Kind.BEAT) if parent(b.path) == station.path):
            grid = directory.get(beat.keywords[0])
            village = villages.setdefault(parent(grid.path) if grid else beat.path, len(villages))
            # One officer has all beats of a village, so that he is known where only the village is.
            if beat.code not in VACANT_BEATS:
                yield row(Duty.BEAT_OFFICER, beat.code, officers[village % len(officers)])
            if beat.code not in VACANT_DEPUTIES:
                yield row(Duty.BEAT_DEPUTY, beat.code, deputies[village % len(deputies)])


def _chiefs(directory: Directory, holders: Holders) -> Rows:
    for town in directory.of_kind(Kind.TOWN):
        for kind in CHIEFS:
            [role] = RULES[kind].roles
            body = bodies_of(directory, kind, town)[0]
            yield row(kind, town.code, holders[role, body.path][0])


def _portfolios(directory: Directory, holders: Holders) -> Rows:
    for town in directory.of_kind(Kind.TOWN):
        for leader, (detail, scope) in zip(holders["township_leader", town.path], PORTFOLIOS, strict=False):
            yield row(Duty.PORTFOLIO, town.code, leader, detail, " ".join(scope))
    for kind in (Kind.DEPARTMENT, Kind.UNIT):
        for department in directory.of_kind(kind):
            for leader in holders["department_leader", department.path][:1]:
                yield row(Duty.PORTFOLIO, department.code, leader, "分管矛盾纠纷化解")


def _qualifications(directory: Directory, holders: Holders) -> Rows:
    for number, office in enumerate(directory.of_kind(Kind.JUSTICE_OFFICE), start=1):
        slug = office.code.removeprefix("justice-")
        for ordinal, mediator in enumerate(holders["mediator", office.path], start=1):
            yield row(Duty.QUALIFICATION, "full_time_mediator", mediator, f"聘书 示司调〔2026〕{number:02}{ordinal}号")
            if slug in GOLD and ordinal == 1:
                yield row(Duty.QUALIFICATION, "gold_mediator", mediator, "县“金牌调解员”2026年度")
        for helper in holders["legal_helper", office.path]:
            yield row(Duty.QUALIFICATION, "legal_adviser", helper, f"示法明〔2026〕{number:02}号")
            if slug in LAWYERS:
                yield row(Duty.QUALIFICATION, "legal_aid_lawyer", helper, "县法律援助中心值班律师")
    for village in directory.of_kind(Kind.VILLAGE)[:3]:
        for leader in holders["grid_leader", village.path]:
            yield row(Duty.QUALIFICATION, "volunteer", leader, "平安志愿者")


def _villages(directory: Directory, holders: Holders) -> Rows:
    """Of each village its auxiliary, of the station's patrol, and the township's cadre."""
    for number, village in enumerate(directory.of_kind(Kind.VILLAGE)):
        station = station_of(directory, village)
        patrol = holders["on_scene_officer", station.path] if station else []
        cadres = holders["department_handler", parent(village.path)]
        if patrol and village.code not in VACANT_VILLAGES:
            yield row(Duty.VILLAGE_AUXILIARY, village.code, patrol[number % len(patrol)], "处警组辅警")
        if cadres:
            yield row(Duty.VILLAGE_CONTACT, village.code, cadres[number % len(cadres)], "镇街驻村干部")


def _contracted(directory: Directory, holders: Holders) -> Rows:
    """“各级政法、公安负责人对点包保,各级职能部门对口联系” (R-030): each township by a leader of the county, its
    first village by one of its own; a department's section chief faces it.
    """
    leaders, departments = holders["leader", directory.root.path], directory.of_kind(Kind.DEPARTMENT)
    for number, town in enumerate(directory.of_kind(Kind.TOWN)):
        yield row(Duty.CONTRACTING, town.code, leaders[number % len(leaders)], "县领导包乡镇（街道）")
        villages = [v for v in directory.of_kind(Kind.VILLAGE) if parent(v.path) == town.path]
        if villages and (own := holders["township_leader", town.path]):
            yield row(Duty.CONTRACTING, villages[0].code, own[0], "镇街领导包村")
        department = departments[number % len(departments)]
        for chief in holders["department_section_chief", department.path][:1]:
            yield row(Duty.COUNTERPART, town.code, chief, department.name)


def _stationed(directory: Directory, holders: Holders) -> Rows:
    """“区司法局派驻人民调解员驻公安派出所” (H-051): the last mediator of a justice office at the station beside it."""
    for station in directory.of_kind(Kind.STATION):
        offices = (o for o in directory.of_kind(Kind.JUSTICE_OFFICE) if set(o.keywords) & set(station.keywords))
        for office in offices:
            for mediator in holders["mediator", office.path][-1:]:
                yield row(Duty.STATIONED_MEDIATOR, station.code, mediator, "司法所派驻")


def _members(directory: Directory, holders: Holders) -> Rows:
    parts = (("duty_leader", "组长"), ("bureau_analyst", "成员"))
    for (role, part), bureau in product(parts, directory.of_kind(Kind.BUREAU)):
        for person in holders[role, bureau.path]:
            yield row(Duty.TASK_FORCE, FORCE, person, part, until=FORCE_UNTIL)


def row(
    kind: Duty, subject: str, person: DemoPerson, detail: str = "", scope: str = "", until: datetime | None = None
) -> Row:
    """A duty that somebody of the demo county has from its beginning."""
    return {
        "duty_id": demo_id(f"duty {kind} {subject} {person.username}"),
        "kind": kind,
        "subject": subject,
        "person_id": person.person_id,
        "detail": detail,
        "scope": scope,
        "since": SINCE,
        "until": until,
        "named_by": "demo",
        "named_at": SINCE,
        "ended_by": "",
        "ended_at": None,
    }
