"""How a case begins: the playbook's process pinned, the places resolved, the first triage taken in."""

from __future__ import annotations

from datetime import datetime

from domain.case.capacity import count_in
from domain.case.hazards.batch import Batch
from domain.case.records import Beat, Incident
from domain.case.state import DisputeState
from domain.people.organisation import OrganisationRef
from domain.policy.behaviour import RULES
from domain.policy.matters.matter import Matter
from domain.policy.playbook import Playbook
from domain.policy.spans import Calendar
from domain.triage.triage import Triage


def open_state(
    dispute_no: str,
    *,
    playbook: Playbook,
    calendar: Calendar,
    places: dict[str, OrganisationRef],
    incident: Incident,
    triage: Triage,
    at: datetime,
    beat: Beat | None = None,
    matter: Matter = Matter.DISPUTE,
    batch: Batch | None = None,
) -> DisputeState:
    """The state a dispute's workflow starts with. Workflow time replaces `at` when the workflow opens the case."""
    where = places.get("village") or places["township"]
    colour = playbook.process.colour_for(triage.harm or triage.rank, triage.urgency)
    state = DisputeState(
        dispute_no=dispute_no,
        rules=RULES,
        playbook=playbook.code,
        edition=playbook.edition,
        digest=playbook.digest,
        process=playbook.process.living(matter),
        calendar=calendar,
        places={word: ref.path for word, ref in places.items()},
        organisations={ref.path: ref for ref in places.values()},
        beat=beat or Beat(),
        matter=matter,
        batch=batch,
        title=f"{triage.category_name}（{batch.by_name if batch else where.name}）",
        source=incident.source,
        category=triage.category,
        category_name=triage.category_name,
        colour=colour,
        harm=triage.harm or triage.rank,
        urgency=triage.urgency,
        police=triage.police,
        divertible=triage.divertible,
        confidence=triage.diverts_with,
        elsewhere=triage.elsewhere,
        alarmed=playbook.process.at_once(incident.source, colour),
        police_heard=triage.police_heard,
        unsure=[cue.text for cue in triage.unsure],
        doubtful=triage.doubtful,
        risk_kinds=list(triage.risk_kinds),
        suggested_lead=triage.suggested_lead,
        suggested=[code for code in (triage.suggested_lead, *triage.suggested_cooperating) if code],
        opened_at=at,
        incidents=[incident],
        parties=incident.parties,
    )
    count_in(state, incident)
    if batch:
        count_in(state, batch)
    return state
