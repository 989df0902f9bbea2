"""What the update of a message is answered."""

from __future__ import annotations

from domain.base import Model
from domain.image.projection import Image
from domain.transitions.decisions import Receipt


class UpdateResult(Model):
    """The receipt of a message, and the case as it stands since the revision that the sender had seen.

    The image is for the read model: whoever was answered writes it there. None where nothing had been seen.
    """

    receipt: Receipt
    image: Image | None = None
