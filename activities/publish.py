"""Publishing: a case's image into the read model."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.image.projection import Image
from infra.database.engine import Database
from infra.health.unpublished_cases import UnpublishedCases
from infra.read_model.writer import ReadModelGap, write_image
from workflows import ports


class Publishing:
    """The activity with the database it writes to."""

    def __init__(self, database: Database, unpublished: UnpublishedCases) -> None:
        self._database, self._unpublished = database, unpublished

    @activity.defn(name="publish")
    async def publish(self, image: Image) -> int:
        """See `workflows.ports.publish`."""
        try:
            revision = await write_image(self._database, image)
        except ReadModelGap as gap:
            raise ApplicationError(str(gap), type=ports.READ_MODEL_GAP) from gap
        except Exception:
            self._unpublished.failed(image.dispute_no, activity.info().scheduled_time)
            raise
        self._unpublished.written(image.dispute_no)
        return revision
