"""A real Chromium for the tests of the desk, in a thread of its own.

Playwright's synchronous interface keeps an event loop running in the thread it was started in, and pytest-asyncio can't
start one of its own there any more. So everything of the browser, the test functions included, runs in one other
thread; the tests may then stand in any order among asynchronous ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.instance import Instance
from tests.web.support import ARGUMENTS, Desk, chromium

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")


def _there(do: Callable[..., Any], **arguments: Any) -> Any:
    return _thread.submit(do, **arguments).result()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that uses the browser runs where the browser lives."""
    if "browser" not in pyfuncitem.fixturenames:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    _there(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in names})
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    playwright = _there(sync_playwright().start)
    try:
        started = _there(playwright.chromium.launch, executable_path=chromium(), args=ARGUMENTS)
        yield started
        _there(started.close)
    finally:
        _there(playwright.stop)


@pytest.fixture
def desk(browser: Browser, jinhua: Instance) -> Iterator[Desk]:
    """People at browsers. Afterwards: no script has failed, nothing was refused that the test did not name, and nothing
    was asked of another host.
    """
    opened = Desk(browser, jinhua)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)
