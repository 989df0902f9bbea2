"""Looking for disputes by a name, a telephone or an address: noted, with a reason beyond one's own area."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from api.core.context import Services
from api.dispute_list.sought import By, Sought
from domain.errors import FieldsInvalid
from domain.people.need_to_know import SEARCH_PURPOSES, SearchPurpose
from domain.people.organisation import Actor, Sight, within
from domain.policy.fields import DISPUTE_NO
from domain.triage.places import AREAS, Directory, Kind
from domain.triage.searching.marks import Asked, is_number, sought
from infra.database.engine import Session
from infra.read_model.disputes import DisputeFilter, find_dispute, list_disputes

_OF_ONE_UNIT = {*AREAS, Kind.BEAT}
_LEAST: dict[By, str] = {
    "name": "姓名至少填两个字",
    "phone": "电话填完整号码，或者末4位以上",
    "address": "地址填路名、村名或小区名",
}
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc]")
"""What an input method writes for the hyphen of a number."""


def number_in(words: str) -> str:
    """The dispute's number that words are, however they are typed: small letters, full width, spaces; else empty."""
    plain = re.sub(r"\s", "", _DASHES.sub("-", unicodedata.normalize("NFKC", words))).upper()
    return plain if re.fullmatch(DISPUTE_NO, plain) else ""


async def opens(services: Services, session: Session, actor: Actor, number: str) -> bool:
    """Whether the dispute of a number may be opened by him who looks for it: the search that finds it is noted and
    counted as the list's is; what finds nothing is the list's to say, and to note.

    Raises:
        QuotaReached: he has searched as often as one may in a minute.
        StoreUnavailable: it can't be put on record now.
    """
    if await find_dispute(session, actor, number) is None:
        return False
    services.searches.count(actor.person_id)
    asked = DisputeFilter(matter="", q=number).model_dump(mode="json", exclude_none=True, exclude={"marks"})
    services.access.note_shown(actor.person_id, "search", asked, [number])
    return True


def marks_asked(words: str, by: By) -> Asked:
    """By what a search finds disputes; nothing where its words tell nothing."""
    match by:
        case "title":
            return []
        case "any":
            return sought(words, "phone") if is_number(words) else [*sought(words, "name"), *sought(words, "address")]
        case _:
            return sought(words, by)


def crosses(actor: Actor, directory: Directory) -> bool:
    """Whether what a person sees goes beyond his own unit with its villages, grids and beats. [DESIGN]"""
    wide = [post.path for post in actor.reach if actor.sight(post) == Sight.SUBTREE]
    return any(
        each.kind not in _OF_ONE_UNIT and each.path != path and within(each.path, path)
        for path in wide
        for each in directory.organisations
    )


async def needs_purpose(services: Services, session: Session, actor: Actor) -> bool:
    """Whether a search by marks of this person's is to say what it is for."""
    return crosses(actor, await services.directory.read(session))


async def seek(
    services: Services, session: Session, actor: Actor, words: str, by: By, purpose: SearchPurpose | None, note: str
) -> Sought:
    """A search, on record before anything of it is shown: what kind it is and why in words of its own, what was typed
    sealed.

    Raises:
        FieldsInvalid: its words tell nothing (`words`), or it lacks the reason that it needs (`purpose`, `note`).
        StoreUnavailable: it can't be put on record now.
    """
    asked = marks_asked(words, by)
    if by not in ("any", "title") and not asked:
        raise FieldsInvalid(errors=[{"field": "words", "message": _LEAST[by]}])
    found = Sought(person_id=actor.person_id, words=words, by=by, purpose=purpose, note=note, at=datetime.now(UTC))
    if not asked:
        return found.model_copy(update={"found_by": "title"})
    if await needs_purpose(services, session, actor):
        _check_purpose(purpose, note)
    about = {"words": words, "purpose": SEARCH_PURPOSES[purpose] if purpose else "", "note": note}
    services.access.note(actor.person_id, None, f"seek:{by}", about=about)
    await session.close()
    await services.access.written()
    async with services.database.resume(session):
        if by == "any" and not await _anything(session, actor, asked):
            return found.model_copy(update={"found_by": "title"})
    return found


def _check_purpose(purpose: SearchPurpose | None, note: str) -> None:
    if purpose is None:
        raise FieldsInvalid(errors=[{"field": "purpose", "message": "请选择查找用途"}])
    if purpose == "other" and len(note) < 2:
        raise FieldsInvalid(errors=[{"field": "note", "message": "用途为其他的，请写明事由"}])


async def _anything(session: Session, actor: Actor, asked: Asked) -> bool:
    """Whether anything that he may open is found; of what he may not, nothing is said by this either."""
    page = await list_disputes(session, actor, DisputeFilter(matter="", marks=asked), limit=1, cursor=None)
    return bool(page.rows)
