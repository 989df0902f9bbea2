"""The look-back: earlier disputes of the same people wherever they were, and of the same place (Q-063).

Shown of each is what somebody who deals with these people needs: which matter, when, how it ended, its colour, and on
which side they stood. Of a dispute that the reader may not see nothing is shown but that there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.intake.schemas import Similar
from api.look_back.schemas import EarlierMatter, LookBack, Matched, OutOfSight, Repeats
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import LOOK_BACK_ROLES
from domain.policy.stages import STAGE_NAMES, Stage
from domain.triage.identity import SURE, Mark
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import visible
from infra.read_model.earlier_matters import Likeness, earlier_matters

MOST_SHOWN = 20
"""Matters that are listed; the others are counted."""
MOST_NAMESAKES = 5
"""Of those found by nothing but a name."""
RECENT = timedelta(days=30)


async def look_back(session: Session, actor: Actor, row: DisputeRow) -> LookBack:
    """What there was before of the people and of the place of a dispute that the reader may see."""
    return sorted_out(actor, await earlier_matters(session, actor, row.dispute_no, row.sealed, row.opened_at))


def sorted_out(actor: Actor, found: Sequence[Likeness]) -> LookBack:
    """Disputes by the surest reason why each is named; those out of the reader's sight are counted for whom it
    concerns.
    """
    by_number: dict[str, list[Likeness]] = {}
    for likeness in found:
        if not _another(likeness, found):
            by_number.setdefault(likeness.dispute_no, []).append(likeness)
    standing = {no: (_kind(likenesses), likenesses[0].seen) for no, likenesses in by_number.items()}
    lists = {
        kind: [_matter(by_number[no]) for no, stands in standing.items() if stands == (kind, True)]
        for kind in ("people", "namesakes", "here")
    }
    people, namesakes = lists["people"][:MOST_SHOWN], lists["namesakes"][:MOST_NAMESAKES]
    here = lists["here"][:MOST_SHOWN]
    hidden = [kind for kind, seen in standing.values() if not seen]
    told = actor.has_role(*LOOK_BACK_ROLES)
    return LookBack(
        people=people,
        namesakes=namesakes,
        here=here,
        more=sum(map(len, lists.values())) - len(people) - len(namesakes) - len(here),
        out_of_sight=OutOfSight(
            sure=hidden.count("people"), name_only=hidden.count("namesakes"), here=hidden.count("here")
        )
        if told
        else None,
    )


async def look_back_on(services: Services, session: Session, actor: Actor, dispute_no: str) -> LookBack:
    """The same for the number of a dispute; the reading is noted.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    found = await look_back(session, actor, row)
    services.access.note(actor.person_id, dispute_no, "earlier")
    return found


async def proposed(
    session: Session, actor: Actor, dispute_no: str, similar: Sequence[Any], apart_from: str | None = None
) -> list[Similar]:
    """The earlier disputes that the first report of one was like when it came in, the likest first: to be looked at
    before it is confirmed as a matter of its own. None that the reader may not see, nor the one that a person has taken
    the report out of.
    """
    if not similar:
        return []
    found = [Similar.model_validate(each) for each in similar]
    seen = await visible(session, actor, [each.dispute_no for each in found])
    return [each for each in found if each.dispute_no in seen and each.dispute_no not in (dispute_no, apart_from)]


def repeats_of(document: Mapping[str, Any]) -> Repeats:
    """How often a matter was reported."""
    times = [datetime.fromisoformat(str(incident["reported_at"])) for incident in document["incidents"]]
    latest = max(times)
    return Repeats(reports=len(times), within_30_days=sum(1 for at in times if at >= latest - RECENT))


def _another(likeness: Likeness, found: Sequence[Likeness]) -> bool:
    """Whether a namesake is somebody else for certain: both identity numbers are known, and they are not the same."""
    who = likeness.who
    if who is None or who.mark in SURE or not (who.identified and likeness.identified):
        return False
    return not any(
        other.who and other.dispute_no == likeness.dispute_no and other.who.name == who.name
        and other.who.mark is Mark.ID_NUMBER
        for other in found
    )  # fmt: skip


def _kind(likenesses: Sequence[Likeness]) -> Literal["people", "namesakes", "here"]:
    """The surest reason why a dispute is named."""
    marks = {likeness.who.mark for likeness in likenesses if likeness.who}
    if marks & set(SURE):
        return "people"
    return "namesakes" if marks else "here"


def _matter(likenesses: Sequence[Likeness]) -> EarlierMatter:
    one = likenesses[0]
    return EarlierMatter(
        dispute_no=one.dispute_no,
        category_name=one.category_name,
        colour=one.colour,
        stage=one.stage,
        stage_name=one.stage_called or STAGE_NAMES[Stage(one.stage)],
        outcome=one.outcome,
        opened_at=china(one.opened_at),
        closed_at=one.closed_at and china(one.closed_at),
        matched=_matched(likenesses),
        same_place=any(likeness.who is None for likeness in likenesses),
    )


def _matched(likenesses: Sequence[Likeness]) -> list[Matched]:
    """Who was found in it, the surest first."""
    people: dict[tuple[str, str, str], set[Mark]] = {}
    for likeness in likenesses:
        if who := likeness.who:
            people.setdefault((who.name, who.side, likeness.side), set()).add(who.mark)
    found = [
        Matched(
            party=name,
            side=side,
            side_there=there,
            by=[mark for mark in Mark if mark in marks],
            verify=not marks & set(SURE),
        )
        for (name, side, there), marks in people.items()
    ]
    return sorted(found, key=lambda each: (each.verify, each.party))
