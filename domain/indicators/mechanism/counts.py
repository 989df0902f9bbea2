"""Counts what the reports of Wuwei, the fused police and Huangshi tell of a matter: how grave a clue, how soon somebody
was met, repeats that were settled, what never came to 110, where it was resolved, who mediated by law, moved up or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from domain.case.lawful_tables import REFUSED
from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind
from domain.indicators.mechanism.pushes import pushes_of

Bare = Callable[..., Tally]
ALARM = "110"
OF_VIOLENCE = frozenset({"threat_extreme", "domestic_violence"})
"""Kinds of risk (`risk_kinds.yaml`) that are 暴力类 [DESIGN]; so is what may become a crime (民转刑)."""
JUDGED, VIOLENT, REPEATED = 1, 2, 4
"""What the `value` of an accepted matter adds up, with the pushes it came to (`pushes.PUSHED`)."""
WITHIN, LATER = (10, 30, 60), 61
"""Minutes, of which the `value` of a first alarm is the first that holds."""
OF_THE_MATTER = (TallyKind.LOCAL, TallyKind.REPEAT_SETTLED, TallyKind.FORESTALLED)
"""What of this goes to the parent when a matter is merged into another."""
BY_LAW = ("people", "administrative", "judicial")
"""“推动人民调解、行政调解、司法调解对接联动” (R-103)."""
LOCAL = ("grid", "village", "township", "town_centre", "station", "justice_office")
"""Places that are 当地: at a township or below (R-101)."""


def mechanism(state: DisputeState, bare: Bare, unit: str, counted: Iterable[Tally]) -> Iterator[Tally]:
    """All of these; `unit` is who is responsible now, `counted` what was counted of the timeline."""
    finished = next((t for t in counted if t.kind is TallyKind.FINISHED and t.struck_at is None), None)
    resolved = finished if finished and finished.result == "resolved" else None
    if resolved:
        yield from _resolved(state, resolved)
    for before, after, at in handed_over(state):
        handed: Tally = bare(TallyKind.HANDED, at, unit=unit)
        handed.result = f"{before}>{after}"
        yield handed
    for record in state.promotions:
        moved: Tally = bare(TallyKind.PROMOTED, record.at, unit=unit)
        moved.round, moved.person_id = record.round, record.by
        yield moved


def gravity(state: DisputeState) -> list[str]:
    """What makes it a matter of high risk: 暴力类, 重复类 (R-043)."""
    violent = state.criminal_risk or bool(OF_VIOLENCE & set(state.risk_kinds))
    repeated = len(state.incidents) > 1
    return [word for word, holds in (("violent", violent), ("repeated", repeated)) if holds]


def handed_over(state: DisputeState) -> list[tuple[str, str, datetime]]:
    """Each time that mediation went from one of the three kinds to another, with the instant: by whom it sat, and what
    the court confirmed.
    """
    ladder = state.process.ladder
    kinds = {tier.code: tier.mediation for tier in ladder.tiers} if ladder else {}
    sat = [(x.at, kinds.get(x.tier)) for x in state.sessions if x.result != REFUSED]
    court = [
        (task.decision.at, "judicial")
        for task in state.tasks
        if task.kind == "court_ruling" and task.decision and task.decision.name == "confirmed"
    ]
    by_law = [(at, kind) for at, kind in sorted([*sat, *court], key=lambda each: each[0]) if kind in BY_LAW]
    pairs = pairwise(by_law)
    return [(str(before), str(after), at) for (_, before), (at, after) in pairs if before != after]


def marked(state: DisputeState, accepted: Tally, reports: list[Tally]) -> list[Tally]:
    """The matter and its reports with what these figures ask: of the matter as a clue whether a person has judged it
    (全量研判), how grave it is and to which pushes it came; of the first alarm by 110 how soon the police
    had met somebody.
    """
    looked = any(task.decision and task.decision.actor_id for task in state.tasks if task.kind == "confirm_triage")
    grave = gravity(state)
    accepted.value = JUDGED * looked + VIOLENT * ("violent" in grave) + REPEATED * ("repeated" in grave)
    accepted.value += pushes_of(state, accepted)
    alarms = [incident.reported_at for incident in state.incidents if incident.source == ALARM]
    first = next((report for report in reports if alarms and report.at == min(alarms)), None)
    if first:
        first.result = "first_alarm"
        scene = (answer for task in state.tasks if task.kind in ("handle_on_scene", "follow_up_responsibly")
                 for answer in task.answers if answer.actor_id)  # fmt: skip
        met = [at for answer in scene for at in _seen(answer.fields, answer.at) if at >= first.at]
        if met:
            minutes = (min(met) - first.at).total_seconds() / 60
            first.done_at, first.value = min(met), next((b for b in WITHIN if minutes <= b), LATER)
    return [accepted, *reports]


def _seen(fields: dict[str, object], answered: datetime) -> Iterator[datetime]:
    """When somebody was met, by an answer: as it says, else when it was given."""
    said = fields.get("met")
    told = [each["at"] for each in said if isinstance(each, dict) and "at" in each] if isinstance(said, list) else []
    yield from (datetime.fromisoformat(at) for at in told)
    if not told:
        yield answered


def _resolved(state: DisputeState, resolved: Tally) -> Iterator[Tally]:
    here = {state.places.get(place) for place in LOCAL}
    ref = state.organisations.get(resolved.unit)
    local = not state.promotions and (resolved.unit in here or (ref is not None and ref.level in ("town", "village")))
    yield _as(resolved, TallyKind.LOCAL, "local" if local else "above")
    if len(state.incidents) > 1:
        settled = _as(resolved, TallyKind.REPEAT_SETTLED, "")
        settled.value = len(state.incidents)
        yield settled
    if all(incident.source != ALARM for incident in state.incidents):
        yield _as(resolved, TallyKind.FORESTALLED, state.source)


def _as(resolved: Tally, kind: TallyKind, result: str) -> Tally:
    return resolved.model_copy(update={"kind": kind, "result": result, "value": None})
