"""People whom a form names, made out: a username, a person id, or a role and a name that mean one holder.

The engine knows nobody: it is sent who somebody is and which posts he holds now, and decides by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from api.core.context import Services
from api.core.schemas import JsonObject
from domain.people.duties import Concern
from domain.people.organisation import Actor, Post, within
from infra.database.engine import Session
from infra.read_model.seating import holders_for, holders_of, named_so
from infra.records.duties import Standings, standings
from infra.records.people import PersonAtPost


async def resolve_people(
    services: Services, session: Session, fields: JsonObject, requires: Sequence[JsonObject] = ()
) -> tuple[JsonObject, dict[str, Actor]]:
    """The fields with person ids instead of usernames, roles and names; and those people with the posts they hold.

    Who can't be made out stays as he was written: the case's own rule says what is wrong. Where a name is several
    people's, those count who hold the role at the place that the tier's line means (`requires`, of a task's `about`).
    """
    sitting = [who for who in _listed(fields.get("participants")) if isinstance(who, dict)]
    words = {str(who.get("person") or who.get("name") or "") for who in sitting} | {_text(fields.get("officer"))}
    words.discard("")
    if not words:
        return fields, {}
    known = await named_so(session, words)
    people = {}
    for person_id in {person for ids in known.values() for person in ids}:
        if actor := await services.actors.acting(person_id, datetime.now(UTC)):
            people[person_id] = actor
    named: dict[str, Actor] = {}

    def one(word: str, role: str | None = None) -> str | None:
        able = [people[person] for person in known.get(word, []) if person in people]
        if role is not None:
            able = [actor for actor in able if _holds(actor, role)]
            near = [actor for actor in able if any(_sits(post, role, requires) for post in actor.reach)]
            able = near if len(able) > 1 else able
        if len(able) != 1:
            return None
        named[able[0].person_id] = able[0]
        return able[0].person_id

    seats = []
    for who in _listed(fields.get("participants")):
        if isinstance(who, dict) and who.get("person"):
            person = one(str(who["person"]), _text(who.get("role")) or None) or one(str(who["person"]))
            who = {**who, "person": person or who["person"]}
        elif isinstance(who, dict) and who.get("name") and not who.get("consent"):
            person = one(str(who["name"]), _text(who.get("role"))) if who.get("role") else None
            who = {**who, "person": person} if person else who
        seats.append(who)
    resolved = {**fields, **({"participants": seats} if sitting else {})}
    if officer := _text(fields.get("officer")):
        resolved["officer"] = one(officer) or officer
    return resolved, named


async def people_to_name(
    session: Session,
    requires: Sequence[JsonObject],
    asked: Sequence[Post],
    without: Sequence[str] = (),
    concern: Concern | None = None,
) -> list[tuple[PersonAtPost, JsonObject | None]]:
    """Those whom the forms of a task offer by name, each with the line of the tier he would fill, if it has any.

    Of a session's people as many first as make up the table, then the others who could sit there; of each line those
    first whose matter it is by the registers (`concern`), with what they are known for.
    """
    known = await standings(session, concern, datetime.now(UTC)) if concern and requires else Standings()
    table: dict[str, tuple[PersonAtPost, JsonObject | None]] = {}
    others: dict[str, tuple[PersonAtPost, JsonObject | None]] = {}
    for line in requires:
        missing = int(line["at_least"])
        asked_first = await holders_of(session, line["any_of"], line.get("path"), without, first=known.places,
                                       having=concern.organisations if concern else ())  # fmt: skip
        for person in asked_first:
            if missing and person.person_id not in table:
                table[person.person_id] = (person, line)
                missing -= 1
            else:
                others.setdefault(person.person_id, (person, None))
    for person in await holders_for(session, asked, without) if asked else []:
        others.setdefault(person.person_id, (person, None))
    offered = [*table.values(), *(each for person, each in others.items() if person not in table)]
    return [(replace(p, known_for=known.known_for(p.person_id, p.role)), line) for p, line in offered]


def _holds(actor: Actor, role: str) -> bool:
    return any(post.role == role for post in actor.reach)


def _sits(post: Post, role: str, requires: Sequence[JsonObject]) -> bool:
    """Whether a post of the role is at the place of a line that asks for it."""
    paths = [line.get("path") for line in requires if role in line["any_of"]]
    return post.role == role and any(
        path is None or within(post.path, path) or within(path, post.path) for path in paths
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
