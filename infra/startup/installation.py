"""What must be true of an installation's own data before it serves: its key, its people, the numbers it has given."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlmodel import col

from infra.database.engine import Database, open_database
from infra.database.tables.intake import NumberRow
from infra.database.tables.operations import KnownKeyRow
from infra.database.tables.people import PersonRow
from infra.demo import county
from infra.demo.cities import CITIES
from infra.demo.cities.city import City
from infra.demo.people import people
from infra.records.incidents import cell_of, is_of_disputes
from infra.runtime.crypto import MADE_HERE, load_keys
from infra.runtime.file_permissions import OTHERS
from infra.runtime.settings import Settings, variable
from infra.runtime.tls.link import LinkUnfit
from infra.startup.preflight import PreflightError

PUBLISHED = {"1d1712d04bcd01d840cd0b93441c2812857ffd5c1d9f7ced4ed1bfd238ffcefb"}
"""SHA-256 of key files that everybody can read: that of the recorded histories in the tests."""


async def check_installation(settings: Settings) -> None:
    """Everything in order. To be asked after the database was migrated and before anybody can sign in.

    Raises:
        PreflightError: one sentence that says what to change.
        StoreUnavailable: the database does not answer.
    """
    check_key(settings)
    database = open_database(settings)
    try:
        if settings.production:
            await _no_demo_people(database)
        await _no_key_is_missing(database, settings)
        await _no_other_cell(database, settings.cell)
    finally:
        await database.close()


def check_key(settings: Settings) -> None:
    """No file with a key in it can be read by others, and certificates are usable. In production the key of the
    payloads exists, and is nobody else's: elsewhere one is made where there is none.

    Raises:
        PreflightError
    """
    _private(settings)
    if not settings.production:
        return
    name = variable("key_file")
    try:
        content = settings.key_file.read_bytes()
    except OSError as error:
        raise PreflightError(
            f"Production mode makes no key, and {settings.key_file} can't be read ({error.strerror}): put the key file "
            f"there or set {name}. 生产模式不会自动生成密钥，请备好密钥文件并设置 {name}。"
        ) from error
    if hashlib.sha256(content.strip()).hexdigest() in PUBLISHED:
        raise PreflightError(
            f"Production mode refuses a key that is published with santui: set {name} to one of your own. "
            f"生产模式不允许使用公开的测试密钥，请设置 {name}。"
        )
    if any(line.startswith(MADE_HERE) for line in content.decode(errors="replace").split()):
        raise PreflightError(
            f"Production mode refuses a key that a start outside production made: make one of your own and set {name}. "
            f"生产模式不允许使用系统自动生成的密钥，请自行生成并设置 {name}。"
        )


def _private(settings: Settings) -> None:
    for file in (settings.key_file, *(link.key for link in settings.links)):
        if file and file.exists() and file.stat().st_mode & OTHERS:
            raise PreflightError(f"Refused: a key that others can read ({file}): chmod 600. "
                                 f"密钥文件他人可读，请执行 chmod 600。")  # fmt: skip
    try:
        for link in settings.links:
            link.context()
    except LinkUnfit as error:
        raise PreflightError(str(error)) from error


async def _no_key_is_missing(database: Database, settings: Settings) -> None:
    """Every key that was ever used is in the ring, and those in the ring are on record. A worker takes a payload under
    a key it does not know for a stranger's, so it must know all of them; and a key file that was lost and made anew
    would begin a second life over data that nobody can read.
    """
    ring = load_keys(settings.key_file).ids
    async with database.read() as session:
        known = set((await session.execute(select(col(KnownKeyRow.key_id)))).scalars())
    if missing := sorted(known - set(ring)):
        name = variable("key_file")
        raise PreflightError(
            f"The key file {settings.key_file} lacks a key that this installation has used ({', '.join(missing)}): put "
            f"its line back, or point {name} to the right file; where nothing sealed with it is kept any more, run "
            f"`python -m api.cli forget-key {missing[0]}`. "
            f"密钥文件缺少本系统用过的密钥（{'、'.join(missing)}），请恢复该行或用 {name} 指定正确的文件。"
        )
    if fresh := [key_id for key_id in ring if key_id not in known]:
        async with database.write() as session:
            now = datetime.now(UTC)
            for key_id in fresh:
                await session.merge(KnownKeyRow(key_id=key_id, since=now))


async def forget_key(settings: Settings, key_id: str) -> None:
    """Lets go of a key that was taken out of the ring: nothing that names it is ours from now on.

    Raises:
        PreflightError: it is in the ring, or was never used.
    """
    if key_id in load_keys(settings.key_file):
        raise PreflightError(f"{key_id} is in the key file: take its line out first. 请先从密钥文件中删除该行。")
    database = open_database(settings)
    try:
        async with database.write() as session:
            gone = delete(KnownKeyRow).where(col(KnownKeyRow.key_id) == key_id).returning(col(KnownKeyRow.key_id))
            forgotten = (await session.execute(gone)).scalar_one_or_none()
    finally:
        await database.close()
    if not forgotten:
        raise PreflightError(f"No key {key_id} was ever used here. 本系统没有用过密钥 {key_id}。")


async def _no_demo_people(database: Database) -> None:
    """Nobody of the demo county can sign in: their password is printed in the README."""
    common = county.organisations()
    staffed = [(city.organisations(common), city.staff) for city in (City(), *CITIES.values())]
    known = {person.person_id for organisations, staff in staffed for person in people(organisations, (), staff)}
    query = select(col(PersonRow.username)).where(col(PersonRow.person_id).in_(known), col(PersonRow.active))
    async with database.read() as session:
        found = (await session.execute(query.order_by(col(PersonRow.username)))).scalars().first()
    if found:
        raise PreflightError(
            f"Production mode refuses a database with demo accounts (such as {found}): set {variable('database_url')} "
            f"to an empty database. 生产模式不允许演示账号，请用 {variable('database_url')} 指定空数据库。"
        )


async def _no_other_cell(database: Database, cell: str | None) -> None:
    """Every number given so far carries the cell's code: two series in one installation would be taken for two."""
    async with database.read() as session:
        found = list((await session.execute(select(col(NumberRow.series)))).scalars())
    series = [one for one in found if is_of_disputes(one)]
    if other := next((one for one in series if cell_of(one) != cell), None):
        was, name = cell_of(other), variable("cell")
        raise PreflightError(
            f"This installation gave dispute numbers {f'of the cell {was}' if was else 'without a cell'} ({other}-…), "
            f"and they don't change: {f'set {name}={was}' if was else f'leave {name} unset'}. "
            f"已有纠纷编号不可更改，请{f'设置 {name}={was}' if was else f'不要设置 {name}'}。"
        )
