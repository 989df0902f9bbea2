"""The page 工作机制: the mechanism in force as a picture and in words; a candidate checked and compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.mechanism import service
from api.mechanism.drawing import drawn
from api.mechanism.service import Checked
from api.mechanism.ways import Lead, Ways, ways_here
from api.web.errors import PageRoute
from api.web.rendering import View, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep
from api.web.submission import banner_of
from domain.errors import BadCsrf
from domain.policy.addressing import PLACE_NAMES, Addressing
from domain.policy.catalogue import KINDS
from domain.policy.comparing.differences import Difference, post_in_words
from domain.policy.comparing.titles import PARTS, TITLES
from domain.policy.comparing.told import plain
from domain.policy.parts.tasks import TaskPolicy
from domain.policy.playbook import Playbook
from domain.policy.process import Process
from domain.policy.stages import Stage
from domain.triage.vacancies import Unheld

router = APIRouter(route_class=PageRoute)
MOST_BYTES = service.MOST_CHARACTERS * 3
SAID = "chart-said"
NAMED = 8
"""Units named where nobody holds a post, before the rest is counted."""


@router.get("/playbook")
async def playbook_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """The mechanism in force."""
    may_check = await service.may_check(services, session, viewer.actor)
    return _show(request, services, viewer, may_check=may_check)


@router.post("/playbook")
async def check_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """What is wrong with a candidate, or what it would change. Nothing is kept of it, and nothing taken into force."""
    text, file, wrong = await _candidate(posted)
    if posted.stale:
        return _show(request, services, viewer, may_check=True, text=text, banner=banner_of(BadCsrf()), status=403)
    if wrong:
        return _show(request, services, viewer, may_check=True, text=text, wrong=wrong, status=422)
    checked = await service.check(services, session, viewer.actor, text, file)
    return _show(request, services, viewer, may_check=True, text=text, checked=checked, file=file)


async def _candidate(posted: Posted) -> tuple[str, str, str]:
    """A candidate's text, the name of its file, and why it can't be looked at."""
    upload, typed = posted.form.get("file"), posted.form.get("text")
    text, name = (typed.replace("\r\n", "\n") if isinstance(typed, str) else ""), ""
    if isinstance(upload, UploadFile) and upload.filename:
        content, name = await upload.read(MOST_BYTES + 1), upload.filename
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return "", name, "文件不是 UTF-8 编码，请另存为 UTF-8 后再选"
    if not text.strip():
        return "", name, "请选择机制文件，或把内容粘贴在下面"
    if len(text) > service.MOST_CHARACTERS:
        return "", name, f"超过 {service.MOST_CHARACTERS // 10_000} 万字，不是一份机制文件"
    return text, name, ""


def _show(
    request: Request,
    services: Services,
    viewer: Viewer,
    *,
    may_check: bool,
    text: str = "",
    file: str = "",
    checked: Checked | None = None,
    wrong: str = "",
    banner: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    playbook = services.policy.playbook
    ways = ways_here(playbook.code, playbook.process.stages)
    return show(
        request,
        "playbook.html",
        viewer,
        status=status,
        playbook={"name": playbook.name, "edition": playbook.edition},
        svg=drawn(_names(playbook.process), [(each.start, each.end) for each in _leads(playbook.process, ways)], SAID),
        said=SAID,
        stages=_stages(playbook.process, ways),
        drawn_of={"known": ways is not None, "older": ways is not None and ways.digest != playbook.digest},
        parts=service.rules(services),
        may_check=may_check,
        text=text,
        file=file,
        checked=_checked(checked, playbook) if checked else None,
        wrong=wrong,
        banner=banner,
    )


def _names(process: Process) -> dict[Stage, str]:
    return {stage: process.words.stage(stage) for stage in process.stages}


def _leads(process: Process, ways: Ways | None) -> list[Lead]:
    """The ways from stage to stage; of a mechanism that nobody tried yet the order of its stages."""
    if ways is not None:
        return ways.leads
    return [Lead(start=one, end=other, by=[]) for one, other in pairwise(process.stages)]


def _stages(process: Process, ways: Ways | None) -> list[View]:
    """Of each stage what is asked in it, of whom and in what time, what may be asked beside, and where it leads."""
    leads = _leads(process, ways)
    return [
        {
            "name": name,
            "asks": [_asked(process, kind) for kind in KINDS if stage in KINDS[kind].stages and kind in process.tasks],
            "seats": [{"name": named, "who": _posts(process, posts), "limit": limit}
                      for named, posts, limit in _seats(process, stage)],
            "beside": [_task(process, kind) for kind in (ways.asks.get(stage, []) if ways else [])
                       if stage not in KINDS[kind].stages],
            "leads": [{"to": process.words.stage(lead.end), "by": lead.by} for lead in leads if lead.start is stage],
        }
        for stage, name in _names(process).items()
    ]  # fmt: skip


def _seats(process: Process, stage: Stage) -> Iterator[tuple[str, Iterable[Addressing], str]]:
    """Who sits at the tables and judges of a stage: they are no posts of a task, but said of the tier and the place."""
    if stage is Stage.MEDIATION and process.ladder:
        for tier in process.ladder.tiers:
            yield tier.name, tier.convenor, ""
    if stage is Stage.EVALUATION:
        judges = process.evaluation
        yield TITLES["at_station"], judges.at_station, str(judges.limit)
        yield TITLES["evaluation.joint"], chain.from_iterable(judges.joint), str(judges.limit)


def _asked(process: Process, kind: str) -> View:
    policy = process.tasks[kind]
    return {"name": _task(process, kind), "who": _posts(process, policy.by), "limit": _limit(process, policy)}


def _task(process: Process, kind: str) -> str:
    return process.words.tasks.get(kind) or KINDS[kind].name


def _limit(process: Process, policy: TaskPolicy) -> str:
    by_colour = [f"{process.colours[code].name}{span}" for code, span in policy.limit_by_colour.items()
                 if code in process.colours]  # fmt: skip
    return "，".join([*([str(policy.limit)] if policy.limit else []), *by_colour])


def _posts(process: Process, posts: Iterable[Addressing]) -> str:
    return "、".join(post_in_words(process, post) for post in posts)


def _checked(checked: Checked, in_force: Playbook) -> View:
    new = checked.playbook
    same = new is not None and (new.code, new.edition) == (in_force.code, in_force.edition)
    return {
        "findings": [{"line": each.line, "key": each.where, "where": _where(in_force.process, each.where),
                      "said": each.said} for each in checked.findings],
        "name": new.name if new else "",
        "edition": new.edition if new else "",
        "same_edition": same and bool(checked.differences),
        "other_city": bool(new and new.code != in_force.code),
        "differences": _by_part(checked.differences),
        "count": len(checked.differences),
        "unheld": [_unheld(new.process, each) for each in checked.unheld] if new else [],
    }  # fmt: skip


def _by_part(differences: Iterable[Difference]) -> list[View]:
    parts: dict[str, list[View]] = {}
    for each in differences:
        what, before, after = " · ".join(each.where[1:]), plain(each.before), plain(each.after)
        parts.setdefault(each.where[0], []).append(
            {"what": what, "before": before, "after": after, "whom": "、".join(each.whom)}
        )
    return [{"title": title, "rows": rows} for title, rows in parts.items()]


def _unheld(process: Process, each: Unheld) -> View:
    place = process.words.places.get(each.at)
    more = f" 等 {len(each.without)} 个" if len(each.without) > NAMED else ""
    return {
        "role": each.role_name,
        "at": place.name if place else PLACE_NAMES.get(each.at, ""),
        "without": "、".join(each.without[:NAMED]) + more,
        "asks": "、".join(_part_name(process, part) for part in each.needed_by),
    }


def _part_name(process: Process, part: str) -> str:
    return _task(process, part) if part in KINDS else PARTS.get(part, "")


def _where(process: Process, key: str) -> str:
    """A key of the file in words, as far as its parts have any."""
    names = []
    for part in key.split("."):
        if part.isdigit():
            names.append(f"第 {int(part) + 1} 项")
        elif name := _part_name(process, part) or TITLES.get(part, ""):
            names.append(name)
        elif part in process.colours:
            names.append(process.colours[part].name)
        elif part in process.sources:
            names.append(process.sources[part].name)
    return " · ".join(names)
