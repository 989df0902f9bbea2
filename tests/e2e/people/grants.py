"""Who is granted what: the rule of every endpoint, by roles and by how far somebody is from the dispute."""

from __future__ import annotations

from collections.abc import Callable

from api.cli.client import picture
from domain.people.duties import Duty
from domain.people.organisation import parent, within
from domain.people.permissions import CRIME_READERS, CRIME_REGISTRARS, INTAKE_ROLES
from tests.e2e.people.rules import (
    AUDITORS,
    LEAVER,
    LOG_READERS,
    Grant,
    anybody,
    at,
    at_the_root,
    auditing,
    decoding,
    drillers,
    nobody,
    only,
    overseers,
    overseers_of_gushan,
    whoever_acts_or_reported,
    whoever_answers_for_it,
    whoever_checks,
    whoever_entrusts,
    whoever_hears,
    whoever_is_asked,
    whoever_records_a_leaving,
    whoever_sees,
    whoever_sees_and_may_open_it,
    whoever_works_on_it,
    whoever_writes,
)

NAMED = {"to": "gushan-onscene-1", "note": "请代为准备", "reason": "另有任务"}
FORCE = {"name": "专班", "purpose": "复盘"}
CRIME = {"case_no": "1", "registered_on": "2026-01-01", "address": "古山镇", "summary": "伤人"}
JOINED = [{"role": role, "organisation": "county"} for role in ("leader", "auditor")]
"""Posts that nobody holds together."""
GRANTS: dict[tuple[str, str], Grant] = {
    ("GET", "/v1/me"): Grant(at("/v1/me"), anybody),
    ("GET", "/v1/me/sessions"): Grant(at("/v1/me/sessions"), anybody),
    ("DELETE", "/v1/me/sessions/{session_id}"): Grant(at("/v1/me/sessions/{uuid}"), nobody),
    ("GET", "/v1/me/tokens"): Grant(at("/v1/me/tokens"), anybody),
    ("POST", "/v1/me/tokens"): Grant(at("/v1/me/tokens", json={"purpose": "试", "scopes": []}), lambda *_: {422}),
    ("DELETE", "/v1/me/tokens/{token_id}"): Grant(at("/v1/me/tokens/none"), nobody),
    ("POST", "/v1/people"): Grant(
        at("/v1/people", json={"username": "tried", "name": "甲", "posts": JOINED}),
        lambda person, scene: {422} if person.at_root("admin_security") else {403},
    ),
    ("POST", "/v1/people/{person}/posts"): Grant(
        at("/v1/people/nobody/posts", json={"role": "leader", "organisation": "county"}),
        lambda person, scene: {404} if person.at_root("admin_security") else {403},
    ),
    ("POST", "/v1/people/{person}/name"): Grant(at("/v1/people/nobody/name", json={"name": "甲"}), nobody),
    ("POST", "/v1/me/password"): Grant(
        at("/v1/me/password", json={"old": "wrong", "new": "Jinhua-Wuyi-27"}), lambda *_: {422}
    ),
    ("POST", "/v1/people/{person}/password-reset"): Grant(
        at("/v1/people/nobody/password-reset"),
        lambda person, scene: {404} if person.has("admin_security") else {403},
    ),
    ("POST", "/v1/people/{person}/second-factor-reset"): Grant(
        at("/v1/people/nobody/second-factor-reset"),
        lambda person, scene: {404} if person.has("admin_security") else {403},
    ),
    ("GET", "/v1/me/second-factor"): Grant(at("/v1/me/second-factor"), anybody),
    ("POST", "/v1/me/second-factor/offer"): Grant(at("/v1/me/second-factor/offer", json={}), anybody),
    ("POST", "/v1/me/second-factor/confirm"): Grant(
        at("/v1/me/second-factor/confirm", json={"otp": "wrong"}), lambda *_: {422}
    ),
    ("POST", "/v1/me/second-factor/recovery-codes"): Grant(
        at("/v1/me/second-factor/recovery-codes", json={"otp": "wrong"}), nobody
    ),
    ("POST", "/v1/me/second-factor/remove"): Grant(at("/v1/me/second-factor/remove", json={"otp": "wrong"}), nobody),
    ("GET", "/v1/deputies"): Grant(at("/v1/deputies"), anybody),
    ("POST", "/v1/deputies"): Grant(at("/v1/deputies", json={}), lambda *_: {422}),
    ("POST", "/v1/deputies/{deputyship_id}/confirm"): Grant(at("/v1/deputies/{uuid}/confirm"), nobody),
    ("DELETE", "/v1/deputies/{deputyship_id}"): Grant(at("/v1/deputies/{uuid}"), nobody),
    ("GET", "/v1/people/{person}/leaving"): Grant(at(f"/v1/people/{LEAVER}/leaving"), whoever_records_a_leaving),
    ("POST", "/v1/people/{person}/leave"): Grant(
        at(f"/v1/people/{LEAVER}/leave", json={"reason": "调离", "posts": ["none-of-his"]}),
        lambda person, scene: {422} if whoever_records_a_leaving(person, scene) == {200} else {403},
    ),
    ("POST", "/v1/incidents"): Grant(at("/v1/incidents", json=lambda scene: scene.incident), only(*INTAKE_ROLES)),
    ("POST", "/v1/incidents/import"): Grant(
        at("/v1/incidents/import", files=lambda _: {"file": ("空.csv", b"", "text/csv")}),
        lambda person, scene: {422} if person.has(*INTAKE_ROLES) else {403},
    ),
    ("GET", "/v1/incidents/{incident_id}"): Grant(at("/v1/incidents/{incident_id}"), whoever_sees),
    ("GET", "/v1/incidents/{incident_id} of a joined report"): Grant(
        at("/v1/incidents/{joined}"),
        lambda person, scene: {200} if scene.sees(person) or person.person_id == scene.repeater else {404},
    ),
    ("POST", "/v1/triage"): Grant(at("/v1/triage", json={"narrative": "邻里因噪音争吵"}), only(*INTAKE_ROLES)),
    ("GET", "/v1/disputes"): Grant(at("/v1/disputes"), anybody),
    ("GET", "/v1/disputes/{no}"): Grant(at("/v1/disputes/{no}"), whoever_sees),
    ("POST", "/v1/disputes/{no}/unmask"): Grant(
        at("/v1/disputes/{no}/unmask", json=lambda _: {"purpose": "contact"}), whoever_works_on_it
    ),
    ("POST", "/v1/disputes/{no}/break-glass"): Grant(
        at("/v1/disputes/{no}/break-glass", json=lambda _: {"purpose": "command", "reason": "调度"}),
        whoever_sees_and_may_open_it,
    ),
    ("GET", "/v1/disputes/{no}/earlier"): Grant(at("/v1/disputes/{no}/earlier"), whoever_sees),
    ("GET", "/v1/disputes/{no}/handling"): Grant(at("/v1/disputes/{no}/handling"), whoever_sees),
    ("GET", "/v1/disputes/{no}/outlook"): Grant(at("/v1/disputes/{no}/outlook?days=2"), whoever_sees),
    ("GET", "/v1/disputes/{no}/timeline"): Grant(at("/v1/disputes/{no}/timeline"), whoever_sees),
    ("POST", "/v1/disputes/{no}/comments"): Grant(
        at("/v1/disputes/{no}/comments", json={"text": "知悉"}), whoever_sees
    ),
    ("POST", "/v1/disputes/{no}/notes"): Grant(
        at("/v1/disputes/{no}/notes", json={"text": "来电催办"}),
        lambda person, scene: (
            {201} if person.has(*INTAKE_ROLES) else {403}
        ) if scene.sees(person) else {404},
    ),
    ("POST", "/v1/incidents/{incident_id}/notes"): Grant(
        at("/v1/incidents/{incident_id}/notes", json={"text": "来电催办"}),
        lambda person, scene: (
            {201} if person.has(*INTAKE_ROLES) else {403}
        ) if scene.sees(person) else {404},
    ),
    ("POST", "/v1/disputes/{no}/watch"): Grant(at("/v1/disputes/{no}/watch"), whoever_sees),
    ("DELETE", "/v1/disputes/{no}/watch"): Grant(at("/v1/disputes/{no}/watch"), whoever_sees),
    ("POST", "/v1/attachments"): Grant(
        at("/v1/attachments", data=lambda scene: {"dispute_no": scene.number},
           files=lambda _: {"file": ("现场.png", picture(), "image/png")}),
        whoever_acts_or_reported,
    ),
    ("GET", "/v1/attachments/{attachment_id}"): Grant(at("/v1/attachments/{attachment_id}"), whoever_sees),
    ("GET", "/v1/attachments/{attachment_id} in no answer"): Grant(at("/v1/attachments/{pending}"), nobody),
    ("GET", "/v1/attachments/{attachment_id}/thumbnail"): Grant(
        at("/v1/attachments/{attachment_id}/thumbnail"), whoever_sees
    ),
    ("DELETE", "/v1/attachments/{attachment_id}"): Grant(
        at("/v1/attachments/{attachment_id}"), lambda person, scene: {403} if scene.sees(person) else {404}
    ),
    ("DELETE", "/v1/attachments/{attachment_id} in no answer"): Grant(at("/v1/attachments/{pending}"), nobody),
    ("GET", "/v1/disputes/{no}/history"): Grant(at("/v1/disputes/{no}/history"), auditing),
    ("GET", "/v1/disputes/{no}/history?decoded=1"): Grant(at("/v1/disputes/{no}/history?decoded=1"), decoding),
    ("GET", "/v1/disputes/{no}/history/words"): Grant(at("/v1/disputes/{no}/history/words"), auditing),
    ("GET", "/v1/disputes/{no}/state"): Grant(at("/v1/disputes/{no}/state"), auditing),
    ("POST", "/v1/audit/replays"): Grant(
        at("/v1/audit/replays", json=lambda scene: {"dispute_no": scene.number}), auditing
    ),
    ("POST", "/v1/audit/replays of a period"): Grant(
        at("/v1/audit/replays", json={"from": "2020-01-01", "to": "2020-01-02"}), at_the_root(*AUDITORS)
    ),
    ("GET", "/v1/audit/access"): Grant(at("/v1/audit/access"), at_the_root(*LOG_READERS)),
    ("GET", "/v1/audit/access of a person"): Grant(
        at("/v1/audit/access?person=gushan-onscene-1"),
        lambda person, scene: {200} if person.has("supervisor", "auditor") or person.at_root("admin_audit") else {403},
    ),
    ("GET", "/v1/audit/access.csv"): Grant(at("/v1/audit/access.csv?reason=核查"), at_the_root(*LOG_READERS)),
    ("GET", "/v1/audit/unusual-reading"): Grant(at("/v1/audit/unusual-reading"), at_the_root(*LOG_READERS)),
    ("GET", "/v1/disputes/{no}/access"): Grant(at("/v1/disputes/{no}/access"), whoever_answers_for_it),
    ("GET", "/v1/me/access"): Grant(at("/v1/me/access"), anybody),
    ("GET", "/v1/jobs"): Grant(at("/v1/jobs"), anybody),
    ("GET", "/v1/jobs/{job_id}"): Grant(at("/v1/jobs/{job}"), nobody),
    ("GET", "/v1/tasks"): Grant(at("/v1/tasks"), anybody),
    ("GET", "/v1/tasks/{task_id}"): Grant(at("/v1/tasks/{task_id}"), whoever_sees),
    ("POST", "/v1/tasks/{task_id}/claim"): Grant(at("/v1/tasks/{task_id}/claim"), whoever_is_asked),
    ("POST", "/v1/tasks/{task_id}/release"): Grant(at("/v1/tasks/{task_id}/release"), whoever_is_asked),
    ("POST", "/v1/tasks/{task_id}/delegate"): Grant(
        at("/v1/tasks/{task_id}/delegate", json={"to": NAMED["to"], "note": NAMED["note"]}), whoever_is_asked
    ),
    ("POST", "/v1/tasks/{task_id}/transfer"): Grant(
        at("/v1/tasks/{task_id}/transfer", json={"to": NAMED["to"], "reason": NAMED["reason"]}), whoever_is_asked
    ),
    ("POST", "/v1/tasks/{task_id}/acknowledge"): Grant(at("/v1/tasks/{task_id}/acknowledge"), whoever_hears),
    ("POST", "/v1/tasks/{task_id}/decide"): Grant(
        at("/v1/tasks/{task_id}/decide", json={"decision": "progress", "fields": {"summary": "已联系"}}),
        whoever_is_asked,
    ),
    ("GET", "/v1/messages"): Grant(at("/v1/messages"), anybody),
    ("POST", "/v1/messages/read"): Grant(at("/v1/messages/read"), anybody),
    ("POST", "/v1/messages/{message_id}/read"): Grant(at("/v1/messages/{message}/read"), nobody),
    ("GET", "/v1/desk-days"): Grant(at("/v1/desk-days"), anybody),
    ("GET", "/v1/desk-days?organisation"): Grant(at("/v1/desk-days?organisation=station-gushan"), overseers_of_gushan),
    ("GET", "/v1/reports"): Grant(at("/v1/reports"), anybody),
    ("GET", "/v1/reports/{number}"): Grant(at("/v1/reports/{report}"), whoever_sees),
    ("POST", "/v1/reports"): Grant(
        at("/v1/reports", json=lambda scene: {"tasks": [scene.task.task_id]}), lambda *_: {422}
    ),
    ("GET", "/v1/notices"): Grant(at("/v1/notices"), anybody),
    ("GET", "/v1/notices/{number}"): Grant(at("/v1/notices/{notice}"), whoever_sees),
    ("POST", "/v1/notices"): Grant(
        at("/v1/notices", json=lambda scene: {
            "dispute_no": scene.number, "kind": "advice", "to": "nowhere", "text": "请核查"}),
        whoever_writes,
    ),
    ("GET", "/v1/figure-supervisions"): Grant(at("/v1/figure-supervisions"), anybody),
    ("GET", "/v1/figure-supervisions/{supervision_id}"): Grant(at("/v1/figure-supervisions/{uuid}"), nobody),
    ("POST", "/v1/figure-supervisions/{supervision_id}/answer"): Grant(
        at("/v1/figure-supervisions/{uuid}/answer", json={"text": "已整改"}), nobody
    ),
    ("POST", "/v1/figure-supervisions/{supervision_id}/ruling"): Grant(
        at("/v1/figure-supervisions/{uuid}/ruling", json={"verdict": "accept", "text": "同意"}), nobody
    ),
    ("GET", "/v1/spot-checks"): Grant(at("/v1/spot-checks"), whoever_checks),
    ("GET", "/v1/spot-checks/{check_id}"): Grant(
        at("/v1/spot-checks/{uuid}"), lambda person, scene: {404} if whoever_checks(person, scene) == {200} else {403}
    ),
    ("POST", "/v1/spot-checks/{check_id}"): Grant(
        at("/v1/spot-checks/{uuid}", json={"verdict": "agreed"}),
        lambda person, _: {404} if person.at_centre("evaluator_committee", "evaluator_police") else {403},
    ),
    ("GET", "/v1/indicators"): Grant(at("/v1/indicators"), overseers),
    ("GET", "/v1/indicators/cases"): Grant(
        at("/v1/indicators/cases?indicator=disposed&part=numerator"), overseers
    ),
    ("GET", "/v1/indicators/calls"): Grant(at("/v1/indicators/calls"), overseers),
    ("GET", "/v1/indicators.xlsx"): Grant(at("/v1/indicators.xlsx"), overseers),
    ("GET", "/v1/organisations"): Grant(at("/v1/organisations"), anybody),
    ("GET", "/v1/people"): Grant(at("/v1/people"), anybody),
    ("GET", "/v1/grids"): Grant(at("/v1/grids"), anybody),
    ("GET", "/v1/people/{person}"): Grant(at("/v1/people/gushan-officer-1"), anybody),
    ("GET", "/v1/duties"): Grant(at("/v1/duties"), anybody),
    ("POST", "/v1/duties"): Grant(
        at("/v1/duties", json={"kind": "beat_officer", "subject": "beat-001", "person": "baiyang-officer-2"}),
        whoever_entrusts(Duty.BEAT_OFFICER, "beat-001", 409),  # it is somebody's
    ),
    ("POST", "/v1/duties/{duty_id}/end"): Grant(at("/v1/duties/{uuid}/end"), nobody),
    ("GET", "/v1/beats"): Grant(at("/v1/beats"), anybody),
    ("GET", "/v1/beats/coverage"): Grant(at("/v1/beats/coverage"), anybody),
    ("GET", "/v1/beats/vacancies"): Grant(at("/v1/beats/vacancies"), anybody),
    ("GET", "/v1/chiefs"): Grant(at("/v1/chiefs"), anybody),
    ("GET", "/v1/villages"): Grant(at("/v1/villages?limit=2"), anybody),
    ("GET", "/v1/venues"): Grant(at("/v1/venues?limit=2"), anybody),
    ("GET", "/v1/disputes/{no}/contacts"): Grant(at("/v1/disputes/{no}/contacts"), whoever_sees),
    ("GET", "/v1/task-forces"): Grant(at("/v1/task-forces"), anybody),
    ("POST", "/v1/task-forces"): Grant(
        at("/v1/task-forces", json={**FORCE, "organisation": "bureau", "until": "2020-01-01T08:00"}),
        whoever_entrusts(Duty.TASK_FORCE, "bureau", 422),  # its end has passed
    ),
    ("POST", "/v1/task-forces/{force_id}/end"): Grant(at("/v1/task-forces/{uuid}/end"), nobody),
    ("GET", "/v1/categories"): Grant(at("/v1/categories"), anybody),
    ("GET", "/v1/categories/editions"): Grant(at("/v1/categories/editions"), anybody),
    ("GET", "/v1/playbooks"): Grant(at("/v1/playbooks"), anybody),
    ("POST", "/v1/drill/advance"): Grant(
        at("/v1/drill/advance", json=lambda scene: {"dispute_no": scene.number, "by": "P0D"}), drillers
    ),
    ("POST", "/v1/drill/figures"): Grant(
        at("/v1/drill/figures"), only("supervisor", "leader", "admin_system")
    ),
    ("GET", "/v1/calendar"): Grant(at("/v1/calendar"), anybody),
    ("GET", "/v1/calendar/editions"): Grant(at("/v1/calendar/editions"), anybody),
    ("POST", "/v1/calendar/editions"): Grant(
        at("/v1/calendar/editions", json={"edition": "2020-01", "holidays": ["2020-01-01"], "reason": "试"}),
        lambda person, scene: {422} if person.has("admin_system") else {403},
    ),
    ("GET", "/v1/findings"): Grant(at("/v1/findings"), at_the_root("admin_system")),
    ("POST", "/v1/examinations"): Grant(at("/v1/examinations", json={}), at_the_root("admin_system")),
    ("GET", "/v1/learning"): Grant(at("/v1/learning"), anybody),
    ("GET", "/v1/learning/editions"): Grant(at("/v1/learning/editions"), anybody),
    ("POST", "/v1/learning/editions"): Grant(at("/v1/learning/editions", json={}), at_the_root("supervisor")),
    ("POST", "/v1/learning/switch"): Grant(
        at("/v1/learning/switch", json={"edition": 1000000, "reason": "试"}),
        lambda person, scene: {422} if person.at_root("supervisor") else {403},
    ),
    ("GET", "/v1/learning/aliases"): Grant(at("/v1/learning/aliases"), anybody),
    ("POST", "/v1/learning/aliases/{alias_id}/withdraw"): Grant(
        at("/v1/learning/aliases/none/withdraw", json={"reason": "试"}),
        lambda person, scene: {422} if person.at_root("supervisor") else {403},
    ),
    ("GET", "/v1/criminal-cases"): Grant(at("/v1/criminal-cases"), only(*CRIME_READERS)),
    ("GET", "/v1/criminal-cases/figures"): Grant(at("/v1/criminal-cases/figures"), only(*CRIME_READERS)),
    ("GET", "/v1/criminal-cases/{case_id}"): Grant(at("/v1/criminal-cases/none"), nobody),
    ("POST", "/v1/criminal-cases"): Grant(
        at("/v1/criminal-cases", json={**CRIME, "organisation": "nowhere"}),
        lambda person, scene: {422} if person.has(*CRIME_REGISTRARS) else {403},
    ),
    ("POST", "/v1/criminal-cases/{case_id}/origins"): Grant(
        at("/v1/criminal-cases/none/origins", json={"dispute_no": "D2026-000001", "grew": True, "reason": "试"}), nobody
    ),
    ("POST", "/v1/criminal-cases/{case_id}/withdraw"): Grant(
        at("/v1/criminal-cases/none/withdraw", json={"reason": "试"}), nobody
    ),
    ("POST", "/v1/drill/digest"): Grant(at("/v1/drill/digest"), only("supervisor", "leader", "admin_system")),
}  # fmt: skip
"""Endpoint -> who is answered what; a name behind the path tells two requests to one endpoint apart."""
ACTION = ("POST", "/v1/disputes/{no}/actions/{name}")
STREAM = ("GET", "/v1/events")
OPEN = {("POST", "/v1/auth/token"), ("GET", "/healthz"), ("GET", "/readyz")}
"""Answered without sign-in."""
SIGNING_OUT = {("POST", "/v1/auth/logout"), ("POST", "/v1/me/sessions/end")}
"""For whoever is signed in, who is signed out by it: `test_signing_out`."""
RELATIONS: dict[str, Callable[[str, set[str]], bool]] = {
    "own": lambda path, parts: path in parts,
    "above": lambda path, parts: any(part != path and within(part, path) for part in parts),
    "below": lambda path, parts: any(part != path and within(path, part) for part in parts),
    "beside": lambda path, parts: any(parent(part) == parent(path) for part in parts),
    "elsewhere": lambda path, parts: True,
}
"""How far an organisation is from those that have a part; the first that holds."""


def endpoint(key: tuple[str, str]) -> tuple[str, str]:
    """The endpoint that a rule is about."""
    method, path = key
    return method, path.split("?")[0].split(" ")[0]
