"""Fills an empty installation: with the whole demo county, or with the little that nobody can start without.

Whoever loads owns the installation's first people; afterwards they are administered like everybody else. Both loads do
nothing where there is anybody already.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import insert, select

from domain.people.organisation import ROLES, Level, Line
from domain.triage.places import Kind, Listed
from infra.database.engine import Database, open_database
from infra.database.ids import new_id
from infra.database.tables.people import DutyRow, OrganisationRow, PersonRow, PostRow, TaskForceRow
from infra.demo import county
from infra.demo.added import added_seats
from infra.demo.cities import city_of
from infra.demo.duties import Row, duties, task_forces
from infra.demo.people import DemoPerson, DemoPost, people
from infra.records.people import password_hasher
from infra.runtime.policy_files import read_playbook
from infra.runtime.settings import Settings

PASSWORD = "santui-demo-2026"
"""Every demo person's; production mode refuses the demo."""

FIRST_ROLES = ("supervisor", "admin_system", "admin_security", "admin_audit")
"""Who an empty installation begins with; the three administrators are three accounts (requirements E.2 三员分立)."""

FIRST_ADMIN = "first-admin.json"

_LOCK = "first-people"
_PASSWORD_BYTES = 12


async def load(settings: Settings) -> None:
    """Loads the demo county and writes `demo.json`. A second call only writes the file again where it is missing."""
    playbook = read_playbook(settings.playbook)
    city = city_of(playbook.code)
    organisations = city.organisations(county.organisations())
    seated = {role for organisation in organisations for role, *_ in city.staff(organisation)}
    everybody = people(organisations, added_seats(playbook.process, organisations, seated), city.staff)
    entrusted = duties(organisations, everybody, city.duties)
    sign_ins = {person.person_id: PASSWORD for person in everybody}
    database = open_database(settings)
    try:
        if not await _somebody(database):
            await _fill(
                database, organisations, everybody, sign_ins, settings.demo_file, entrusted, hasher=_hasher(settings)
            )
        elif not settings.demo_file.exists() and await _somebody(database, everybody[0].person_id):
            _write_sign_ins(settings.demo_file, everybody, sign_ins)
    finally:
        await database.close()


async def load_minimal(settings: Settings, say: Callable[[str], object] = print) -> None:
    """Gives an empty installation its county, a supervisor and three administrators.

    Each has a password of their own, shown once through `say` and written to `first-admin.json`: to be handed over and
    the file deleted.
    """
    root = Listed(
        code="county", name="本县", path="/county", level=Level.COUNTY, line=Line.GOV_CENTER, kind=Kind.COUNTY
    )
    first = [
        DemoPerson(new_id(), role.replace("_", "-"), ROLES[role].name, (DemoPost(new_id(), role, root),))
        for role in FIRST_ROLES
    ]
    passwords = {person.person_id: secrets.token_urlsafe(_PASSWORD_BYTES) for person in first}
    file = settings.var / FIRST_ADMIN
    database = open_database(settings)
    try:
        if await _somebody(database) or not await _fill(
            database, [root], first, passwords, file, hasher=_hasher(settings)
        ):
            return
    finally:
        await database.close()
    for person in first:
        say(f"{person.name}: {person.username} / {passwords[person.person_id]}")
    say(f"these first accounts are also in {file}: keep it safe, then delete it · 请妥善保管后删除该文件")


def _hasher(settings: Settings) -> PasswordHash:
    return password_hasher(settings.password_memory_mb, settings.password_passes)


async def _somebody(database: Database, person_id: str | None = None) -> bool:
    """Whether there is anybody, or this very person."""
    query = select(PersonRow).limit(1) if person_id is None else select(PersonRow).filter_by(person_id=person_id)
    async with database.read() as session:
        return (await session.execute(query)).first() is not None


async def _fill(
    database: Database,
    organisations: list[Listed],
    everybody: list[DemoPerson],
    passwords: dict[str, str],
    file: Path,
    entrusted: Sequence[Row] = (),
    *,
    hasher: PasswordHash,
) -> bool:
    """Inserts everything and writes the passwords down; false, and nothing done, where somebody else was faster.

    The file is written before the commit: a crash between the two leaves a file that the next start writes again, and
    never accounts whose passwords nobody knows.
    """
    # A hash is slow by design: one for each password, not one for each person.
    hashes = {word: await asyncio.to_thread(hasher.hash, word) for word in dict.fromkeys(passwords.values())}
    async with database.write(_LOCK) as session:
        if (await session.execute(select(PersonRow).limit(1))).first():
            return False
        # Rows straight into the tables: the unit of work would track thousands of objects nobody looks at again.
        connection = await session.connection()
        await connection.execute(insert(OrganisationRow), [_organisation(o) for o in organisations])
        await connection.execute(insert(PersonRow), [_person(p, hashes[passwords[p.person_id]]) for p in everybody])
        await connection.execute(insert(PostRow), [row for person in everybody for row in _posts(person)])
        if entrusted:
            await connection.execute(insert(DutyRow), list(entrusted))
        if formed := task_forces(organisations):
            await connection.execute(insert(TaskForceRow), formed)
        _write_sign_ins(file, everybody, passwords)
        return True


def _write_sign_ins(file: Path, everybody: list[DemoPerson], passwords: dict[str, str]) -> None:
    _write_private(file, [_sign_in(person, passwords[person.person_id]) for person in everybody])


def _organisation(organisation: Listed) -> dict[str, Any]:
    return {**organisation.model_dump(), "keywords": " ".join(organisation.keywords)}


def _person(person: DemoPerson, password_hash: str) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "username": person.username,
        "name": person.name,
        "password_hash": password_hash,
        "active": True,
    }


def _posts(person: DemoPerson) -> list[dict[str, Any]]:
    return [
        {
            "post_id": post.post_id,
            "person_id": person.person_id,
            "role": post.role,
            "organisation_code": post.organisation.code,
            "path": post.organisation.path,
        }
        for post in person.posts
    ]


def _sign_in(person: DemoPerson, password: str) -> dict[str, Any]:
    """A person as `demo.json` lists them (the contract's shape, with the organisation's name beside its code)."""
    return {
        "username": person.username,
        "password": password,
        "name": person.name,
        "posts": [
            {
                "role": post.role,
                "organisation": post.organisation.code,
                "organisation_name": post.organisation.name,
                "level": post.organisation.level,
                "line": post.organisation.line,
            }
            for post in person.posts
        ],
    }


def _write_private(path: Path, content: Any) -> None:
    """Writes JSON at once or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
