"""A village with its auxiliary and its contact network; the people behind the place of a dispute."""

from __future__ import annotations

from typing import Literal

from api.core.schemas import Shape
from api.registers.duty_schemas import PersonNamed, PlaceNamed


class ContactItem(PersonNamed):
    """Somebody of a network: what he is there, where, and whether by name or by his post."""

    title: str
    at: PlaceNamed
    by: Literal["name", "post"]


class VillageItem(Shape):
    """A village with those who answer for it; `gap` says in words why it has no auxiliary."""

    code: str
    name: str
    township: PlaceNamed | None
    station: PlaceNamed | None
    auxiliary: PersonNamed | None
    unfit: list[PersonNamed]
    gap: str
    contacts: list[ContactItem]
    leaders: list[ContactItem]
    """包保领导"""
    counterparts: list[ContactItem]
    """对口联系人"""


class CaseContacts(Shape):
    """Who answers for a dispute's place, and which leaders contracted the dispute itself."""

    dispute_no: str
    village: VillageItem | None
    """none where the place is known no closer than to a township"""
    leaders: list[ContactItem]
    """who contracted the dispute itself"""
