"""Villages with those who answer for them, as the registers have it now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from api.core.context import Services
from api.core.schemas import Listed
from api.disputes.access import visible_dispute
from api.registers.beat_service import entrusted
from api.registers.duty_schemas import PersonNamed, PlaceNamed
from api.villages.schemas import CaseContacts, ContactItem, VillageItem
from domain.people.duties import OF_BEATS, OF_PLACES, OF_VILLAGES, RULES, Duty
from domain.people.organisation import Actor, within
from domain.triage.beat_coverage import Someone
from domain.triage.places import Directory, Kind
from domain.triage.places import Listed as Organisation
from domain.triage.subjects import station_of
from domain.triage.village_network import BY_POST, Contact, Network, networks, subjects_of, village_of
from infra.database.engine import Session
from infra.database.pagination import page_of
from infra.read_model.disputes import home_paths
from infra.records.duties import duties, people_at_work

KINDS = (*OF_BEATS, *OF_VILLAGES, *OF_PLACES)


async def list_villages(
    services: Services,
    session: Session,
    *,
    organisation: str | None,
    vacant: bool | None,
    limit: int,
    cursor: str | None,
) -> Listed[VillageItem]:
    """A page of villages by path: all, or those of a township or station, or of those the ones without an auxiliary.

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    directory = await services.directory.read(session)
    place = directory.named(organisation) if organisation else None
    found = [v for v in directory.of_kind(Kind.VILLAGE) if _of(directory, v, place)]
    if vacant is None:
        page, more = page_of(found, lambda v: v.path, limit=limit, cursor=cursor)
        shown = await _networks(session, directory, page) if page else []
    else:
        fit = [each for each in await _networks(session, directory, found) if (each.auxiliary is None) == vacant]
        shown, more = page_of(fit, lambda each: each.village.path, limit=limit, cursor=cursor)
    return Listed[VillageItem](items=[_item(directory, each) for each in shown], next_cursor=more)


async def gaps(services: Services, session: Session) -> list[str]:
    """The villages without an auxiliary, in words, in the order of the tree."""
    directory = await services.directory.read(session)
    found = await _networks(session, directory, directory.of_kind(Kind.VILLAGE))
    return [network.gap for network in found if network.gap]


async def contacts_of(services: Services, session: Session, actor: Actor, dispute_no: str) -> CaseContacts:
    """Who answers for the place of a dispute that the person may see, and which leaders contracted the dispute.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    await visible_dispute(services, session, actor, dispute_no)
    return await contacts_in(services, session, dispute_no)


async def contacts_in(services: Services, session: Session, dispute_no: str) -> CaseContacts:
    """The same of a dispute that was read for who may see it."""
    directory = await services.directory.read(session)
    village = village_of(directory, await home_paths(session, dispute_no))
    network = await _network(session, directory, village) if village else None
    held = await duties(session, kinds=[Duty.CONTRACTING], subjects=[dispute_no], at=datetime.now(UTC))
    here = PlaceNamed(code=dispute_no, name="本案")
    return CaseContacts(
        dispute_no=dispute_no,
        village=_item(directory, network) if network else None,
        leaders=[
            ContactItem(person_id=each.person.person_id, name=each.person.name, at=here, by="name",
                        title=RULES[Duty.CONTRACTING].name)
            for each in held
        ],
    )  # fmt: skip


async def _networks(session: Session, directory: Directory, villages: Collection[Organisation]) -> list[Network]:
    has = await entrusted(session, KINDS, datetime.now(UTC))
    return list(networks(directory, has, await people_at_work(session, BY_POST, KINDS), villages))


async def _network(session: Session, directory: Directory, village: Organisation) -> Network:
    """The same of one village, of a case's page: nothing is read of all the others."""
    subjects = subjects_of(directory, village)
    has = await entrusted(session, KINDS, datetime.now(UTC), subjects)
    people = await people_at_work(session, BY_POST, KINDS, subjects=subjects, at=village.path)
    return next(networks(directory, has, people, [village]))


def _of(directory: Directory, village: Organisation, place: Organisation | None) -> bool:
    return place is None or within(village.path, place.path) or station_of(directory, village) == place


def _item(directory: Directory, network: Network) -> VillageItem:
    village = network.village
    town = next((area for area in directory.areas_of(village) if area.kind == Kind.TOWN), None)
    return VillageItem(
        code=village.code,
        name=village.name,
        township=_place(town) if town else None,
        station=_place(network.station) if network.station else None,
        auxiliary=_person(network.auxiliary) if network.auxiliary else None,
        unfit=[_person(who) for who in network.unfit],
        gap=network.gap,
        contacts=_contacts(network.contacts),
        leaders=_contacts(network.leaders),
        counterparts=_contacts(network.counterparts),
    )


def _contacts(contacts: Iterable[Contact]) -> list[ContactItem]:
    return [
        ContactItem(person_id=c.who.person_id, name=c.who.name, title=c.title, at=_place(c.at), by=c.by)
        for c in contacts
    ]


def _person(who: Someone) -> PersonNamed:
    return PersonNamed(person_id=who.person_id, name=who.name)


def _place(listed: Organisation) -> PlaceNamed:
    return PlaceNamed(code=listed.code, name=listed.name)
