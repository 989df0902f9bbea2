"""The front door: which names are answered, who may speak for another's address, how slowly one may knock, how long a
program is let in.

A proxy that ends TLS says who asked it in `X-Forwarded-For` and `X-Forwarded-Proto`. Anybody can write those headers,
so they are believed of the proxies that are named here and of nobody else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

LOOPBACK = "127.0.0.1"
LOCAL = ("localhost", LOOPBACK, "::1")
"""Names by which a machine reaches itself."""
ANYWHERE = ("0.0.0.0", "::", "")
"""Addresses to listen on that are no address to ask at."""
Port = Annotated[int, Field(ge=1, le=65535)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address that name a subscriber's network; all below are his to choose."""
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^\s:/@?#\[\]]+))(?::\d{1,5})?")


def plain_address(text: str) -> str | None:
    """An address in the one spelling in which it is noted and counted (an IPv4 address that came in an IPv6 one as
    itself, no zone); none where it is no address.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def counted_as(address: str) -> str:
    """Under what an address is counted where there is a limit: an IPv6 address by its network of 64 bits, the least
    that anybody is given (RFC 6177), an IPv4 address as itself; what is no address as it is.
    """
    plain = plain_address(address) or address
    if ":" not in plain or plain_address(plain) is None:
        return plain
    return str(ipaddress.ip_network((plain, _ONE_SUBSCRIBER), strict=False))


def is_loopback(text: str) -> bool:
    """Whether an address is this machine's own."""
    address = plain_address(text)
    return address is not None and ipaddress.ip_address(address).is_loopback


def host_name(header: str) -> str | None:
    """The name or address in a `Host` header, without its port; none where it is no such header (RFC 9110 7.2)."""
    found = _HOST.fullmatch(header.lower())
    return (found["name"] or plain_address(found["six"])) if found else None


class Proxies:
    """The proxies that are believed, by their networks."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self.networks = networks
        self._trusts = lru_cache(maxsize=4096)(self._looked_up)

    def trusts(self, address: str) -> bool:
        """Whether somebody at an address is believed about who asked him."""
        return bool(self.networks) and self._trusts(address)

    def _looked_up(self, text: str) -> bool:
        address = plain_address(text)
        return address is not None and any(ipaddress.ip_address(address) in each for each in self.networks)


class FrontDoor(BaseSettings):
    """The settings of the front door."""

    http_host: str = Field(default=LOOPBACK, description="Address the API listens on.")
    http_port: Port = Field(default=8000, description="Port of the API and the pages.")
    hosts: str | None = Field(
        default=None,
        description="Names under which santui is reached, with commas between them, without a port: every other `Host` "
        "is refused; unset: this machine's own names, which production mode refuses.",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses and networks (CIDR) of the proxies that end TLS, with commas between them: of these, "
        "and of nobody else, `X-Forwarded-For` and `X-Forwarded-Proto` are believed; unset: nobody.",
    )
    head_seconds: float = Field(
        default=15.0,
        gt=0,
        description="Seconds in which the head of a request, or the next of its body, has to be there.",
    )
    body_seconds: float = Field(default=900.0, gt=0, description="Seconds that a body is waited for in all.")
    body_rate: int = Field(default=1024, ge=1, description="Bytes a second with which a body comes at least.")
    connections_per_address: int = Field(
        default=500,
        ge=1,
        description="Connections that one address (in IPv6 one network of 64 bits) may have open at one API process; "
        "behind a trusted proxy, requests.",
    )

    feed_token_days: int = Field(
        default=365, ge=1, le=1096, description="Days that a program's token lasts at most; it may be made for fewer."
    )

    @field_validator("hosts")
    @classmethod
    def _names(cls, hosts: str | None) -> str | None:
        for each in _listed(hosts):
            if not _NAME.fullmatch(each.lower()) and plain_address(each) is None:
                raise ValueError(f"{each!r} is no name of a host; a port does not belong there, * neither")
        return hosts

    @field_validator("trusted_proxies")
    @classmethod
    def _few(cls, proxies: str | None) -> str | None:
        for each in _listed(proxies):
            if not ipaddress.ip_network(each).prefixlen:
                raise ValueError(f"{each!r} is everybody: whoever asks could say who he is")
        return proxies

    @property
    def host_names(self) -> frozenset[str]:
        """The names that are answered whoever asks; lower case, addresses in one spelling."""
        own = () if self.http_host in (*ANYWHERE, *LOCAL) else (self.http_host,)
        return frozenset(plain_address(each) or each.lower() for each in (_listed(self.hosts) or LOCAL) + own)

    @property
    def proxies(self) -> Proxies:
        """Who is believed about who asks."""
        return Proxies(tuple(ipaddress.ip_network(each) for each in _listed(self.trusted_proxies)))

    @property
    def base_url(self) -> str:
        """Where this machine reaches the API (a server bound to every address is reached on loopback)."""
        host = LOOPBACK if self.http_host in ANYWHERE else self.http_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.http_port}"

    def unfit_door(self) -> Iterator[tuple[str, str, str, str]]:
        """What of it is good for a demonstration only: the setting, what is refused, what to set it to, in Chinese."""
        if not _listed(self.hosts):
            yield "hosts", "a front door without a name", "the names under which people reach it", "访问所用的主机名"
        if not _listed(self.trusted_proxies):
            to = "the address of the proxy that ends TLS"
            yield "trusted_proxies", "sign-ins without TLS", to, "终止 TLS 的反向代理地址"


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (value or "").split(",") if each.strip())
