"""The desk under the second mechanism."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.instance import Instance
from tests.web.conftest import _there
from tests.web.support import Desk


@pytest.fixture
def desk_of_qionglai(browser: Browser, qionglai: Instance) -> Iterator[Desk]:
    """People at browsers where the committee pushes and returns; what `desk` holds to, this does too."""
    opened = Desk(browser, qionglai)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)
