"""Rows, filters and chips of the list in the words of its readers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from api.core.context import Services
from api.dispute_list.question import FILTERS, HERE, NAMES, STATES, USUAL_SORT, address
from api.dispute_list.schemas import Line, SavedView
from api.dispute_list.sought import KINDS, Sought
from api.web.formatting import OWN, SOURCES, due, present, source, stamp
from api.web.formatting import colour as chip
from api.web.organisation_labels import Offices, Options
from api.web.rendering import View
from domain.people.organisation import Actor, within
from domain.policy.catalogue import OUTCOMES
from domain.policy.matters.matter import MATTER_NAMES, REPORTED, Matter
from domain.policy.parts.tags import TAGS
from domain.policy.stages import STAGE_NAMES, Stage
from domain.triage.places import Directory, Kind

TITLES = {"state": "状态", "matter": "事项", "colour": "颜色", "stage": "阶段", "overdue": "时限", "place": "属地",
          "held_at": "承办", "source": "来源", "category": "类别", "tag": "标记", "from": "受理自", "to": "受理至",
          "q": "编号、标题"}  # fmt: skip
SORTED = {"colour": "colour", "due": "due_at", "opened": "-opened_at"}
"""Columns by which the list is sorted, and the order that a first press gives."""
_PLACES = (Kind.TOWN, Kind.STATION, Kind.VILLAGE)
_VILLAGES = 60
"""More of them than one scrolls through are left to the towns."""
_NEVER_HOLD = {Kind.BEAT, Kind.GRID, Kind.VILLAGE, Kind.COUNTY}


def row_view(line: Line, offices: Offices, colours: dict[str, str]) -> View:
    """A row."""
    item, now = line.dispute, present(line.dispute.ahead)
    place = offices.label(item.organisation)
    return {
        "no": item.dispute_no,
        "href": f"/disputes/{item.dispute_no}",
        "title": item.title,
        "kept": item.kept,
        "colour": chip(item.colour, colours),
        "stage": item.stage_name,
        "round": item.round,
        "category": item.category_name,
        "place": line.place,
        "unit": place if not item.closed_at else "",
        "holder": line.held_by if not item.closed_at else "",
        "due": None if item.closed_at else due(item.due_at, item.overdue, now),
        "overdue": item.overdue and not item.closed_at,
        "opened": _short(stamp(item.opened_at, now)),
        "closed": _short(stamp(item.closed_at, now)),
        "outcome": OUTCOMES.get(item.outcome or "", ""),
        "source": source(item.source) if item.source else "",
        "urgent": item.urgent and not item.closed_at,
        "tags": [TAGS[tag] for tag in item.tags if tag in TAGS],
    }


def _short(moment: str) -> str:
    """Of another year the day is enough."""
    return moment[:10] if len(moment) > 11 else moment


def choices(services: Services, directory: Directory, actor: Actor, offices: Offices) -> dict[str, list[View]]:
    """What each filter offers, grouped where it is long; the likely ones first."""
    process, lexicon = services.policy.playbook.process, services.policy.lexicon
    stages = [(str(s), process.words.stages.get(s) or STAGE_NAMES[s]) for s in process.stages if s != Stage.CLOSED]
    sources = dict.fromkeys([*process.sources, *SOURCES, *OWN])
    matters = [(str(m), MATTER_NAMES[m]) for m in (*REPORTED, Matter.HAZARD) if m in _matters_here(services)]
    groups = [_group(group.name, [(row.code, row.name) for row in group.categories]) for group in lexicon.listed.groups]
    return {
        "state": [_group("", list(STATES.items()))],
        "matter": [_group("", [*matters, ("all", "全部事项")])] if len(matters) > 1 else [],
        "colour": [_group("", [(code, rule.name) for code, rule in process.colours.items()])],
        "stage": [_group("", stages)],
        "place": _places(directory, actor),
        "held_at": _holders(directory, actor, offices),
        "source": [_group("", [(code, source(code)) for code in sources])],
        "category": groups,
        "tag": [_group("", list(TAGS.items()))],
    }


def _matters_here(services: Services) -> set[str]:
    playbook = services.policy.playbook
    offered = {matter for each in playbook.process.sources.values() for matter in each.matters}
    return {Matter.DISPUTE, *offered, *([Matter.HAZARD] if playbook.hazards else [])}


def _group(name: str, options: Options) -> View:
    return {"name": name, "options": options}


def _places(directory: Directory, actor: Actor) -> list[View]:
    """Towns, stations and, where they are few, villages that the person may have to do with; the others after them."""
    listed = {kind: directory.of_kind(kind) for kind in _PLACES}
    mine = [post.path for post in actor.reach]
    own = [each for kind in _PLACES for each in listed[kind] if any(within(each.path, path) for path in mine)]
    rest = [each for kind in _PLACES[:2] for each in listed[kind] if each not in own]
    villages = [each for each in own if each.kind == Kind.VILLAGE]
    own = own if len(villages) <= _VILLAGES else [each for each in own if each.kind != Kind.VILLAGE]
    groups = [("本辖区", own), ("其他", rest)] if rest else [("", own)]
    return [_group(name, [(each.code, each.name) for each in found]) for name, found in groups if found]


def _holders(directory: Directory, actor: Actor, offices: Offices) -> list[View]:
    mine = {post.path for post in actor.reach}
    able = [each for each in directory.organisations if each.kind not in _NEVER_HOLD]
    own = [each for each in able if each.path in mine]
    rest = [each for each in able if each.path not in mine]
    groups = [("本单位", own), ("其他单位", rest)] if own else [("", rest)]
    return [_group(name, [(each.code, offices.label(each.code)) for each in found]) for name, found in groups if found]


def chips(asked: Mapping[str, str], offered: Mapping[str, list[View]]) -> list[View]:
    """What narrows the list, each with the address of the list without it."""
    found = []
    for name in FILTERS:
        if name not in asked:
            continue
        said = dict(option for group in offered.get(name, []) for option in group["options"])
        word = "已超期" if name == "overdue" else said.get(asked[name], asked[name])
        rest = {key: value for key, value in asked.items() if key != name}
        found.append({"title": TITLES[name], "word": word, "without": address(rest)})
    return found


def sought_chip(asked: Mapping[str, str], sought: Sought | None) -> list[View]:
    """What is sought, as a chip."""
    if sought is None:
        return []
    kind = "标题" if sought.found_by == "title" else "查找" if sought.by == "any" else KINDS[sought.by]
    rest = {name: value for name, value in asked.items() if name != "sought"}
    return [{"title": kind, "word": sought.words, "without": address(rest)}]


def view_tabs(kept: list[SavedView], now: SavedView | None) -> list[View]:
    """The saved views, after the list as it is without one."""
    every = {"name": "全部", "href": HERE, "current": now is None, "shared": False}
    return [every, *({"name": each.name, "href": address(each.asked, view=each.view_id), "current": each is now,
                      "shared": bool(each.shared_with)} for each in kept)]  # fmt: skip


def search_view(asked: Mapping[str, str], sought: Sought | None) -> View:
    """The search's own fields: the reason that was given goes on to the next, the words stand on the chip."""
    if sought is None:
        return {"words": asked.get("q", ""), "by": "any", "purpose": "", "note": ""}
    return {"words": "", "by": sought.by, "purpose": sought.purpose or "", "note": sought.note}


def heads(asked: Mapping[str, str], state: str) -> dict[str, View]:
    """Of each column that sorts the list: how it does now, and the address of the next press."""
    now = asked.get("sort") or (USUAL_SORT if state == "open" else "-opened_at")
    found = {}
    for column, first in SORTED.items():
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        sorted_ = {first: "ascending", other: "descending"}.get(now, "")
        if first.startswith("-"):
            sorted_ = {"ascending": "descending", "descending": "ascending"}.get(sorted_, "")
        found[column] = {
            "sort": sorted_, "href": address(asked, sort=other if now == first else first),
            "mark": {"ascending": "▲", "descending": "▼"}.get(sorted_, ""),
        }  # fmt: skip
    return found


def hidden(asked: Mapping[str, str], *without: str) -> list[tuple[str, str]]:
    """Fields that a form of the page carries on."""
    return [(name, asked[name]) for name in NAMES if name in asked and name not in without]


def query(asked: Mapping[str, str]) -> str:
    """What is asked for, as a form carries it in one field."""
    return urlencode(asked)
