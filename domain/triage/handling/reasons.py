"""Why these units are suggested: by which words the class was found, by which row of the list they stand there, and
which place makes a kind of authority this very body. It explains what triage, or a desk, has suggested; nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from domain.base import Model
from domain.policy.addressing import PLACE_NAMES
from domain.triage.lexicon import FALLBACK_CATEGORY, Category
from domain.triage.overlays import Overlay
from domain.triage.responsibility import LOCAL, organisation_for_department
from domain.triage.triage import Triage

SHARED_LIST = "矛盾纠纷类别及主管责任清单（各地通用）"
Ground = Literal["words", "learned", "desk", "list", "place", "named"]


class Reason(Model):
    """A reason in words. `words`: those of the report that it stands on, as they stand there."""

    ground: Ground
    text: str
    words: list[str] = []


class Suggested(Model):
    """A unit by its code, whether it would lead, and why it."""

    code: str
    lead: bool
    because: list[Reason]


class Row(NamedTuple):
    """A row of the list as it held for the dispute."""

    category: Category
    departments: Mapping[str, str]
    """what the list calls them, by code"""
    edition: Overlay | None
    """the city's latest edition that names the row; none: the list that all cities share"""


def why_category(first: Triage, category: str, category_name: str) -> list[Reason]:
    """Why the dispute is of its class, given the triage of its first report."""
    if category != first.category:
        return [Reason(ground="desk", text=f"经研判更正为“{category_name}”，最初建议为“{first.category_name}”")]
    reasons = []
    words = list(dict.fromkeys(cue.text for cue in first.cues if cue.why == "category" and cue.code == category))
    if words:
        reasons.append(Reason(ground="words", text=f"警情用语属于“{category_name}”", words=words))
    elif category == FALLBACK_CATEGORY:
        reasons.append(Reason(ground="words", text=f"没有识别出类别用语，暂列“{category_name}”"))
    if first.learned and first.learned.cues_category != category:
        pieces = [piece.text for piece in first.learned.pieces]
        said = f"由本地更正学习第 {first.learned.edition} 版改列“{category_name}”"
        reasons.append(Reason(ground="learned", text=said, words=pieces))
    return reasons


def why_row(row: Row) -> Reason:
    """Which table says who has the class: the city's edition where that names the row, else the list of all cities."""
    title = f"《{row.edition.title}》（{row.edition.effective.isoformat()}起）" if row.edition else f"《{SHARED_LIST}》"
    return Reason(ground="list", text=f"承办单位依据{title}“{row.category.name}”一行")


def why_units(suggested: Sequence[str], lead: str | None, row: Row, places: Mapping[str, str],
              names: Mapping[str, str]) -> list[Suggested]:  # fmt: skip
    """Why each unit, the lead first. `places` are the dispute's, as `resolve_places` gave them; `names` those of the
    units by code.
    """
    found = []
    departments = [row.category.lead, *row.category.cooperating]
    for code in dict.fromkeys([*([lead] if lead else []), *suggested]):
        meant = [each for each in departments if organisation_for_department(each, places) == code]
        because = [reason for each in meant for reason in _of_list(each, row, places, names.get(code, code))]
        if not because:
            because = [Reason(ground="named", text="不在该类别的清单上，由办理人员提出")]
        found.append(Suggested(code=code, lead=code == lead, because=because))
    return found


def _of_list(department: str, row: Row, places: Mapping[str, str], name: str) -> list[Reason]:
    part = "牵头" if department == row.category.lead else "配合"
    called = row.departments.get(department, department)
    reasons = [Reason(ground="list", text=f"清单规定由{called}{part}")]
    if word := LOCAL.get(department):
        said = f"事发地的{PLACE_NAMES[word]}是{name}" if word in places else f"没有查到事发地的{PLACE_NAMES[word]}"
        reasons.append(Reason(ground="place", text=said))
    return reasons
