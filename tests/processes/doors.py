"""The one address by the process behind it: requests that a named API process answers, whichever the kernel would take.

The kernel deals connections out by chance, so connections are opened until one is the wanted process's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import psutil

from api.cli.client import Client, County
from tests.instance import Instance

WITHIN = 90.0
FRESH = 2.0
"""Seconds for which an idle connection is used again: the server closes it after five."""


class Door(httpx2.BaseTransport):
    """Sends every request to one API process of an instance."""

    def __init__(self, instance: Instance, name: str) -> None:
        self._instance, self._name = instance, name
        self._way, self._port, self._pid, self._used = httpx2.HTTPTransport(), 0, 0, 0.0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request on a connection that is the process's."""
        if time.monotonic() - self._used > FRESH or self._pid != self._instance.pid(self._name):
            self._open()  # a process that was started again has closed them all
        response = self._way.handle_request(request)
        assert _port(response) == self._port, "the connection was closed before it was used"
        self._used = time.monotonic()
        return response

    def close(self) -> None:
        """Lets the connection go."""
        self._way.close()

    def _open(self) -> None:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            self._way.close()
            self._way = httpx2.HTTPTransport(limits=httpx2.Limits(max_connections=1))
            request = httpx2.Request(
                "GET", f"{self._instance.base}/healthz", extensions={"timeout": dict.fromkeys(("connect", "read"), 1.0)}
            )
            try:
                response = self._way.handle_request(request)
                response.read()
            except httpx2.TransportError:  # it goes to one that has gone or stands still
                time.sleep(0.05)
                continue
            self._port, self._pid = _port(response), self._instance.pid(self._name)
            if self._port in _connected(self._pid):
                return
        raise AssertionError(f"no connection came to {self._name}")


def _port(response: httpx2.Response) -> int:
    """Our own port of the connection that an answer came on."""
    return int(response.extensions["network_stream"].get_extra_info("client_addr")[1])


def _connected(pid: int) -> set[int]:
    """The ports from which a process is connected to."""
    try:
        return {c.raddr.port for c in psutil.Process(pid).net_connections("tcp") if c.raddr}
    except psutil.NoSuchProcess:
        return set()


class CountyAt(County):
    """The demo people, all of whose requests one API process answers."""

    def __init__(self, instance: Instance, name: str) -> None:
        super().__init__(instance.base, instance.var / "demo.json")
        self._instance, self._name = instance, name

    def person(self, username: str) -> Client:
        """A demo person by username."""
        known = username in self._clients
        client = super().person(username)
        if not known:
            client._http.close()
            client._http = httpx2.Client(
                base_url=self.base, timeout=60, transport=Door(self._instance, self._name), trust_env=False
            )
        return client

    def close(self) -> None:
        """Lets all connections go."""
        for client in self._clients.values():
            client._http.close()


@contextmanager
def door(instance: Instance, name: str) -> Iterator[httpx2.Client]:
    """Bare HTTP to one API process, for the length of a block."""
    with httpx2.Client(base_url=instance.base, timeout=60, transport=Door(instance, name), trust_env=False) as http:
        yield http
