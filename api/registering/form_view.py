"""The page 登记 in words: the form as it is shown, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from api.core.schemas import JsonObject
from api.registering.form import PARTIES, PLAIN, SHOWN, Typed
from api.web.formatting import stamp
from api.web.rendering import View
from domain.people.organisation import Actor
from domain.policy.matters.matter import MATTER_NAMES
from domain.policy.process import Process
from domain.triage.places import Directory, Kind, Listed

OUTDOORS = frozenset("grid_worker grid_leader village_secretary on_scene_officer responsible_officer".split())
"""Who writes a report down where it happened, on a phone."""
LABELS = {
    "narrative": "情况", "address": "地址", "name": "姓名", "phone": "电话", "id_number": "证件号码",
    "source_no": "来源单号", "reported_at": "接报时间", "occurred_at": "发生时间", "matter": "事项",
    "judge-category": "类别", "judge-colour": "预警颜色", "judge-reason": "理由",
}  # fmt: skip
"""What the fields are called on the page, in its order; those of a party without its number."""
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
    own, also = own_areas(actor, directory), _also(sources, process, typed)
    labels = LABELS | {each["id"]: each["label"] for each in also}
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
        "also": also,
        "matters": _matters(sources, process),
        "outdoors": any(not actor.rights(post).isdisjoint(OUTDOORS) for post in actor.posts),
        "errors": {str(each["field"]): str(each["message"]) for each in errors},
        "wrong": _listed(errors, labels),
        "begun": typed.plain.get("begun") or now.isoformat(timespec="seconds"),
        "now": stamp(now, now),
    }


def _listed(errors: Sequence[JsonObject], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """The list above the form: what is wrong by the id of its field, with what that is called, as they stand there."""
    order, found = list(labels), []
    for each in errors:
        field, said = str(each["field"]), str(each["message"])
        number, _, part = field[2:].partition("-") if field.startswith("p-") else ("", "", field)
        label = f"第{int(number) + 1}位当事人的{labels.get(part, '')}" if number.isdigit() else labels.get(part, "")
        place = order.index(part) if part in labels else len(order)
        found.append((place, field, said if not label or label in said else f"{label}：{said}"))
    return [(field, said) for _, field, said in sorted(found)]


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
