"""Spot checks (抽查): whoever judges looks again at a share of what the desks found to be no risk, of what the police
kept though it was no police matter, and of what was diverted.

Who looks sees what the desks saw and said, and no more of the case. What ended as no risk and was found wrong is
started again; of a verdict on diverting its case is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.disputes.access import refused
from api.oversight.asked import asked_posts
from api.oversight.drawing import follow_up
from api.oversight.schemas import About, DeskWord, SpotCheck, SpotCheckItem, SpotChecks, SpotVerdict
from domain.base import china
from domain.errors import Conflict, FourEyes, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.policy.catalogue import title_of
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.tables.reporting import SpotCheckRow
from infra.read_model.disputes import KEPT as UNTOLD
from infra.read_model.disputes import closed_to
from infra.read_model.reporting.spot_checks import CheckCounts, check_counts, find_check
from infra.read_model.reporting.spot_checks import spot_checks as stored_checks
from infra.records.reporting.spot_checks import DIVERTED, KEPT, OUTCOME, judge

ABOUT = {"no_risk": "无风险", "kept": "公安自办", "diverted": "已分流"}
"""What was done, by what the check is about."""
NOT_ASKED = "抽查由工作机制指定的岗位办理"
COUNTED = timedelta(days=30)
READERS = frozenset({"supervisor", "leader", "auditor"})
"""Beside those who are asked: read how spot checks stand, at the county's root only."""
_NOT_SAID = {"title": UNTOLD, "category_name": ""}
"""What stands in a list of a case that is need-to-know, for who neither judges it nor may open it."""
_WHOLE = TypeAdapter(SpotCheck)


def operation(check_id: str) -> str:
    """Operation of judging, of which an idempotency key holds."""
    return f"spot-check:{check_id}"


async def listed_checks(
    services: Services,
    session: Session,
    actor: Actor,
    box: str,
    limit: int,
    cursor: str | None,
    about: About | None = None,
) -> SpotChecks:
    """A page of what was drawn: `open`, or `done`; all, or about one thing.

    Raises:
        NotEntitled: no post of the person's is asked, nor reads them.
    """
    directory = await services.directory.read(session)
    may_judge = await _may_read(services, actor, directory)
    page = await stored_checks(session, box=box, limit=limit, cursor=cursor, about=about)
    now = datetime.now(UTC)
    counts = await check_counts(session, now - COUNTED)
    kept = set() if may_judge else await closed_to(session, actor, {row.dispute_no for row in page.rows})
    items = [_item(row, directory, now) for row in page.rows]
    items = [each.model_copy(update=_NOT_SAID) if each.dispute_no in kept else each for each in items]
    none = CheckCounts()
    return SpotChecks(
        items=items, next_cursor=page.next_cursor, counts=counts.get(OUTCOME, none), kept=counts.get(KEPT, none),
        diverted=counts.get(DIVERTED, none), may_judge=may_judge,
    )  # fmt: skip


async def whole_check(services: Services, session: Session, actor: Actor, check_id: str) -> SpotCheck:
    """One of them, as its judge needs it; the reading is noted.

    Raises:
        NotEntitled, NotFound
        NeedToKnow: it is not his to judge, and its case is kept from him.
    """
    directory = await services.directory.read(session)
    may_judge = await _may_read(services, actor, directory)
    row = await find_check(session, check_id)
    if row is None:
        raise NotFound("没有这件抽查")
    if not may_judge and await closed_to(session, actor, [row.dispute_no]):
        raise await refused(services, session, actor, row.dispute_no, "spot_check")
    services.access.note(actor.person_id, row.dispute_no, "spot_check")
    return _whole(row, directory, datetime.now(UTC), may_judge=may_judge and not _barred(row, actor))


async def judge_check(
    services: Services, session: Session, actor: Actor, check_id: str, verdict: SpotVerdict, key: str | None
) -> Answer[SpotCheck]:
    """Takes the second look's verdict; what follows of one found wrong is done, `drawing.follow_up`.

    Raises:
        NotEntitled: no post of the person's is asked.
        NotFound: it was not drawn.
        FourEyes: he was at one of its desks.
        Conflict: somebody has judged it.
    """

    async def do(_: str) -> Effect[SpotCheck]:
        directory = await services.directory.read(session)
        by = _asked(services, actor, directory)
        if by is None:
            services.access.note(actor.person_id, None, "spot_check:judge", NotEntitled.code)
            raise NotEntitled(NOT_ASKED)
        row = await find_check(session, check_id)
        if row is None:
            raise NotFound("没有这件抽查")
        if _barred(row, by):
            services.access.note(actor.person_id, row.dispute_no, "spot_check:judge", FourEyes.code)
            raise FourEyes("参与研判的人员不得抽查本件")
        now = datetime.now(UTC)

        async def write(writing: Session) -> Answer[SpotCheck]:
            said = {
                "reason": verdict.reason.strip(), "judged_name": by.name,
                "on_behalf_of": by.on_behalf_of, "on_behalf_name": by.on_behalf_name,
            }  # fmt: skip
            if not await judge(writing, row, verdict.verdict, by.person_id, now, said):
                raise Conflict("该件已有抽查结论")
            services.access.note(actor.person_id, row.dispute_no, f"spot_check:{verdict.verdict}")
            judged = await find_check(writing, check_id)
            assert judged is not None, "it was just written"
            await writing.refresh(judged)
            return Answer(200, _whole(judged, directory, now, may_judge=False))

        return Effect(write, operation(check_id))

    content = verdict.model_dump(mode="json")
    answer = await once(services, session, actor, operation(check_id), key, content, _WHOLE, do)
    await session.close()
    await follow_up(services, check_id)
    return answer


async def _may_read(services: Services, actor: Actor, directory: Directory) -> bool:
    """Whether the person is asked; who is not has to be one of the readers."""
    if _asked(services, actor, directory):
        return True
    if any(post.role in READERS and post.path == directory.root.path for post in actor.posts):
        return False
    services.access.note(actor.person_id, None, "spot_check", NotEntitled.code)
    raise NotEntitled(NOT_ASKED)


def _asked(services: Services, actor: Actor, directory: Directory) -> Actor | None:
    """In whose name the person looks at them; none where nobody's post of his is asked."""
    playbook = services.policy.playbook
    checks = playbook.spot_checks
    return actor.capacity_at(asked_posts(directory, playbook, checks.by)) if checks else None


def _barred(row: SpotCheckRow, actor: Actor) -> bool:
    return bool(actor.persons & set(row.sealed["barred"]))


def _item(row: SpotCheckRow, directory: Directory, now: datetime) -> SpotCheckItem:
    listed = directory.at(row.path)
    assert row.due_at is not None, "what was drawn is due"
    return SpotCheckItem(
        check_id=row.check_id,
        about=row.about,
        dispute_no=row.dispute_no,
        title=row.sealed["title"],
        category_name=row.sealed["category_name"],
        colour=row.sealed["colour"],
        organisation=row.path.rpartition("/")[2],
        organisation_name=listed.name if listed else "",
        closed_at=china(row.closed_at),
        due_at=china(row.due_at),
        overdue=row.judged_at is None and row.due_at < now,
        verdict=row.verdict,
        judged_at=china(row.judged_at) if row.judged_at else None,
        judged_by=row.sealed.get("judged_name", ""),
        on_behalf_name=row.sealed.get("on_behalf_name"),
    )


def _whole(row: SpotCheckRow, directory: Directory, now: datetime, *, may_judge: bool) -> SpotCheck:
    said = row.sealed
    desks = [
        DeskWord(name=d["name"], decision_name=title_of(d["kind"], d["decision"]), at=d["at"], ground=d["ground"])
        for d in said["desks"]
    ]
    return SpotCheck(
        **dict(_item(row, directory, now)), narratives=said["narratives"], address=said["address"], desks=desks,
        verdict_words=said.get("verdict_words", ""), verdict_reason=said.get("verdict_reason", ""),
        reason=said.get("reason", ""), may_judge=may_judge and row.judged_at is None,
    )  # fmt: skip
