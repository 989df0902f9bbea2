"""How people come in: their sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from infra.database.columns import Instant, Sealed, instant_field


class SignInSessionRow(SQLModel, table=True):
    """A sign-in on one device, or a program's token, from its beginning until it was ended or over; never deleted."""

    __tablename__ = "sign_in_session"
    session_id: str = Field(primary_key=True)
    """the digest of its token; the token itself is kept nowhere"""
    person_id: str = Field(foreign_key="person.person_id", index=True)
    begun_at: datetime = instant_field()
    until: datetime = instant_field()
    """the latest that it lasts"""
    seen_at: datetime = instant_field()
    """when something was last asked with it, to a minute"""
    ended_at: datetime | None = instant_field(default=None)
    restricted: bool = False
    """it serves for nothing but a new password"""
    way: str = "password"
    """by what somebody came in (`domain.people.sign_ins.WAYS`)"""
    factor: str = ""
    """what stood beside it (`domain.people.second_factor.FACTORS`)"""
    how: str = ""
    """why it was ended, by a key of `domain.people.sign_ins.ENDINGS`"""
    ended_by: str = ""
    """person id; empty where nobody in particular did"""
    scopes: str = ""
    """of a program's token what it was given for, separated by spaces; empty of a sign-in"""
    sealed: Any = Field(sa_column=Column(Sealed("sign_in_session"), nullable=False))
    """from where and with what: `address`, `device`; of a program's token its `purpose`"""
    sealed_last: Any = Field(default=None, sa_column=Column(Sealed("sign_in_session"), nullable=True))
    """of a program's token: the address from which it was last used"""


class FormerPasswordRow(SQLModel, table=True):
    """A password that somebody had, hashed as it was, so that it is not used again."""

    __tablename__ = "former_password"
    person_id: str = Field(primary_key=True, foreign_key="person.person_id")
    until: datetime = Field(sa_column=Column(Instant, primary_key=True))
    password_hash: str


class KnownDeviceRow(SQLModel, table=True):
    """A browser from which somebody signed in: guesses of strangers at his account do not count for it."""

    __tablename__ = "known_device"
    device_id: str = Field(primary_key=True)
    """the digest of what it keeps"""
    account: str
    """a keyed digest of the username"""
    at: datetime = instant_field()


class ProviderSubjectRow(SQLModel, table=True):
    """Whom a provider means by one of its own words for people; at one provider a person is one."""

    __tablename__ = "provider_subject"
    subject_id: str = Field(primary_key=True)
    """the digest of the provider's address and its word"""
    issuer: str
    person_id: str = Field(foreign_key="person.person_id", index=True)
    at: datetime = instant_field()


class SecondFactorRow(SQLModel, table=True):
    """The device by whose codes somebody shows a second time who he is, and the one that he is about to take."""

    __tablename__ = "second_factor"
    person_id: str = Field(primary_key=True, foreign_key="person.person_id")
    since: datetime | None = instant_field(default=None)
    """since when it serves; none while no code of it was ever shown"""
    last_step: int = 0
    """of the last code that was taken: none of then or before is taken again"""
    salt: str = ""
    """of the digests of the recovery codes"""
    sealed: Any = Field(default=None, sa_column=Column(Sealed("second_factor"), nullable=True))
    """`person_id`, `secret`"""
    offered: Any = Field(default=None, sa_column=Column(Sealed("second_factor"), nullable=True))
    """the same of a device that waits for its first code"""
    offered_at: datetime | None = instant_field(default=None)


class RecoveryCodeRow(SQLModel, table=True):
    """A code by which somebody comes in once who has not his device at hand."""

    __tablename__ = "recovery_code"
    person_id: str = Field(primary_key=True, foreign_key="person.person_id")
    digest: str = Field(primary_key=True)
    made_at: datetime = instant_field()
    used_at: datetime | None = instant_field(default=None)
