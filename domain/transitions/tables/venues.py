"""Where a session was held: a venue of the register, of a kind that the mechanism names (R-102).

“设立驻村矛盾纠纷调解工作室、法官工作室、司法所工作站”: which organisations are venues is the directory's word,
which the API resolves as it does every organisation that a form names.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.base import Strict
from domain.case.state import Decision, DisputeState
from domain.people.organisation import VENUES, OrganisationRef


def venues_of(state: DisputeState) -> list[str]:
    """The kinds of venue at which the mechanism's sessions are held; none where it says nothing of that."""
    return list(state.process.ladder.venues) if state.process.ladder else []


def venue_errors(state: DisputeState, form: Strict, known: Mapping[str, OrganisationRef]) -> list[dict[str, str]]:
    """What was named as a venue and is none, or none of those where this mechanism sits."""
    code: str | None = getattr(form, "venue", None)
    if code is None or code not in known:  # what is not known is told with all other organisations
        return []
    named, allowed = known[code], venues_of(state)
    if not allowed:
        said = "本机制不登记调解场所"
    elif named.venue not in allowed:
        said = f"{named.name}不是{'、'.join(VENUES[each] for each in allowed)}"
    else:
        return []
    return [{"field": "venue", "message": said}]


def venue_in(state: DisputeState, decision: Decision) -> dict[str, str]:
    """Of a session that was held, its venue: what `Session` keeps of it."""
    code = decision.fields.get("venue")
    name = next((each.name for each in state.organisations.values() if each.code == code), "")
    return {"venue": code, "venue_name": name} if code else {}
