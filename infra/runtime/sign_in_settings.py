"""The settings of signing in: how long a sign-in lasts, what is asked of passwords, and who must show more than one."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
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

    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$",
        description="Address of an OpenID Connect provider by which people may sign in beside passwords; unset: none.",
    )
    oidc_client_id: str | None = Field(default=None, min_length=1, description="What the provider knows us as.")
    oidc_secret_file: Path | None = Field(
        default=None, description="File with the secret that the provider gave us, its owner's alone; unset: none."
    )
    oidc_claim: str = Field(
        default="preferred_username",
        min_length=1,
        description="What the provider calls a person's username here, of whom nothing is on record yet.",
    )
    oidc_factor: str = Field(
        default="",
        description="Values of the provider's amr or acr, separated by spaces, that stand for a second factor; "
        "empty: it vouches for none.",
    )
    oidc_name: str = Field(
        default="统一身份认证", min_length=1, max_length=20, description="What people know the provider as."
    )

    @field_validator("oidc_secret_file")
    @classmethod
    def _absolute_secret(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @model_validator(mode="after")
    def _provider_whole(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError(
                "SANTUI_OIDC_ISSUER and SANTUI_OIDC_CLIENT_ID go together. 须同时设置统一身份认证的地址和客户端标识。"
            )
        if self.oidc_secret_file and not self.oidc_secret_file.is_file():
            raise ValueError(f"SANTUI_OIDC_SECRET_FILE names no file: {self.oidc_secret_file}. 密钥文件不存在。")
        return self

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
