"""Who sits at a session: people who hold the posts, each on one seat, and guests (Q-092 to Q-094, “三长联手”).

The API says who somebody is and which posts he holds now; here is decided whether they make up the tier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, Post, within
from domain.policy.addressing import Composition
from domain.policy.catalogue import KINDS
from domain.policy.fields import Participant
from domain.policy.parts.ladder import Tier
from domain.policy.words.own import Words

OFFICER = "responsible_officer"
_LOCAL = ("grid", "village", "township")
"""Places that fall to the county's centre where nobody knows where a dispute is."""


def place_of(line: Composition, places: Mapping[str, str]) -> str | None:
    """The path at which a line's people hold their posts; none where any will do, or the dispute has no such place."""
    path = places.get(line.at) if line.at else None
    return None if line.at in _LOCAL and path == places.get("centre") else path


def sits_for(line: Composition, post: Post, places: Mapping[str, str]) -> bool:
    """Whether a post's holder may fill a line: one of its roles at the place, below it or above it."""
    path = place_of(line, places)
    return post.role in line.any_of and (path is None or within(post.path, path) or within(path, post.path))


def wanted_at(lines: Sequence[Mapping[str, Any]], actor: Actor, officer: str | None) -> bool:
    """Whether somebody may be wanted at a table of whose case one of his posts has a part: he fills one of its lines,
    as a task's `about` keeps them (`any_of`, `path`). Of the officers at a station it is the one whom the case is named
    to.
    """
    for capacity in actor.capacities:
        others = officer is not None and capacity.holder != officer
        for post in capacity.posts:
            near = (line.get("path") or post.path for line in lines if post.role in line["any_of"])
            if any(within(post.path, path) or within(path, post.path) for path in near) and not (
                others and post.role == OFFICER
            ):
                return True
    return False


class Table(NamedTuple):
    """Who must sit together, by what it is called."""

    name: str
    requires: Sequence[Composition] = ()


def table_of(state: DisputeState, task: Task) -> Table | None:
    """The table that a task sits down at: a tier's, or one that a whistle called; none of any other task."""
    ladder, spec = state.process.ladder, KINDS[task.kind]
    if ladder and spec.under_ladder:
        tier = ladder.tiers[task.about["tier_number"]]
        return Table(tier.name, tier.requires)
    return Table(task.name) if spec.confers else None


def check_table(
    state: DisputeState, table: Table | Tier, participants: Sequence[Participant] | None, people: Mapping[str, Actor]
) -> list[dict[str, str]]:
    """What is wrong with a table, as field errors; `people` are the holders by person id. None: no session was held."""
    if participants is None:
        return []
    words = state.process.words
    errors = [_error(n, wrong) for n, who in enumerate(participants) if (wrong := _unfit(words, who, people))]
    seen: dict[str, int] = {}
    for n, who in enumerate(participants):
        if who.person and seen.setdefault(who.person, n) != n:
            errors.append(_error(n, f"{who.name or who.person}已在座：每人只占一个席位"))
    filled = [line for (line, _), _ in _seats(state, table, participants, people).values()]
    for number, line in enumerate(table.requires):
        vacant = line.at_least - filled.count(number)
        if vacant:
            roles = "、".join(words.role_name(role) for role in line.any_of)
            path = place_of(line, state.places)
            known = state.organisations.get(path or "")
            where = f"{known.name}的" if known else ""
            times = f"{vacant}人" if vacant > 1 else ""
            errors.append(
                {
                    "field": "participants",
                    "message": f"{table.name}缺少{line.name}{times}（{where}{roles}，须为在岗人员）",
                }
            )
    return errors


def seated(
    state: DisputeState, table: Table | Tier, participants: Sequence[Participant], people: Mapping[str, Actor]
) -> list[dict[str, object]]:
    """The participants of an admitted table as they go on record: each holder with the post he sits by."""
    seats = _seats(state, table, participants, people)
    shown = []
    for n, who in enumerate(participants):
        holder = people.get(who.person or "")
        if holder:
            post = seats[n][1] if n in seats else _posts(who, holder)[0]
            code = post.path.rpartition("/")[2]
            who = who.model_copy(update={"role": post.role, "name": holder.name, "organisation": code, "consent": None})
        shown.append(who.model_dump(mode="json", exclude_none=True))
    return shown


_Seat = tuple[int, int]
"""A line's number, and which of its seats."""


def _seats(
    state: DisputeState, table: Table | Tier, participants: Sequence[Participant], people: Mapping[str, Actor]
) -> dict[int, tuple[_Seat, Post]]:
    """Who fills which seat by which post: as many as can be, the first lines first, in whatever order people stand.

    A seat may move to another who can fill it where that frees a person for a further one (augmenting paths).
    """
    lines = table.requires
    able: dict[int, list[tuple[int, Post]]] = {}
    counted: set[str] = set()
    for n, who in enumerate(participants):
        holder = people.get(who.person or "")
        if holder is None or who.person in counted:
            continue
        counted.add(str(who.person))
        able[n] = [
            (number, post)
            for number, line in enumerate(lines)
            for post in _posts(who, holder)
            if sits_for(line, post, state.places)
        ]
    taken: dict[_Seat, int] = {}

    def seat(wanted: _Seat, tried: set[int]) -> bool:
        for n, fits in able.items():
            if n in tried or all(number != wanted[0] for number, _ in fits):
                continue
            tried.add(n)
            before = next((other for other, person in taken.items() if person == n), None)
            if before is None or seat(before, tried):
                taken[wanted] = n
                return True
        return False

    for number, line in enumerate(lines):
        for place in range(line.at_least):
            seat((number, place), set())
    return {n: (where, next(post for number, post in able[n] if number == where[0])) for where, n in taken.items()}


def _posts(who: Participant, holder: Actor) -> list[Post]:
    """The posts somebody may sit by: those of the role he is said to sit as, else all."""
    return [post for post in holder.reach if who.role in (None, post.role)]


def _unfit(words: Words, who: Participant, people: Mapping[str, Actor]) -> str:
    """What is wrong with one participant by himself; empty if nothing."""
    holder = people.get(who.person or "")
    if who.person and holder is None:
        return f"没有用户名或编号为“{who.person}”的在岗人员"
    if holder is not None:
        if not holder.reach:
            return f"{holder.name}现无岗位"
        role = words.role_name(who.role) if who.role else who.role
        return "" if _posts(who, holder) else f"{holder.name}现不在{role}岗位"
    if who.role and words.knows_role(who.role):
        return f"没有名为“{who.name}”的在岗{words.role_name(who.role)}，或不止一人：请从在岗人员中选择"
    return "" if who.consent else f"“{who.name}”不是在岗人员：外请人员须征得双方当事人同意"


def _error(n: int, message: str) -> dict[str, str]:
    return {"field": f"participants.{n}", "message": message}
