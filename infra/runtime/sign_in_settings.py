"""The settings of signing in: how long a sign-in lasts, what is asked of passwords, and who must show more than one."""

from collections.abc import Collection
from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from domain.people.organisation import ROLES
from domain.people.passwords import PasswordRules
from domain.people.second_factor import must_have
from domain.people.sign_ins import Lasting

LEAST_PASSWORD_MEMORY_MB, LEAST_PASSWORD_PASSES = 19, 2
"""Below that a stolen hash is guessed too fast (OWASP, Password Storage)."""


class SignInSettings(BaseSettings):
    """A part of `Settings`."""

    token_hours: int = Field(default=12, ge=1, description="Life of a sign-in, in hours.")
    idle_minutes: int = Field(default=120, ge=5, description="Minutes without a request after which a sign-in is over.")
    access_days: int = Field(
        default=1096, ge=184, description="Days that the access log is kept; the law asks for six months."
    )
    password_length: int = Field(default=10, ge=8, le=64, description="Characters that a password has at least.")
    password_classes: int = Field(
        default=3,
        ge=1,
        le=4,
        description="How many of small letters, capitals, digits and signs it has; one less where it is twice as long.",
    )
    password_history: int = Field(default=5, ge=0, le=24, description="Former passwords that may not be used again.")
    password_days: int = Field(default=180, ge=0, description="Days after which a password must be changed; 0: never.")
    password_memory_mb: int = Field(
        default=64, ge=1, le=1024, description="Memory that hashing one password takes (argon2id), in MiB."
    )
    password_passes: int = Field(default=3, ge=1, le=20, description="Passes over that memory (argon2id).")
    second_factor_roles: str = Field(
        default="",
        description="Codes of roles whose holders must have a second factor, separated by spaces (one that a "
        "playbook adds goes by the role that it is like); in production the three powers must have it "
        "whatever stands here.",
    )

    @model_validator(mode="after")
    def _roles_known(self) -> Self:
        if unknown := sorted(set(self.second_factor_roles.split()) - set(ROLES)):
            raise ValueError(
                f"SANTUI_SECOND_FACTOR_ROLES names no role: {unknown[0]}. 没有“{unknown[0]}”这个岗位代码。"
            )
        return self

    def must_have_factor(self, held: Collection[str], *, production: bool) -> bool:
        """Whether whoever holds these roles must have a second factor."""
        return must_have(held, self.second_factor_roles.split(), production=production)

    @property
    def password_rules(self) -> PasswordRules:
        """What is asked of passwords."""
        return PasswordRules(length=self.password_length, classes=self.password_classes,
                             history=self.password_history, days=self.password_days)  # fmt: skip

    @property
    def sign_in_lasting(self) -> Lasting:
        """How long a sign-in lasts."""
        return Lasting(life=timedelta(hours=self.token_hours), idle=timedelta(minutes=self.idle_minutes))
