"""The policy read from `playbooks/`: the city's mechanism, the responsibility list, the working calendar."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from domain.errors import PolicyInvalid
from domain.lexicon import Lexicon, parse_lexicon
from domain.playbook import Playbook, load_playbook
from domain.policy_text import parse_policy
from domain.spans import Calendar

PLAYBOOKS = Path(__file__).parent.parent / "playbooks"
_NO_CITY = {"categories", "risk_kinds", "calendar"}


@dataclass(frozen=True)
class Policy:
    """What new disputes start under, and what triage goes by."""

    playbook: Playbook
    lexicon: Lexicon
    calendar: Calendar


def read_policy(code: str) -> Policy:
    """Reads and checks every policy file that the city of that code needs.

    Raises:
        PolicyInvalid: a file can't be used, or there is no such city; one sentence, naming file and line.
    """
    lexicon = parse_lexicon(_text("categories.yaml"), _text("risk_kinds.yaml"))
    return Policy(
        playbook=read_playbook(code, risk_kinds=lexicon.risk_kinds),
        lexicon=lexicon,
        calendar=parse_policy(_text("calendar.yaml"), "playbooks/calendar.yaml", Calendar),
    )


def read_playbook(code: str, *, risk_kinds: Collection[str] | None = None) -> Playbook:
    """The playbook of a city, by its code; with `risk_kinds`, it may name no others.

    Raises:
        PolicyInvalid
    """
    if code not in playbook_codes():
        known = ", ".join(playbook_codes())
        raise PolicyInvalid(
            f"SANTUI_PLAYBOOK={code}: there is no such playbook, only {known} · 没有名为“{code}”的工作机制"
        )
    return load_playbook(_text(f"{code}.yaml"), f"playbooks/{code}.yaml", file=code, risk_kinds=risk_kinds)


def playbook_codes() -> list[str]:
    """The cities there are playbooks for."""
    return sorted(path.stem for path in PLAYBOOKS.glob("*.yaml") if path.stem not in _NO_CITY)


def _text(name: str) -> str:
    return (PLAYBOOKS / name).read_text(encoding="utf-8")
