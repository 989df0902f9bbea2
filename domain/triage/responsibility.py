"""Who is meant by a department of the responsibility list: the body nearest to the dispute that holds its authority.

`playbooks/categories.yaml` names kinds of authority (`police`, `village`, `market_reg`), because a list can't know
where the next quarrel will be. Requirements, triage step 6: the most local unit that holds the authority, else the
county's department. The county's departments have the list's own codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.base import Model
from domain.policy.addressing import Place
from domain.triage.lexicon import Category
from domain.triage.triage import Triage

LOCAL: dict[str, Place] = {
    "political_legal": "committee",
    "gov_center": "centre",
    "township": "township",
    "village": "village",
    "police": "station",
    "justice": "justice_office",
    "court": "court",
    "women_fed": "womens_federation",
}
"""Department codes that mean a place of the dispute; every other code is an organisation's own."""


class ListRow(Model):
    """A row of the responsibility list as a message carries it; its bodies by the list's own department codes."""

    name: str
    lead: str
    cooperating: list[str] = []
    elsewhere: bool = True
    """another authority than the police has the matter"""


def list_row(category: Category) -> ListRow:
    """A row of the list as a message carries it."""
    return ListRow(
        name=category.name,
        lead=category.lead,
        cooperating=list(category.cooperating),
        elsewhere=category.non_police,
    )


def resolve_department(code: str, places: Mapping[str, str]) -> str:
    """The place word a department code means, where the dispute has that place; else the code itself."""
    word = LOCAL.get(code)
    return word if word is not None and word in places else code


def organisation_for_department(code: str, places: Mapping[str, str]) -> str:
    """The organisation code a department code means for a dispute; `places` is what `resolve_places` gave."""
    path = places.get(resolve_department(code, places))
    return path.rpartition("/")[2] if path else code


def organisations_for(codes: Iterable[str], places: Mapping[str, str]) -> list[str]:
    """The organisation codes of several departments, in order, each once.

    Two departments may be one body here: where the village is unknown, its part falls to the township.
    """
    return list(dict.fromkeys(organisation_for_department(code, places) for code in codes))


def suggested_organisations(found: Triage, places: Mapping[str, str]) -> list[str]:
    """The organisation codes that a triage suggests for a dispute at these places, the lead's first."""
    return organisations_for([found.suggested_lead, *found.suggested_cooperating], places)
