"""The page 登记 in words: the form as it is shown, and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from api.core.schemas import JsonObject
from api.intake.beside import Beside
from api.intake.register_form import PARTIES, PLAIN, SHOWN, Typed
from api.web.formatting import colour, stage_short, stamp
from api.web.rendering import View
from domain.people.organisation import Actor
from domain.policy.matters.matter import MATTER_NAMES
from domain.policy.process import Process
from domain.triage.places import Directory, Kind, Listed

HARM = {0: "未判明", 1: "较轻", 2: "中等", 3: "严重"}
URGENCY = {0: "未判明", 1: "平缓", 2: "较急", 3: "紧急"}
OUTDOORS = frozenset("grid_worker grid_leader village_secretary on_scene_officer responsible_officer".split())
"""Who writes a report down where it happened, on a phone."""
SIDES = (("a", "反映人一方"), ("b", "另一方"), ("other", "其他"))


def form_view(
    typed: Typed,
    source: str,
    sources: Sequence[tuple[str, str]],
    actor: Actor,
    directory: Directory,
    process: Process,
    errors: Sequence[JsonObject],
    now: datetime,
) -> View:
    """The form with what is filled in; a field that is wrong has its message under the field's id in `errors`."""
    own = own_areas(actor, directory)
    preset = own[0].code if len(own) == 1 and not typed.plain else ""
    most = max([SHOWN - 1, *(number for number, _ in typed.parties), *typed.rows])
    return {
        "typed": typed,
        "plain": {**dict.fromkeys(PLAIN, ""), **typed.plain},
        "source": source,
        "sources": sources,
        "rows": [_row(n, typed.rows.get(n, {})) for n in range(min(most + 1, PARTIES))],
        "blank": {"n": "__n__", "p": "__p__", "name": "", "phone": "", "id_number": "", "side": "other"},
        "sides": SIDES,
        "most": PARTIES,
        "areas": _areas(own, directory),
        "area": typed.plain.get("area", "") or preset,
        "also": _also(sources, process, typed),
        "matters": _matters(sources, process),
        "outdoors": any(not actor.rights(post).isdisjoint(OUTDOORS) for post in actor.posts),
        "errors": {str(each["field"]): str(each["message"]) for each in errors},
        "wrong": [(str(each["field"]), str(each["message"])) for each in errors],
        "begun": typed.plain.get("begun") or now.isoformat(timespec="seconds"),
        "now": stamp(now, now),
    }


def own_areas(actor: Actor, directory: Directory) -> list[Listed]:
    """The areas that a person's posts stand for: the most local one in which the organisation lies, or that it alone
    serves; none where it serves several."""
    found: dict[str, Listed] = {}
    for post in actor.posts:
        listed = directory.at(post.path)
        if listed is None:
            continue
        inside = directory.areas_of(listed)
        served = inside[-1:] or [town for town in directory.of_kind(Kind.TOWN) if listed.serves(town)]
        if len(served) == 1:
            found[served[0].path] = served[0]
    return list(found.values())


def beside_view(found: Beside, narrative: str, process: Process, now: datetime) -> View:
    """What stands beside the form."""
    shape = found.triage
    names = {code: rule.name for code, rule in process.colours.items()}
    by_place = {cue.text: cue.name for cue in found.risks}
    return {
        "colour": colour(shape.colour, names),
        "category": shape.category_name,
        "harm": HARM[shape.harm],
        "harm_because": _because(shape.harm_because),
        "urgency": URGENCY[shape.urgency],
        "urgency_because": _because(shape.urgency_because),
        "police": shape.police,
        "unsure": "、".join(dict.fromkeys(str(cue.text) for cue in shape.unsure)),
        "sure": shape.confidence >= 0.6,
        "words": [cue.text for cue in shape.cues if cue.why == "category"][:8],
        "risks": [(cue.text, cue.name) for cue in found.risks],
        "police_words": "、".join(
            dict.fromkeys(f"“{cue.text}”" for cue in found.risks if cue.why == "police_first")
        ),
        "marked": marked(narrative, shape.cues, by_place),
        "alternatives": [each.category_name for each in shape.alternatives],
        "lead": found.lead,
        "cooperating": [name for name in found.cooperating if name and name != found.lead],
        "area": found.area,
        "station": found.places["station"].name if found.area else "",
        "alike": [
            {
                "no": each.dispute_no, "title": each.title,
                "stage": "已办结" if each.closed else stage_short(each.stage),
                "colour": colour(each.colour, names), "at": stamp(each.opened_at, now), "percent": each.percent,
                "why": each.why, "joins": each.joins,
            }
            for each in found.alike
        ],
        "hidden": found.out_of_sight,
        "joins_unseen": found.joins_unseen,
    }  # fmt: skip


def marked(narrative: str, cues: Sequence[object], names: dict[str, str]) -> list[tuple[str, str, str]]:
    """The narrative in pieces: each with its mark (`danger`, `risk`, `word` or none) and what it speaks for."""
    marks: list[tuple[int, int, str, str]] = []
    for cue in cues:
        start, end = getattr(cue, "start", None), getattr(cue, "end", None)
        if start is None or end is None or end <= start:
            continue
        kind = {"category": "word", "risk": "risk"}.get(getattr(cue, "why", ""), "danger")
        marks.append((start, end, kind, names.get(getattr(cue, "text", ""), "") if kind != "word" else ""))
    marks.sort(key=lambda mark: (mark[0], ("danger", "risk", "word").index(mark[2]), -mark[1]))
    pieces, at = list[tuple[str, str, str]](), 0
    for start, end, kind, name in marks:
        if start < at:
            continue
        pieces += [(narrative[at:start], "", ""), (narrative[start:end], kind, name)]
        at = end
    return [piece for piece in [*pieces, (narrative[at:], "", "")] if piece[0]]


def _because(reasons: Sequence[str]) -> str:
    """The reasons of an axis, without its figure, which is said in a word."""
    return "、".join(re.sub(r"（\d）$", "", reason) for reason in reasons)


def _row(number: int, row: dict[str, str]) -> View:
    sides = ("a", "b")
    return {
        "n": number, "p": number + 1, "name": row.get("name", ""), "phone": row.get("phone", ""),
        "id_number": row.get("id_number", ""),
        "side": row.get("side") or (sides[number] if number < len(sides) else "other"),
    }  # fmt: skip


def _areas(own: Sequence[Listed], directory: Directory) -> list[tuple[str, str]]:
    """The areas to choose from, one's own first."""
    all_ = [each for kind in (Kind.TOWN, Kind.VILLAGE) for each in directory.of_kind(kind)]
    listed = {each.code: each for each in [*own, *sorted(all_, key=lambda each: each.path)]}
    return [(code, " · ".join(a.name for a in directory.areas_of(each))) for code, each in listed.items()]


def _also(sources: Sequence[tuple[str, str]], process: Process, typed: Typed) -> list[View]:
    """What the forms of the sources ask besides."""
    return [
        {"id": f"also-{code}-{asked}", "name": f"also.{code}.{asked}", "source": code, "of": name, "label": what.name,
         "required": what.required, "value": typed.particulars.get(f"{code}.{asked}", "")}
        for code, name in sources if (listed := process.sources.get(code))
        for asked, what in listed.asks.items()
    ]  # fmt: skip


def _matters(sources: Sequence[tuple[str, str]], process: Process) -> list[tuple[str, str]]:
    """What a report may be about, where one of the sources has several; the usual of each is the source's to say."""
    found = {matter: MATTER_NAMES[matter] for code, _ in sources if (listed := process.sources.get(code))
             for matter in listed.matters if len(listed.matters) > 1}  # fmt: skip
    return [(str(matter), name) for matter, name in found.items()]
