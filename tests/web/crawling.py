"""Crawling the pages as text: every page that a person finds by following links, and the texts on it."""

from __future__ import annotations

import html.parser
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx2

from api.cli.client import Client
from tests.instance import Instance

TEXT_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "aria-valuetext")
"""Attributes that are read out or shown."""
UNSEEN_TAGS = ("script", "style", "template", "code")
NOT_PAGES = re.compile(r"/attachments/|\.json|\.xlsx|\.pdf|/logout")
PER_SHAPE = 4
"""Pages visited of each shape of address: cases, tasks, moments."""


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN_TAGS
        attributes = {name: value for name, value in attrs if value}
        self.texts += [attributes[name] for name in TEXT_ATTRIBUTES if name in attributes]
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN_TAGS

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.texts.append(data.strip())


def signed_in(instance: Instance, person: Client | str) -> httpx2.Client:
    """An HTTP client with a person's session cookie; no scripts run."""
    username = person if isinstance(person, str) else person.username
    county = instance.county
    password = next(str(p["password"]) for p in county._people if p["username"] == username)
    client = httpx2.Client(base_url=instance.base, follow_redirects=True, trust_env=False, timeout=60)
    [csrf] = re.findall(r'name="csrf" value="([^"]+)"', client.get("/login").text)
    client.post("/login", data={"csrf": csrf, "username": username, "password": password}).raise_for_status()
    return client


def pages(client: httpx2.Client, *first: str) -> Iterator[tuple[str, list[str]]]:
    """Every page found by links from the first ones: its path, and its texts."""
    todo, seen, shapes = list(first), dict.fromkeys(first, ""), Counter[str]()
    while todo:
        path = todo.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}, linked from {seen[path]}: {answer.status_code}"
        page = _Page()
        page.feed(answer.text)
        yield path, page.texts
        for link in page.links:
            to = urljoin(path, link).partition("#")[0]
            shape = re.sub(r"D\d{4}-\d+|[0-9a-f]{8}-[0-9a-f-]{27}", "…", to.partition("?")[0])
            if to.startswith("/") and to not in seen and not NOT_PAGES.search(to) and shapes[shape] < PER_SHAPE:
                seen[to] = path
                shapes[shape] += 1
                todo.append(to)
