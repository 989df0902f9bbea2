"""Going through the pages as text: every page that a person finds by following links, and what stands on it."""

from __future__ import annotations

import html.parser
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx2

from api.cli.client import Client
from tests.instance import Instance

SPOKEN = ("placeholder", "aria-label", "title", "alt", "aria-valuetext")
"""Attributes that are read out or shown."""
SILENT = ("script", "style", "template", "code")
NO_PAGES = re.compile(r"/attachments/|\.json|\.xlsx|\.pdf|/logout")
OF_A_KIND = 15
"""Pages of one shape of address that are looked at: cases, tasks, moments."""


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        told = {name: value for name, value in attrs if value}
        self.said += [told[name] for name in SPOKEN if name in told]
        if tag == "a" and "href" in told:
            self.links.append(told["href"])

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.said.append(data.strip())


def signed_in(instance: Instance, person: Client | str) -> httpx2.Client:
    """Somebody's browser without a browser: the session cookie, and nothing that runs."""
    username = person if isinstance(person, str) else person.username
    county = instance.county
    password = next(str(p["password"]) for p in county._people if p["username"] == username)
    client = httpx2.Client(base_url=instance.base, follow_redirects=True, trust_env=False, timeout=60)
    [csrf] = re.findall(r'name="csrf" value="([^"]+)"', client.get("/login").text)
    client.post("/login", data={"csrf": csrf, "username": username, "password": password}).raise_for_status()
    return client


def pages(client: httpx2.Client, *first: str) -> Iterator[tuple[str, list[str]]]:
    """Every page that is found by links from the first ones, with all that is said on it."""
    todo, seen, shapes = list(first), set(first), Counter[str]()
    while todo:
        path = todo.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        page = _Page()
        page.feed(answer.text)
        yield path, page.said
        for link in page.links:
            to = urljoin(path, link).partition("#")[0]
            shape = re.sub(r"D\d{4}-\d+|[0-9a-f]{8}-[0-9a-f-]{27}", "…", to.partition("?")[0])
            if to.startswith("/") and to not in seen and not NO_PAGES.search(to) and shapes[shape] < OF_A_KIND:
                seen.add(to)
                shapes[shape] += 1
                todo.append(to)
