"""The policy read from `playbooks/`: the city's mechanism, the responsibility list, the working calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from domain.base import china
from domain.errors import PolicyInvalid
from domain.indicators.definitions import DEFINITIONS
from domain.people.organisation import ROLES, Post, Role, Sight
from domain.policy.loading import parse_policy
from domain.policy.mistakes import choice
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.spans import Calendar
from domain.triage.lexicon import Lexicon, parse_lexicon
from domain.triage.overlays import Overlay, in_force, parse_overlays
from infra.runtime.settings import get_settings

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
_NO_CITY = {"categories", "risk_kinds", "danger", "danger_pieces", "calendar"}


@dataclass(frozen=True)
class Policy:
    """What new disputes start under, and what triage goes by."""

    playbook: Playbook
    lexicon: Lexicon
    calendar: Calendar
    overlays: tuple[Overlay, ...] = ()
    """the city's own rows of the responsibility list, the oldest edition first"""

    def lexicon_at(self, at: datetime) -> Lexicon:
        """What triage goes by at an instant: the list of that day in China."""
        return in_force(self.lexicon, self.overlays, china(at).date())


def read_policy(code: str) -> Policy:
    """Reads and checks every policy file that the city of that code needs.

    Raises:
        PolicyInvalid: a file can't be used, or there is no such city; one sentence, naming file and line.
    """
    lexicon = read_lexicon()
    return Policy(
        playbook=read_playbook(code, risk_kinds=lexicon.risk_kinds),
        lexicon=lexicon,
        calendar=read_calendar(),
        overlays=read_overlays(code, lexicon),
    )


def read_lexicon() -> Lexicon:
    """The responsibility list, the kinds of risk and the frames of danger, which all cities share.

    Raises:
        PolicyInvalid
    """
    return parse_lexicon(
        _text("categories.yaml"), _text("risk_kinds.yaml"), _text("danger.yaml"), _text("danger_pieces.yaml")
    )


def read_calendar() -> Calendar:
    """The working calendar, which all cities share.

    Raises:
        PolicyInvalid
    """
    return parse_policy(_text("calendar.yaml"), "playbooks/calendar.yaml", Calendar)


def read_overlays(code: str, lexicon: Lexicon) -> tuple[Overlay, ...]:
    """A city's own rows of the responsibility list; none where it has no file `responsibilities/<code>.yaml`.

    Raises:
        PolicyInvalid
    """
    own = get_settings().playbooks
    for folder in (*([own] if own else ()), PLAYBOOKS):
        file = folder / "responsibilities" / f"{code}.yaml"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            return parse_overlays(text, f"responsibilities/{file.name}", lexicon, city=code)
    return ()


def read_ways(code: str) -> str:
    """What `santui playbook graph --data` wrote of a playbook: `ways/<code>.json`; empty where there is none."""
    own = get_settings().playbooks
    for folder in (*([own] if own else ()), PLAYBOOKS):
        file = folder / "ways" / f"{code}.json"
        if file.is_file():
            text: str = file.read_text(encoding="utf-8")
            return text
    return ""


def read_playbook(code: str, *, risk_kinds: Collection[str] | None = None) -> Playbook:
    """The playbook of a city, by its code; with `risk_kinds`, it may name no others.

    Raises:
        PolicyInvalid
    """
    file = _files().get(code)
    if file is None:
        raise PolicyInvalid(
            f"SANTUI_PLAYBOOK={code}: there is no such playbook{choice(code, _files())} · 没有名为“{code}”的工作机制"
        )
    return read_file(file, risk_kinds=risk_kinds)


def read_file(file: Path, *, risk_kinds: Collection[str] | None = None) -> Playbook:
    """The playbook in a file.

    Raises:
        PolicyInvalid
    """
    shown = f"playbooks/{file.name}" if file.parent == PLAYBOOKS else str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise PolicyInvalid(f"{shown}: can't be read: {reason} · 文件无法读取") from error
    return _read_text(text, shown, file.stem, None if risk_kinds is None else frozenset(risk_kinds))


@lru_cache(maxsize=32)
def _read_text(text: str, shown: str, code: str, risk_kinds: frozenset[str] | None) -> Playbook:
    """Files are looked at whenever they are asked for, and read anew where they say something else than before."""
    return load_playbook(text, shown, file=code, risk_kinds=risk_kinds, indicators=DEFINITIONS)


def playbook_codes() -> list[str]:
    """The cities there are playbooks for."""
    return sorted(_files())


def usable_playbooks() -> list[Playbook]:
    """The playbooks that can be read, by code: somebody's unfinished file is no reason to show none."""
    books = []
    for code in playbook_codes():
        with suppress(PolicyInvalid):
            books.append(read_playbook(code))
    return books


# --- the roles that playbooks add: a post is of the installation, and who holds it is asked without a dispute


def added_roles(posts: Iterable[Post]) -> dict[str, Role]:
    """Of the roles of some posts those that a playbook adds, by code; empty nearly always."""
    codes = {post.role for post in posts} - ROLES.keys()
    return {code: role for code in sorted(codes) if (role := _added().get(code))} if codes else {}


def role_of(code: str) -> Role:
    """A role by its code; one that nobody knows any more sees nothing, and is called by its code."""
    return ROLES.get(code) or _added().get(code) or Role(code=code, name=code, sight=Sight.NONE)


def role_name(code: str) -> str:
    """What a role is called."""
    return role_of(code).name


def roles() -> dict[str, Role]:
    """Every role there is, the common ones first."""
    return {**ROLES, **_added()}


def roles_here() -> dict[str, Role]:
    """The roles that somebody can hold here: the common ones and those that the city's own playbook adds."""
    settings = get_settings()
    own = _own_roles(settings.playbooks, settings.playbook)
    return {code: role for code, role in roles().items() if code in ROLES or code in own}


@cache
def _own_roles(folder: Path | None, playbook: str) -> frozenset[str]:
    return frozenset(code for book in usable_playbooks() if book.code == playbook for code in book.process.words.roles)


def _added() -> dict[str, Role]:
    settings = get_settings()
    return _read_roles(settings.playbooks, settings.playbook)


@cache
def _read_roles(folder: Path | None, playbook: str) -> dict[str, Role]:
    """Of all playbooks that can be read, those of the city's own before the others'; once a process, as they are."""
    found: dict[str, Role] = {}
    for book in _own_first(playbook):
        for code, word in book.process.words.roles.items():
            found.setdefault(code, word.role(code))
    return found


def _own_first(playbook: str) -> list[Playbook]:
    return sorted(usable_playbooks(), key=lambda book: book.code != playbook)


# --- what sources are called: a report is told of beside its case's mechanism too


def source_name(code: str) -> str:
    """What a source is called in the playbooks there are, the city's own first; its code where none lists it."""
    settings = get_settings()
    return _read_sources(settings.playbooks, settings.playbook).get(code, code)


@cache
def _read_sources(folder: Path | None, playbook: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for book in _own_first(playbook):
        for code, source in book.process.sources.items():
            found.setdefault(code, source.name)
    return found


def _files() -> dict[str, Path]:
    """Each city's file by its code; one of one's own goes before one that ships."""
    own = get_settings().playbooks
    files = [*PLAYBOOKS.glob("*.yaml"), *(own.glob("*.yaml") if own else ())]
    return {file.stem: file for file in files if file.stem not in _NO_CITY}


def _text(name: str) -> str:
    return (PLAYBOOKS / name).read_text(encoding="utf-8")
