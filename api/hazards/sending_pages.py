"""The form that sends a batch: its rows pasted, or out of a CSV file; each line that is wrong is told by its number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.hazards import pasted
from api.hazards.schemas import KINDS
from api.hazards.service import send_batch, sender_of
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of
from api.web.rendering import go, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.policy.parts.hazards import MOST_ITEMS
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True)
class Draft:
    """The form as it was filled in, and what is wrong with it."""

    kind: str = "advice"
    source_no: str = ""
    rows: str = ""
    problems: tuple[str, ...] = ()
    banner: dict[str, str] | None = None
    key: str = ""
    status: int = 200


@router.get("/hazards/new")
async def new_batch_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """The empty form."""
    return await _show(request, services, session, viewer, Draft())


@router.post("/hazards/new")
async def send_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Sends a batch, once for the key in the form."""
    draft = await _filled(posted)
    policy = services.policy.playbook.hazards
    if policy is None or draft.problems:
        return await _show(request, services, session, viewer, draft)
    found = pasted.read(draft.rows, policy.aspects, await offices_of(services, session))
    batch = pasted.batch(found, draft.kind, draft.source_no)
    if batch is None:
        return await _show(request, services, session, viewer,
                           replace(draft, problems=tuple(found.problems), status=422))  # fmt: skip
    outcome = await send(services, session, viewer, posted, "notice",
                         lambda key: send_batch(services, session, viewer.actor, batch, key))  # fmt: skip
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的一批已经发出，见“风险隐患”", "需要另发一批的，核对后请再次提交。")
        problems = tuple(dict.fromkeys(found.told(outcome.errors)))
        again = replace(draft, problems=problems, banner=banner, status=outcome.status, key=next_key(outcome, posted))
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, again)
    sent = outcome.answer.body
    said = f"已发出{sent.kind_name}，{sent.items} 项，分送 {sent.organisations} 个单位"
    if not sent.published:
        return go(request, "/hazards", {"tone": "warn", "text": f"{said}；稍后列入清单"})
    return go(request, f"/hazards/{sent.dispute_no}", {"tone": "ok", "text": said})


async def _filled(posted: Posted) -> Draft:
    """What was filled in; the lines of a file stand in the form from then on."""
    form = posted.form
    problems: tuple[str, ...] = ()
    typed = form.get("rows")
    rows = typed if isinstance(typed, str) else ""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        content = await file.read(4 * pasted.LONGEST + 1)
        told = _decoded(content)
        if told is None or len(content) > 4 * pasted.LONGEST:
            problems = ("文件不是 CSV 文本，或者太大：请另存为“CSV（逗号分隔）”后重新选择，也可直接粘贴",)
        else:
            rows = "\n".join(filter(None, (rows.rstrip(), told.rstrip())))
    if len(rows) > pasted.LONGEST:
        rows, problems = rows[: pasted.LONGEST], ("内容太长，请分批发送；超出的部分没有保留",)
    kind = text(form, "kind")
    return Draft(kind=kind if kind in KINDS else "advice", source_no=text(form, "source_no")[:200], rows=rows,
                 problems=problems, status=422 if problems else 200)  # fmt: skip


def _decoded(content: bytes) -> str | None:
    """The text of a CSV file as offices save it: UTF-8, or what Excel writes in Chinese."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            told = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(ord(each) < 32 and each not in "\r\n\t" for each in told) else told
    return None


async def _show(request: Request, services: Services, session: Session, viewer: Viewer, draft: Draft) -> Response:
    await sender_of(services, session, viewer.actor)  # who sends none is told so, before he fills anything in
    policy = services.policy.playbook.hazards
    offices = await offices_of(services, session)
    return show(
        request, "hazard_send.html", viewer, status=draft.status, draft=draft, kinds=list(KINDS.items()),
        aspects=list(policy.aspects.values()) if policy else [], columns=pasted.COLUMNS, most=MOST_ITEMS,
        organisations=offices.labels, key=draft.key or new_id(),
    )  # fmt: skip
