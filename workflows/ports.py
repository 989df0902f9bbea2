"""What workflows ask of the outside: names, arguments, results. `activities/` implements them."""

from __future__ import annotations

from temporalio import activity

from domain.image.projection import Image

TASK_QUEUE = "santui"
READ_MODEL_GAP = "ReadModelGap"
"""The error type by which `publish` says that it needs the whole image, not what is new since a revision."""


@activity.defn(name="publish")
async def publish(image: Image) -> int:
    """Writes a dispute's image to the read model, whole at its revision, in one transaction; answers the revision.

    Idempotent: an image that is not newer than what is stored changes nothing.
    """
    raise RuntimeError("a port has no body; the worker registers activities.publish")


@activity.defn(name="archive")
async def archive() -> int:
    """Puts the histories of closed runs that are not yet there into the archive; answers how many.

    Idempotent: a history that is there is left as it is.
    """
    raise RuntimeError("a port has no body; the worker registers activities.archive")


@activity.defn(name="digest")
async def digest() -> int:
    """Sends each person the morning's one message about tasks that press; answers how many people got one.

    Idempotent: once a person and day. What listeners no longer need of past events is let go of, too,
    and the answers of idempotency keys after a month.
    """
    raise RuntimeError("a port has no body; the worker registers activities.digest")


@activity.defn(name="learn")
async def learn() -> int:
    """Has the API learn from the cases that desks confirmed, by a job in a process of its own; answers 1.

    Idempotent: where nothing was confirmed since, such a job makes nothing.
    """
    raise RuntimeError("a port has no body; the worker registers activities.queue")


@activity.defn(name="examine")
async def examine() -> int:
    """Has the API look at every dispute and every run for what is wrong, by a job in a process of its own; answers 1.

    Idempotent: what was found stays one finding until it is gone.
    """
    raise RuntimeError("a port has no body; the worker registers activities.queue")
