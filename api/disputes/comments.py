"""Comments on a dispute, beside the process."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from api.attachments.access import check_may_attach, named_files
from api.attachments.service import FILES
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.disputes.access import visible_dispute
from api.disputes.mentions import MOST, people_mentioned
from api.disputes.presenters import present_comment
from api.disputes.schemas import Comment
from domain.base import Model
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.comments import add_comment

_COMMENT: TypeAdapter[Comment] = TypeAdapter(Comment)


class CommentIn(Model):
    """A remark. Whom it mentions stands in it as `@username`, or beside it in `mentions`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    mentions: Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=MOST)] = []
    """usernames or person ids"""
    attachments: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=FILES)] = []
    """files uploaded before, which the remark takes"""


async def remark_with_report(
    services: Services, session: Session, actor: Actor, dispute_no: str, text: str, ids: list[str], key: str | None
) -> Answer[Comment]:
    """Gives a dispute the files that came with a report of the person's own, once for the key of the report; he need
    not see the dispute.

    Raises:
        NotFound, NotEntitled: it is no report of his.
        FieldsInvalid: a file is not there.
    """

    async def do(_: str) -> Effect[Comment]:
        await check_may_attach(services, session, actor, dispute_no)
        files = [file.attachment_id for file in await named_files(session, actor, dispute_no, ids)]

        async def add(writing: Session) -> Answer[Comment]:
            return Answer(201, present_comment(await add_comment(writing, dispute_no, actor, text, {}, files)))

        return Effect(add)

    return await once(services, session, actor, f"report:{dispute_no}", key, {"files": ids}, _COMMENT, do)


async def comment_on(
    services: Services, session: Session, actor: Actor, dispute_no: str, comment: CommentIn, key: str | None
) -> Answer[Comment]:
    """Adds a comment with its files; whoever is mentioned gets a message.

    Raises:
        NotFound: there is no such dispute for this person.
        FieldsInvalid: somebody can't be mentioned, or a file is not there.
    """

    async def do(_: str) -> Effect[Comment]:
        await visible_dispute(services, session, actor, dispute_no)
        people = await people_mentioned(session, dispute_no, comment.text, comment.mentions)
        files = [file.attachment_id for file in await named_files(session, actor, dispute_no, comment.attachments)]

        async def add(writing: Session) -> Answer[Comment]:
            return Answer(
                201, present_comment(await add_comment(writing, dispute_no, actor, comment.text, people, files))
            )

        return Effect(add)

    return await once(services, session, actor, f"comment:{dispute_no}", key, comment.model_dump(), _COMMENT, do)
