"""What one API process works with, made once at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from api.security import Tokens
from domain.lexicon import Lexicon, parse_lexicon
from domain.playbook import Playbook, load_playbook
from domain.policy_text import parse_policy
from domain.spans import Calendar
from infra.crypto import load_keys
from infra.database import Database, open_database
from infra.directory import DirectoryCache
from infra.engine import connect, drill_clock
from infra.files import FileStore
from infra.settings import Settings

PLAYBOOKS = Path(__file__).parent.parent / "playbooks"


@dataclass(frozen=True)
class Services:
    """Settings, database, engine and the policy read from `playbooks/`."""

    settings: Settings
    database: Database
    client: Client
    drill: TimeSkipper
    files: FileStore
    tokens: Tokens
    playbook: Playbook
    lexicon: Lexicon
    calendar: Calendar
    directory: DirectoryCache


async def open_services(settings: Settings) -> Services:
    """Opens everything.

    Raises:
        PolicyInvalid: a policy file can't be used; names file and line.
    """
    keys = load_keys(settings.key_file)
    client = await connect(settings, lazy=True)
    drill = drill_clock(client)
    database = open_database(settings)
    return Services(
        settings=settings,
        database=database,
        directory=DirectoryCache(database),
        # In drill mode disputes must be started by the client that lets their clock be moved.
        client=drill.client if settings.drill else client,
        drill=drill,
        files=FileStore(settings.attachments_dir, keys, settings.max_attachment_mb * 2**20),
        tokens=Tokens(settings.key_file, settings.token_hours),
        playbook=read_playbook(settings.playbook),
        lexicon=parse_lexicon(_text("categories.yaml"), _text("risk_kinds.yaml")),
        calendar=parse_policy(_text("calendar.yaml"), "playbooks/calendar.yaml", Calendar),
    )


def read_playbook(code: str) -> Playbook:
    """The playbook of a city, by its code."""
    return load_playbook(_text(f"{code}.yaml"), f"playbooks/{code}.yaml")


def playbook_codes() -> list[str]:
    """The cities there are playbooks for."""
    data = {"categories", "risk_kinds", "calendar"}
    return sorted(path.stem for path in PLAYBOOKS.glob("*.yaml") if path.stem not in data)


def _text(name: str) -> str:
    return (PLAYBOOKS / name).read_text(encoding="utf-8")
