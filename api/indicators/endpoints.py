"""Indicators: figures by organisation and month, the cases behind each number, and the workbook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, problems
from api.core.responses import as_download
from api.indicators import service
from api.indicators.parameters import First, Last, OfMatter, Whose
from api.indicators.question import Part, Question, ask
from api.indicators.schemas import CasesBehind, Indicators
from api.indicators.workbook import MEDIA_TYPE
from domain.indicators.attribution import Attribution
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.policy.fields import Day
from domain.policy.matters.matter import Matter
from infra.read_model.indicators import By

router = APIRouter(prefix="/v1", tags=["indicators"])


async def get_question(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    first: First = None,
    last: Last = None,
    organisation: Whose = None,
    by: Annotated[By | None, Query(description="分组")] = None,
    attribution: Annotated[
        Attribution,
        Query(
            description="单位以何种身份计：any 有份即计，responsible 责任，acted 经办，reported 报送，"
            "dispatched 推送，judged 评估，station 属地派出所，township 属地乡镇"
        ),
    ] = "any",
    matter: OfMatter = Matter.DISPUTE,
    since_live: Annotated[bool, Query(description="自平台运行之日起，不论首日")] = False,
    as_of: Annotated[Day | None, Query(description="读数日；默认今天，期末在后的为期末")] = None,
    relapse_days: Annotated[int, Query(description="反复窗口：30、90、180天")] = DEFAULT_WINDOWS["relapse"],
    repeat_days: Annotated[int, Query(description="重复报警回看：7、30、90天")] = DEFAULT_WINDOWS["repeat"],
) -> Question:
    """The question of a request; raises as `ask`."""
    return await ask(
        services, session, actor, first=first, last=last, organisation=organisation, by=by, as_of=as_of,
        attribution=attribution, since_live=since_live, matter=matter,
        windows={"relapse": relapse_days, "repeat": repeat_days},
    )  # fmt: skip


QuestionDep = Annotated[Question, Depends(get_question)]


@router.get("/indicators", response_model=Indicators, response_model_exclude_unset=True, responses=problems(READ))
async def get_indicators(
    services: ServicesDep, session: SessionDep, actor: ActorDep, question: QuestionDep
) -> Indicators:
    """The indicators of a period (both days inclusive, it closes at 24:00 Asia/Shanghai), read on a day.

    `values` gives for each indicator `value` (per cent or number; none is shown as “—”), `numerator`, `denominator`,
    `participated` (with the parts taken beside others), `amended` (taken back after the period had closed) and `marks`;
    `compared` the period before and the same days a year before, rates in percentage points.

    An organisation reads what it had a part in: reported, pushed, handled, judged, or what lies in it; `attribution`
    narrows that to one part, and only then do the rows of `by=organisation` add up. `by=responsible` and `by=township`
    tell apart who has the matters and where they lie; rows of organisations have `ranks` among those of their kind.
    """
    return await service.indicators(services, session, question)


@router.get(
    "/indicators/cases", response_model=CasesBehind, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_cases(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    question: QuestionDep,
    indicator: Annotated[str, Query(max_length=64)],
    part: Part = "numerator",
    group: Annotated[str | None, Query(max_length=64, description="`by`之下的一组，如单位代码")] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> CasesBehind:
    """The disputes behind a number, in order of their number; `count` says how many there are in all.

    `counted_colour` is the colour in force at the event, `first_colour` that with which the dispute began, `colour` the
    present one. A number may count several events of one dispute, and disputes the person may not open: those are
    counted only.
    """
    return await service.cases(services, session, actor, question, indicator, part, group, limit, cursor)


@router.get(
    "/indicators.xlsx",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}, **problems(READ | COUNTED)},
)
async def get_workbook(services: ServicesDep, session: SessionDep, actor: ActorDep, question: QuestionDep) -> Response:
    """The same figures as a workbook: numbers as numbers, the definitions on a sheet of their own."""
    book = await service.export(services, session, actor, question)
    return as_download(book.content, MEDIA_TYPE, book.name)
