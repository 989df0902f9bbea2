"""What danger sounds like, as data: classes of words, frames over them, scopes that take certainty away.

A frame is what a phrase can't be: 提着镰刀, 拿了把菜刀 and 手里攥着叉子 are one: somebody holds what wounds. The
list is `playbooks/danger.yaml`, written to be read by a police officer; parsing is strict, as of the other lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from domain.base import Strict
from domain.errors import PolicyInvalid
from domain.policy.loading import parse_policy

DANGER_FILE = "danger.yaml"
ANCHOR = "*"
Words = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(dict.fromkeys(str(text).split())))]
"""Words of a class, written in one line with spaces between."""
Reach = Literal["clause", "sentence", "report"]


class Row(Strict, frozen=True):
    """A row of the list, never changed after it is read."""


class When(NamedTuple):
    """Slots of a frame, each one class or several; `anchor` is the slot that is looked for first."""

    slots: tuple[tuple[str, ...], ...]
    anchor: int


class Frame(Row):
    """Words of these classes in one sentence, each no more than `within` characters behind the one before."""

    code: str
    name: str
    when: Annotated[When, BeforeValidator(lambda text: _when(str(text)))]
    within: int = Field(8, ge=0, le=60)
    any_order: bool = False
    sure: bool = True
    """police first; else it is not known, and the desk is asked"""
    hears: str
    """a sentence that it hears"""
    unlike: str
    """a sentence that it does not hear, or not as danger"""


class Scope(Row):
    """What takes a frame's certainty: its words in the same clause, in the sentence, or anywhere in the report.

    A `strong` one takes it even where words of now stand (`DangerFile.now`); a `quiet` one leaves nothing to ask.
    """

    code: str
    name: str
    reach: Reach
    strong: bool = False
    quiet: bool = False
    words: Words


class DangerFile(Row):
    """`danger.yaml` as it is written."""

    version: int
    words: Mapping[str, Words]
    innocent: Words
    scopes: tuple[Scope, ...]
    now: Words
    """words of what goes on now: beside them nothing is long past or a mere question"""
    passing: Words = ()
    """words of an offence that are said in passing as often as not: alone they are asked about"""
    calm: Words = ()
    """words of who asks, claims or looks back: beside them a category alone does not send the police first"""
    dialect: Mapping[str, str]
    """what people say, and the word of the frames that it means"""
    typed: Mapping[str, str] = {}
    """what an input method made of a word, and the word"""
    by_sound: Words = ()
    """classes whose words are also heard with one character of the same sound in another's place"""
    sounds: Mapping[str, str] = {}
    """characters of one sound, tones aside"""
    frames: tuple[Frame, ...]


def _when(text: str) -> When:
    slots = text.split()
    anchored = [at for at, slot in enumerate(slots) if slot.startswith(ANCHOR)] or [0]
    return When(tuple(tuple(slot.removeprefix(ANCHOR).split("|")) for slot in slots), anchored[0])


def parse_danger(text: str) -> DangerFile:
    """The list, checked: every class that a frame names is there, no frame's code stands twice.

    Raises:
        PolicyInvalid
    """
    listed = parse_policy(text, DANGER_FILE, DangerFile)
    codes = [frame.code for frame in listed.frames]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise PolicyInvalid(f"{DANGER_FILE}: 重复的代码：{'、'.join(twice)}")
    _known("by_sound", listed.by_sound, listed.words)
    for frame in listed.frames:
        _known(frame.code, (name for slot in frame.when.slots for name in slot), listed.words)
    return listed


def _known(code: str, classes: Iterable[str], words: Mapping[str, Words]) -> None:
    if strangers := sorted(set(classes) - set(words)):
        raise PolicyInvalid(f"{DANGER_FILE}: {code}: 没有这类词：{'、'.join(strangers)}")
