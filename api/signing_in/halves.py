"""What a browser holds between the two proofs: signed, for a few minutes, and good in that browser only.

Nothing is kept here of who got half way in. It ends by itself when the password changes.
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.core.context import Services
from api.signing_in.service import Proved
from domain.people.second_factor import HALF_LASTS
from infra.database.engine import Session
from infra.database.tables.people import PersonRow


def half_of(services: Services, visit: str, proved: Proved) -> str:
    """What says that somebody has shown the first proof in the browser that keeps `visit`."""
    said = [proved.person.person_id, proved.way, proved.password_due, _stood(proved.person)]
    return _signing(services, visit).dumps(said)


async def proved_by(services: Services, session: Session, visit: str, half: str) -> Proved | None:
    """What was proved; none where this was not made for that browser, is too old, or the person is in no more."""
    try:
        person_id, way, due, stood = _signing(services, visit).loads(half, max_age=int(HALF_LASTS.total_seconds()))
    except BadSignature:
        return None
    person = await session.get(PersonRow, person_id)
    if person is None or not person.active or _stood(person) != stood:
        return None
    return Proved(person, way, password_due=due)


def _signing(services: Services, visit: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.forms.secret, salt=f"santui.half.v1:{visit}")


def _stood(person: PersonRow) -> str:
    """Of the password by which somebody got half way in; nobody learns its hash from it."""
    return hashlib.sha256(f"{person.person_id}:{person.password_hash}".encode()).hexdigest()[:32]
