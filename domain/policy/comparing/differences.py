"""What changes between two mechanisms, or two editions of one: key by key in words, with the posts that it concerns.

Pure: two process parts in, sentences' parts out. Nothing here says which of the two is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from domain.base import Model
from domain.policy.addressing import PLACE_NAMES, Addressing, Composition
from domain.policy.approvals import ROAD_NAMES
from domain.policy.catalogue import KINDS, title_of
from domain.policy.comparing.titles import PARTS, TITLES, VALUES
from domain.policy.matters.matter import MATTER_NAMES
from domain.policy.parts.notices import NOTICES
from domain.policy.playbook import Playbook
from domain.policy.process import Process
from domain.policy.spans import Span
from domain.policy.stages import STAGE_NAMES, Stage

ABSENT = "无"
"""What stands where one of the two says nothing."""
BESIDE = ("hazards", "spot_checks", "figure_supervision")
"""The parts of a playbook that no case pins."""


class Difference(Model):
    """One thing that is otherwise: where, what it was and what it is, and for whom, by post."""

    where: list[str]
    before: str
    after: str
    whom: list[str]

    def __str__(self) -> str:
        concerned = f"（涉及{'、'.join(self.whom)}）" if self.whom else ""
        return f"{' · '.join(self.where)}：{self.before} → {self.after}{concerned}"


def differences(before: Playbook, after: Playbook) -> list[Difference]:
    """Everything that is otherwise in `after`, part by part: the process in its order, then what stands beside it."""
    old, new = before.process, after.process
    inside = [(part, getattr(old, part), getattr(new, part)) for part in Process.model_fields]
    outside = [(part, getattr(before, part), getattr(after, part)) for part in BESIDE]
    return [each for part, left, right in (*inside, *outside) for each in _part(old, new, part, left, right)]


def _part(before: Process, after: Process, part: str, old: Any, new: Any) -> Iterator[Difference]:
    for path, left, right in _apart((), old, new):
        reached = sorted({*old} ^ {*new}) if part == "stages" else path
        sides = ((before, left), (after, right))
        whom = {post_in_words(process, post): None for process, said in sides
                for post in (*_concerned(process, part, reached), *_posts_in(said))}  # fmt: skip
        yield Difference(
            where=[PARTS.get(part, part), *_named(before, after, part, path)],
            before=in_words(before, path[-1] if path else part, left),
            after=in_words(after, path[-1] if path else part, right),
            whom=list(whom),
        )


# --- what differs, and where


def _apart(path: tuple[Any, ...], old: Any, new: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """The smallest parts that differ: by field of a model, by key of a mapping, by code or place in a list."""
    if old == new:
        return
    left, right = parts_of(old), parts_of(new)
    if left is None or right is None or type(old) is not type(new):
        yield path, old, new
        return
    for key in {**left, **right}:
        yield from _apart((*path, key), left.get(key), right.get(key))


def parts_of(value: Any) -> dict[Any, Any] | None:
    """The parts that are compared one by one; none of what is read as one thing."""
    if isinstance(value, Span | Addressing | Composition):
        return None
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list) and value and isinstance(value[0], BaseModel) and parts_of(value[0]) is not None:
        return {getattr(each, "code", n): each for n, each in enumerate(value, 1)}
    return None


# --- how it is called


def _named(before: Process, after: Process, part: str, path: Sequence[Any]) -> list[str]:
    """The path in words: codes by the names that people know."""
    return [name_of(after, before, part, path[:n], key) for n, key in enumerate(path)]


def name_of(after: Process, before: Process, part: str, above: Sequence[Any], key: Any) -> str:
    if part == "words" and above[-1:] == ("stages",):
        return STAGE_NAMES[Stage(key)]  # by the name that all cities share: its own is what differs
    if part == "words" and above[-1:] == ("tasks",):
        return KINDS[key].name
    for process in (after, before):
        if name := _code_name(process, (part, *above)[-1], key):
            return name
    if isinstance(key, int):
        return f"第{key}次" if "visits" in above else f"第{key}项"
    return TITLES.get(f"{part}.{key}") or TITLES.get(str(key), str(key))


def _code_name(process: Process, of: Any, key: Any) -> str:
    """What a code is called that stands under the key `of`."""
    words, text = process.words, str(key)
    match of:
        case "colours" | "warnings" | "limit_by_colour" | "again_after":
            return process.colours[text].name if text in process.colours else ""
        case "tasks":
            return words.tasks.get(text) or (KINDS[text].name if text in KINDS else "")
        case "sources":
            return process.sources[text].name if text in process.sources else ""
        case "tiers" | "resolved_at":
            tiers = process.ladder.tiers if process.ladder else []
            return next((tier.name for tier in tiers if tier.code == text), "") or _stage(process, text)
        case "stages" | "entered_at":
            return _stage(process, text)
        case "demands":
            kind, _, decision = text.partition(".")
            return f"{_code_name(process, 'tasks', kind)}“{title_of(kind, decision)}”" if kind in KINDS else ""
        case "criteria":
            criteria = process.ladder.criteria if process.ladder else {}
            return criteria[text].name if text in criteria else ""
        case "roles":
            return words.role_name(text) if words.knows_role(text) else ""
        case "places":
            return words.places[text].name if text in words.places else ""
        case _:
            return _COMMON.get(str(of), {}).get(text, "")


_COMMON: dict[str, dict[str, str]] = {
    "lives": {str(matter): name for matter, name in MATTER_NAMES.items()},
    "sent_by": dict(NOTICES),
    "roads": {str(road): name for road, name in ROAD_NAMES.items()},
}
"""Codes that are called the same everywhere, by the key they stand under."""


def _role(process: Process, code: str) -> str:
    """What a role is called; any other text as it is."""
    return process.words.role_name(code) if process.words.knows_role(code) else code


def _stage(process: Process, code: str) -> str:
    return process.words.stage(Stage(code)) if code in list(Stage) else ""


def in_words(process: Process, key: Any, value: Any) -> str:
    """A value as people say it."""
    match value:
        case None:
            return ABSENT
        case bool():
            return "是" if value else "否"
        case Span() | int():
            return str(value)
        case float():
            return f"{value:.0%}" if value <= 1 else f"{value:g}"
        case Addressing():
            return post_in_words(process, value)
        case Composition():
            who = "、".join(process.words.role_name(role) for role in value.any_of)
            return f"{value.name}（{who}，至少{value.at_least}人）"
        case list():
            return "、".join(in_words(process, key, each) for each in value) or ABSENT
        case dict():
            return "；".join(f"{_code_name(process, key, k) or TITLES.get(str(k), k)} {in_words(process, k, v)}"
                            for k, v in value.items()) or ABSENT  # fmt: skip
        case BaseModel():
            return _parts_in_words(process, value)
        case StrEnum() | str():
            named = VALUES.get(str(key), {}).get(str(value)) or _stage(process, str(value))
            return named or _code_name(process, _REFERS.get(str(key)), value) or _role(process, value) or ABSENT
        case _:
            return str(value)


def _parts_in_words(process: Process, value: BaseModel) -> str:
    """What a part says beside what it would be anyhow; its name and code say already which it is."""
    said = value.model_dump(exclude_defaults=True).keys() - {"name", "code"}
    named = [name for name in type(value).model_fields if name in said]
    parts = [(name, in_words(process, name, getattr(value, name))) for name in named]
    of = type(value).__name__.lower()
    told = "，".join(
        f"{TITLES.get(f'{of}.{name}') or TITLES.get(name, name)} {words}" for name, words in parts if words
    )
    return told or str(getattr(value, "name", ABSENT))


_REFERS = {
    "together_for": "colours",
    "silence_supervised": "colours",
    "never_with_police": "sources",
    "entered_at": "tiers",
    "roads": "roads",
}
"""Keys whose values are codes of another part."""


def post_in_words(process: Process, post: Addressing) -> str:
    place = process.words.places.get(post.at)
    at = place.name if place else PLACE_NAMES.get(post.at, post.at)
    return f"{process.words.role_name(post.role)}（{at}）"


# --- whom it concerns


def _concerned(process: Process, part: str, path: Sequence[Any]) -> Iterable[Addressing]:
    """The posts that a part of a mechanism asks, and that do otherwise where it is otherwise."""
    return _CONCERNED.get(part, _nobody)(process, path)


def _posts_in(value: Any) -> Iterator[Addressing]:
    """The posts that are named in what differs."""
    match value:
        case Addressing():
            yield value
        case list() | tuple():
            for each in value:
                yield from _posts_in(each)
        case dict():
            yield from _posts_in(list(value.values()))
        case Composition():
            return
        case BaseModel():
            yield from _posts_in([getattr(value, name) for name in type(value).model_fields])


def _nobody(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    return ()


def _answers(process: Process, *kinds: str) -> list[Addressing]:
    return [post for kind in kinds if kind in process.tasks for post in process.tasks[kind].by]


def _of_colours(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    return _answers(process, *(kind for kind, spec in KINDS.items() if spec.under_colour))


def _of_stages(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    """`path` are the stages that only one of the two has."""
    return _answers(process, *(kind for kind, spec in KINDS.items() if {*path} & {*spec.stages}))


def _of_tasks(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    return _answers(process, *map(str, path[:1]))


def _of_demands(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    kind = str(path[0]).partition(".")[0] if path else ""
    return _answers(process, kind) or (_convenors(process) if kind == "mediate" else [])


def _of_sources(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    source = process.sources.get(str(path[0])) if path else None
    desks = list(source.desks) if source else []
    return desks or _answers(process, "confirm_triage")


def _of_ladder(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    return _convenors(process, str(path[1]) if len(path) > 1 and path[0] == "tiers" else "")


def _convenors(process: Process, code: str = "") -> list[Addressing]:
    tiers = process.ladder.tiers if process.ladder else []
    return [post for tier in tiers if code in ("", tier.code) for post in tier.convenor]


def _of_evaluation(process: Process, path: Sequence[Any]) -> Iterable[Addressing]:
    judges = process.evaluation
    seats = [*judges.joint, *(seat for place in judges.resolved_at.values() for seat in place)]
    return [*judges.at_station, *(post for seat in seats for post in seat)]


_CONCERNED: dict[str, Callable[[Process, Sequence[Any]], Iterable[Addressing]]] = {
    "stages": _of_stages,
    "colours": _of_colours,
    "colour_rungs": _of_colours,
    "colour_clock_from": _of_colours,
    "responsibility_passes": lambda process, path: _answers(process, "accept_assignment"),
    "sources": _of_sources,
    "diversion": lambda process, path: process.diversion.watched_by,
    "disposal_pictures": lambda process, path: _answers(process, "dispose", "cooperate"),
    "demands": _of_demands,
    "tasks": _of_tasks,
    "approval": lambda process, path: _answers(process, "approve_third_push"),
    "exits": lambda process, path: _answers(process, "handle_on_scene", "follow_up_responsibly", "dispatch"),
    "ladder": _of_ladder,
    "evaluation": _of_evaluation,
    "follow_up": lambda process, path: _answers(process, "visit"),
    "supervision": lambda process, path: process.supervision.levels,
    "raising": lambda process, path: process.supervision.levels,
    "protection_for": lambda process, path: _answers(process, "apply_protection", "court_protection"),
    "notices": lambda process, path: _answers(process, "answer_notice"),
}
"""Whom a change of each part concerns; of the words nobody in particular."""
