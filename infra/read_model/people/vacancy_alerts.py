"""The week's word on vacancies: who answers for a station or village is told which counterpart is missing there.

“分层级一一对应” (Q-101): of a vacancy on the police's side the station's chief is told, on the grid's side the
village's secretary, where there is none the township's leaders. Once a person and week, none where nothing is vacant
[DESIGN].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from domain.base import china
from domain.people.duties import OF_BEATS, Duty
from domain.people.organisation import Actor, Post, lineage
from domain.triage.beat_coverage import Vacancy, cover
from infra.database.engine import Database
from infra.records.duties import duties, people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of
from infra.records.people import DirectoryCache

KIND = "vacancies"
LISTED = 20
"""Vacancies that a message names; it counts all."""
_ROLES = ("station_chief", "village_secretary", "grid_leader", "grid_worker", "township_leader")


async def alert_vacancies(database: Database, now: datetime) -> int:
    """Tells everybody who answers for a vacancy of it; answers how many people have this week's word.

    A repeat writes nothing: the message's id is the person's and the week's.
    """
    async with database.read() as session:
        try:
            directory = await DirectoryCache(database).read(session)
        except ValueError:  # nobody has been loaded yet
            return 0
        held: dict[tuple[Duty, str], list[str]] = defaultdict(list)
        for each in await duties(session, kinds=OF_BEATS, at=now):
            held[Duty(each.row.kind), each.row.subject].append(each.row.person_id)
        people = await people_at_work(session, _ROLES)
    found: dict[str, list[Vacancy]] = defaultdict(list)
    for vacancy in cover(directory, held, people).vacancies:
        for person_id in told_of(vacancy, people):
            found[person_id].append(vacancy)
    year, week, _ = china(now).isocalendar()
    messages = [
        NewMessage(
            message_id=message_id_of(KIND, person_id, f"{year}-W{week:02}"),
            person_id=person_id,
            kind=KIND,
            content={"count": len(theirs), "sentences": [vacancy.sentence() for vacancy in theirs[:LISTED]]},
        )
        for person_id, theirs in found.items()
    ]
    if messages:
        async with database.write() as session:
            await add_messages(session, messages, now)
    return len(messages)


def told_of(vacancy: Vacancy, people: Iterable[Actor]) -> list[str]:
    """The ids of those who are told of a vacancy: the closest who answer for the place, by their own posts."""
    police = vacancy.role == vacancy.tier.police
    above = lineage(vacancy.at.path)
    if police and vacancy.tier.number == 1:
        return []  # the chief himself is missing: the mechanism's own vacancies say so at every start
    levels = ["station_chief"] if police else ["village_secretary", "township_leader"]
    everybody = list(people)
    for role in levels:
        posts = [Post(role=role, path=path) for path in above]
        if told := [person.person_id for person in everybody if any(post in posts for post in person.posts)]:
            return told
    return []
