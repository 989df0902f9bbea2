"""Publishing: a case's image into the read model."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.projection import Image
from infra.database import Database
from infra.read_model import ReadModelGap, write_image
from workflows import ports


class Publishing:
    """The activity with the database it writes to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=ports.publish.__name__)
    async def publish(self, image: Image) -> int:
        """See `workflows.ports.publish`."""
        try:
            return await write_image(self._database, image)
        except ReadModelGap as gap:
            raise ApplicationError(str(gap), type=ports.READ_MODEL_GAP) from gap
