"""What a sign-in's device is called on the page: the browser and the machine, as people say it."""

from __future__ import annotations

import pytest

from api.people.account_pages import device_called

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "called"),
    [
        (f"{WINDOWS} Chrome/136.0.7360.2 Safari/537.36 Edg/136.0.0.0", "Windows 电脑 · Edge 浏览器"),
        (f"{WINDOWS} Chrome/136.0.7360.2 Safari/537.36", "Windows 电脑 · 谷歌浏览器"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0", "苹果手机 · 微信"),
        ("registry-feed/2.1", "registry-feed/2.1"),
        ("", "（未说明）"),
    ],
)
def test_a_device_is_called_by_its_browser_and_machine(said: str, called: str) -> None:
    assert device_called(said) == called
