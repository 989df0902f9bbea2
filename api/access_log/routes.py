"""What reading or asking leaves in the access log where no service says it better: a word by route."""

from __future__ import annotations

_READ: dict[str, str] = {
    "timeline": "/v1/disputes/{no}/timeline",
    "contacts": "/v1/disputes/{no}/contacts",
    "read": "/disputes/{no}/actions/{name} /disputes/{no}/notes",
    "jobs": "/v1/jobs /v1/jobs/{job_id} /audit",
    "import:incidents:state": "/incidents/import/{job_id} /incidents/import/{job_id}/refused.{form}",
    "export:disputes:state": "/disputes/exports/{job_id}",
    "deputies": "/v1/deputies /deputies",
    "people": "/v1/people /v1/people/{person} /registers/people/{person} /people /people/{username} "
    "/organisations/{code} /pick/people",
    "registers": "/v1/duties /v1/beats /v1/beats/coverage /v1/beats/vacancies /v1/chiefs /v1/task-forces /v1/villages "
    "/registers /registers/{tab} /registers/grids /registers/forces",
    "desk_day": "/v1/desk-days /desk",
    "reports": "/v1/reports /v1/reports/{number} /reports /reports/{number}",
    "notices": "/v1/notices /notices",
    "conduct": "/conduct /conduct/whistles/{no}/{number}",
    "hazards": "/v1/hazards /v1/hazards/outstanding /hazards /hazards/items /hazards/new",
    "spot_checks": "/v1/spot-checks /spot-checks",
    "figure_supervisions": "/v1/figure-supervisions /v1/figure-supervisions/{supervision_id} /figure-supervisions "
    "/figure-supervisions/{supervision_id}",
    "figures": "/v1/indicators /indicators /indicators/board",
    "figure_cases": "/v1/indicators/cases /indicators/cases",
    "learning": "/v1/learning /v1/learning/aliases /v1/learning/editions /learning",
    "list": "/disputes",
    "list:tasks": "/agenda",
    "crimes": "/v1/criminal-cases/figures /criminal-cases/new",
}
"""Paths that are read, by the word for it."""
_SENT: dict[str, str] = {
    "incident:report": "/v1/incidents /incidents/new",
    "triage": "/v1/triage /incidents/beside",
    "comment": "/v1/disputes/{no}/comments /disputes/{no}/comments",
    "watch": "/v1/disputes/{no}/watch /disputes/{no}/watch",
    "attach": "/v1/attachments /uploads",
    "dispatch": "/board",
    "notice:send": "/v1/notices",
    "hazards:send": "/hazards/new",
    "replays": "/v1/audit/replays /audit/replays",
    "list:columns": "/disputes/columns",
    "search": "/disputes/search",
    "list:view": "/disputes/views",
    "drill": "/v1/drill/advance /v1/drill/digest /v1/drill/figures /disputes/{no}/advance",
}
"""Paths that something is sent to, by the word for it."""
WORDS: dict[str, str] = {
    f"{method} {path}": word
    for method, table in (("GET", _READ), ("POST", _SENT))
    for word, paths in table.items()
    for path in paths.split()
}
"""By "METHOD path" of a route."""
SILENT = frozenset(
    "/uploads/{upload_id} /v1/me /v1/me/access /v1/messages /messages /v1/events /events /rings "  # one's own
    "/menu /account /account/password /login /login/code /login/provider /login/provider/back "
    "/v1/me/second-factor /account/second-factor /incidents /incidents/new "
    "/incidents/import /incidents/import/template.xlsx "
    "/healthz /readyz /metrics "
    "/v1/playbooks /v1/categories /v1/categories/editions /responsibilities /v1/calendar /v1/calendar/editions "
    "/calendar /playbook /v1/organisations /organisations /organisations/{code}/{verb} "
    "/organisations/{code}/people/new /people/import /people/{username}/{what} /v1/grids "
    "/v1/venues".split()  # of nobody
)
"""Paths whose reading says nothing of anybody else."""
