"""The mechanism in force, and a candidate read, checked and compared with it. Nothing is taken into force from here: a
playbook is a file of the installation, read when the API and the worker start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

from api.core.context import Services
from api.core.permissions import at_root, holds_at_root
from api.mechanism.sentences import Finding, findings
from domain.errors import PolicyInvalid
from domain.indicators.definitions import DEFINITIONS
from domain.people.organisation import Actor
from domain.people.permissions import PLAYBOOK_CHECKERS
from domain.policy.comparing.differences import Difference, differences
from domain.policy.comparing.told import Part, told
from domain.policy.playbook import Playbook, load_playbook
from domain.triage.vacancies import Unheld, unheld
from infra.database.engine import Session
from infra.records.people import held_posts

MOST_CHARACTERS = 120_000
"""Of a candidate: four times the longest playbook there is."""
MOST_NODES = 40_000
"""Of a candidate with all that it refers to written out: an alias of aliases is short, and grows without end."""


MOST_DEPTH = 40


@dataclass(frozen=True)
class Checked:
    """What came of a candidate: what keeps it from being used, or the playbook with what changes and who is lacking."""

    findings: list[Finding] = field(default_factory=list)
    playbook: Playbook | None = None
    differences: list[Difference] = field(default_factory=list)
    unheld: list[Unheld] = field(default_factory=list)


async def may_check(services: Services, session: Session, actor: Actor) -> bool:
    """Whether somebody may have a candidate checked."""
    return await holds_at_root(services, session, actor, PLAYBOOK_CHECKERS)


def rules(services: Services) -> list[Part]:
    """The mechanism in force, told in words."""
    risks = {code: kind.name for code, kind in services.policy.lexicon.risk_kinds.items()}
    indicators = {code: definition.name for code, definition in DEFINITIONS.items()}
    return told(services.policy.playbook, {**risks, **indicators})


async def check(services: Services, session: Session, actor: Actor, text: str, file: str) -> Checked:
    """Reads a candidate, from the file so called where it came as one, and compares it with what is in force. Noted.

    Raises:
        NotEntitled: not the county's system administrator; noted.
    """
    await at_root(services, session, actor, PLAYBOOK_CHECKERS, "playbook:check")
    held, directory = await held_posts(session), await services.directory.read(session)
    await session.close()
    risks = frozenset(services.policy.lexicon.risk_kinds)
    checked = await asyncio.to_thread(_checked, text, file, risks, services.policy.playbook)
    services.access.note(actor.person_id, None, "playbook:check")
    if checked.playbook is None:
        return checked
    return Checked(playbook=checked.playbook, differences=checked.differences,
                   unheld=unheld(checked.playbook.process, directory, held))  # fmt: skip


def _checked(text: str, file: str, risks: frozenset[str], in_force: Playbook) -> Checked:
    try:
        if grown(text):
            return Checked([Finding(1, "", ("引用（", "&", "、", "*", "）层层相套，展开后过大，无法核对"))])
        code = file.rpartition(".")[0] or None
        playbook = load_playbook(text, "f", file=code, risk_kinds=risks, indicators=DEFINITIONS)
    except PolicyInvalid as refusal:
        return Checked(findings(refusal.detail))
    return Checked(playbook=playbook, differences=differences(in_force, playbook))


def grown(text: str) -> bool:
    """Whether a text holds more than a playbook could with its references written out, or refers to itself. What is no
    YAML at all is told by the check.
    """
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        if too_deep(yaml.parse(text, Loader=loader)):  # before it is composed, which goes down as deep as it is written
            return True
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        return False
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = MOST_NODES  # until it is known: of itself, or of what holds it, it is without end
            inside = node.value if isinstance(node, yaml.CollectionNode) else []
            parts = [part for pair in inside for part in pair] if isinstance(node, yaml.MappingNode) else inside
            sizes[id(node)] = 1 + sum(map(size, parts))
        return sizes[id(node)]

    return root is not None and size(root) >= MOST_NODES


def too_deep(events: Iterable[yaml.Event]) -> bool:
    """Whether brackets and indents go deeper than any playbook's."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            return True
    return False
