"""The pages 单位: the tree, one unit with what lies below it and who is at work there, and the changes of the tree."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.idempotency import Answer
from api.core.schemas import JsonObject
from api.organisations import service
from api.organisations.schemas import (
    OrganisationClosed,
    OrganisationIn,
    OrganisationMoved,
    OrganisationRenamed,
    OrganisationShown,
    OrganisationsMerged,
)
from api.organisations.unit_service import Unit, unit
from api.organisations.words import KINDS, LEVELS, LIKELY, LINES
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices, Options, offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.triage.places import Directory, Kind, Listed
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.runtime.policy_files import role_name

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True)
class Verb:
    """A change of the tree: what it is called, what its form asks, and who does it."""

    title: str
    fields: tuple[str, ...]
    done: str
    warns: str = ""


VERBS = {
    "found": Verb("设立下级单位", ("name", "kind", "keywords", "code"), "已设立"),
    "name": Verb("更名", ("name",), "已更名为", "此后都用新名称；以往的记录保留原名称。"),
    "move": Verb("调整隶属", ("under",), "已调整隶属", "本单位及其下属单位一并调整；正在办理的纠纷仍由原有人员办理。"),
    "merge": Verb(
        "撤并入本单位",
        ("sources", "reason"),
        "已并入",
        "所选单位随即撤销，其下属单位、人员、警格和正在办理的事项都转入本单位，并告知安全管理员。",
    ),
    "close": Verb("撤销", ("reason",), "已撤销", "没有人员、下属单位和待办事项的单位才能撤销；撤销后不能恢复。"),
}
SERVING = (Kind.COURT, Kind.TRIBUNAL, Kind.JUSTICE_OFFICE)
"""Kinds whose keywords are the codes of the areas they serve, which nobody reads."""
LABELS = {
    "name": "名称",
    "kind": "类别",
    "keywords": "地名词（用空格分开）",
    "code": "单位代码（不填自动编号）",
    "under": "上级单位",
    "sources": "撤并单位",
    "reason": "依据",
}


@router.get("/organisations")
async def root_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, unit: str = ""
) -> Response:
    """The unit that was looked for by name, or the highest that the person keeps."""
    directory = await services.directory.read(session)
    code = Offices(directory).code(unit) if unit else ""
    if code and directory.get(code):
        return go(request, f"/organisations/{code}")
    if unit:
        return go(request, f"/organisations/{directory.root.code}", {"tone": "warn", "text": f"没有“{unit}”这个单位"})
    own = [at for post in viewer.actor.posts if (at := directory.at(post.path))]
    return go(request, f"/organisations/{min(own, key=lambda at: len(at.path)).code if own else directory.root.code}")


@router.get("/organisations/{code}")
async def unit_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, code: str
) -> Response:
    """One unit: what it is, what lies below it, who is at work there, and what may be changed."""
    found = await unit(services, session, viewer.actor, code[:64])
    offices = await offices_of(services, session)
    return show(
        request,
        "organisation.html",
        viewer,
        unit=_head(found),
        names=offices.labels,
        children=[
            {
                "href": f"/organisations/{each.code}",
                "name": each.name,
                "kind": KINDS.get(each.kind, "单位"),
                "below": count,
            }
            for each, count in found.children
        ],
        staff=_staff(found),
        staffed=found.staffed,
        appoints=found.appoints,
        verbs=[(f"/organisations/{found.listed.code}/{name}", verb.title) for name, verb in _open_to(found)],
    )


@router.get("/organisations/{code}/{verb}")
async def change_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, code: str, verb: str
) -> Response:
    """The form of one change."""
    found = await _to_change(services, session, viewer, code, verb)
    return await _form(
        request, services, session, viewer, found, verb, typed={"name": found.listed.name if verb == "name" else ""}
    )


@router.post("/organisations/{code}/{verb}")
async def change(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    posted: FilledDep,
    code: str,
    verb: str,
) -> Response:
    """Changes the tree, once for the key in the form."""
    found = await _to_change(services, session, viewer, code, verb)
    directory = await services.directory.read(session)
    typed: JsonObject = {name: text(posted.form, name)[:200] for name in VERBS[verb].fields}
    typed["sources"] = _sources(posted.form)
    seen = text(posted.form, "seen")
    try:
        given = {**typed, "code": typed.get("code") or _numbered(text(posted.form, "key"))}
        write = _write(services, session, viewer.actor, directory, found.listed, verb, given, seen or None)
    except ValidationError as error:
        return await _form(
            request,
            services,
            session,
            viewer,
            found,
            verb,
            typed=typed,
            wrong=field_errors(error),
            status=422,
            seen=seen,
        )
    about = given["code"] if verb == "found" else found.listed.code
    outcome = await send(services, session, viewer, posted, f"organisations:{OPERATIONS[verb]}:{about}", write)
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的变动已经生效", "需要另行变动的，核对后请再次提交。")
        async with services.database.resume(session):
            return await _form(
                request,
                services,
                session,
                viewer,
                found,
                verb,
                typed=typed,
                wrong=outcome.errors,
                status=outcome.status,
                banner=banner,
                key=next_key(outcome, posted),
                seen=seen,
            )
    shown = outcome.answer.body
    to = found.lineage[-2].code if verb == "close" and len(found.lineage) > 1 else shown.code
    said = f"{found.listed.name}{VERBS[verb].done}" if verb in ("close", "move") else f"{VERBS[verb].done}{shown.name}"
    more = f"，{shown.people} 人随之转入" if shown.people else ""
    return go(request, f"/organisations/{to}", {"tone": "ok", "text": said + more})


OPERATIONS = {"found": "found", "name": "rename", "move": "move", "merge": "merge", "close": "close"}
"""What the service calls each change."""


def _write(
    services: Services,
    session: Session,
    actor: Actor,
    directory: Directory,
    at: Listed,
    verb: str,
    typed: Mapping[str, Any],
    seen: str | None,
) -> Callable[[str | None], Awaitable[Answer[OrganisationShown]]]:
    """The change that a form asks for.

    Raises:
        ValidationError: it is filled in wrongly.
    """
    code = Offices(directory).code
    match verb:
        case "found":
            level, line = LIKELY.get(typed["kind"], (at.level, at.line))
            new = OrganisationIn.model_validate(
                {
                    "code": typed["code"],
                    "name": typed["name"],
                    "kind": typed["kind"],
                    "level": level,
                    "line": line,
                    "under": at.code,
                    "keywords": typed["keywords"].split(),
                }
            )
            return lambda key: service.found(services, session, actor, new, key)
        case "name":
            named = OrganisationRenamed.model_validate({"name": typed["name"]})
            return lambda key: service.rename(services, session, actor, at.code, named, key, seen)
        case "move":
            moved = OrganisationMoved.model_validate({"under": code(typed["under"])})
            return lambda key: service.move(services, session, actor, at.code, moved, key, seen)
        case "merge":
            merged = OrganisationsMerged.model_validate(
                {"sources": [code(each) for each in typed["sources"]], "reason": typed["reason"]}
            )
            return lambda key: service.merge(services, session, actor, at.code, merged, key, seen)
        case _:
            closed = OrganisationClosed.model_validate({"reason": typed["reason"]})
            return lambda key: service.close(services, session, actor, at.code, closed, key, seen)


def _numbered(key: str) -> str:
    """A code for a unit that was given none: the same for the same form, which so founds it once."""
    return f"u-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _sources(form: FormData) -> list[str]:
    return [value[:64] for value in form.getlist("sources") if isinstance(value, str) and value][:20]


async def _to_change(services: Services, session: Session, viewer: Viewer, code: str, verb: str) -> Unit:
    found = await unit(services, session, viewer.actor, code[:64])
    if verb not in VERBS:
        raise NotFound
    if not found.keeps:
        services.access.note(viewer.actor.person_id, None, f"organisations:{OPERATIONS[verb]}", NotEntitled.code)
        raise NotEntitled("单位由本级或上级的系统管理员维护")
    return found


def _open_to(found: Unit) -> list[tuple[str, Verb]]:
    """The changes that somebody may ask for here; the root stays what and where it is."""
    if not found.keeps:
        return []
    return [(name, verb) for name, verb in VERBS.items() if len(found.lineage) > 1 or name in ("found", "name")]


async def _form(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    found: Unit,
    verb: str,
    *,
    typed: JsonObject,
    wrong: list[dict[str, str]] | None = None,
    status: int = 200,
    banner: dict[str, str] | None = None,
    key: str = "",
    seen: str = "",
) -> Response:
    directory = await services.directory.read(session)
    errors = {each["field"].partition(".")[0]: each["message"] for each in wrong or []}
    blank: JsonObject = dict.fromkeys(("name", "kind", "keywords", "code", "under", "reason"), "") | {"sources": []}
    return show(
        request,
        "organisation_change.html",
        viewer,
        status=status,
        unit=_head(found),
        verb=VERBS[verb],
        action=f"/organisations/{found.listed.code}/{verb}",
        labels=LABELS,
        typed={**blank, **typed},
        wrong=errors,
        banner=banner,
        key=key or new_id(),
        seen=seen or found.etag,
        kinds=list(KINDS.items()),
        names=_others(directory, found, verb),
    )


def _others(directory: Directory, found: Unit, verb: str) -> Options:
    """The units that a form offers, those nearby first: whose siblings they are, then the rest of the kind."""
    at, near = found.listed, found.lineage[-2].path if len(found.lineage) > 1 else found.listed.path
    if verb == "merge":
        able = [each for each in directory.of_kind(at.kind) if each.code != at.code]
    elif verb == "move":
        able = [
            each for each in directory.organisations if each.path != at.path and not each.path.startswith(f"{at.path}/")
        ]
    else:
        return []
    able.sort(key=lambda each: (not each.path.startswith(near), each.path.count("/"), each.path))
    return [(each.code, Offices(directory).label(each.code)) for each in able]


def _head(found: Unit) -> View:
    at = found.listed
    return {
        "code": at.code,
        "name": at.name,
        "kind": KINDS.get(at.kind, "单位"),
        "level": LEVELS.get(at.level, ""),
        "line": LINES.get(at.line, ""),
        "keywords": [] if at.kind in SERVING else at.keywords,
        "above": [(f"/organisations/{each.code}", each.name) for each in found.lineage[:-1]],
    }


def _staff(found: Unit) -> list[View] | None:
    """People with all their posts at this unit, once each."""
    if found.staff is None:
        return None
    posts: dict[str, list[str]] = {}
    people = {}
    for each in found.staff:
        people[each.username] = each
        posts.setdefault(each.username, []).append(role_name(each.role))
    return [
        {"href": f"/people/{name}", "name": person.name, "username": name, "roles": "、".join(posts[name])}
        for name, person in people.items()
    ]
