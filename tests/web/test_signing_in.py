"""Signing in with more than a password, in a real browser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.infra.support import free_port
from tests.instance import Instance
from tests.web.identity_provider import SECRET, providing
from tests.web.support import PHONE, Desk, alarm, arrived, sound

OF_CODE = re.compile("动态验证码")
BY_PROVIDER = "用统一身份认证登录"


@dataclass(frozen=True)
class AtProvider:
    """An instance whose people may sign in by a provider, and that provider."""

    instance: Instance
    address: str
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def at_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtProvider]:
    """Both, at ports of this machine."""
    var = tmp_path_factory.mktemp("signing-in") / "var"
    secret = var.parent / "secret"
    secret.write_text(SECRET)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    instance = Instance(var, SANTUI_OIDC_ISSUER=address, SANTUI_OIDC_CLIENT_ID="santui",
                        SANTUI_OIDC_SECRET_FILE=str(secret), SANTUI_OIDC_FACTOR="mfa")  # fmt: skip
    with providing(port, f"{instance.base}/login/provider/back") as process:
        try:
            yield AtProvider(instance.start(), address, process)
        finally:
            instance.stop()


@pytest.fixture(scope="module")
def jinhua(at_provider: AtProvider) -> Instance:
    """The instance of these tests, for `desk` too."""
    return at_provider.instance


def by_password(page: Page, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def code_of(secret: str, steps: int = 0) -> str:
    """The code of a device so many steps from now: of one ahead, so that none is used twice."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


def test_a_device_is_taken_asked_for_and_done_without(desk: Desk, tmp_path: Path) -> None:
    """What was typed before a sign-in was over comes through both proofs of the next."""
    person = desk.county.with_role("command_room", "station-gushan")
    username, password = person.username, desk.password(person.username)
    number = alarm(desk.county)
    page = desk.sign_in(username, PHONE)
    page.goto("/account")
    page.get_by_role("link", name="动态验证码").click()
    sound(page, tmp_path / "none.png")
    page.get_by_role("button", name="启用：添加到手机").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    desk.refused(422, "/account/second-factor/confirm")
    page.get_by_label("手机上显示的六位数字").fill("000000")
    page.get_by_role("button", name="提交：启用动态验证码").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    assert page.locator(".secret").inner_text().replace(" ", "") == secret, "the same device goes on"
    sound(page, tmp_path / "offered.png")
    page.get_by_label("手机上显示的六位数字").fill(code_of(secret, -1))
    page.get_by_role("button", name="提交：启用动态验证码").click()
    expect(page.locator(".codes code")).to_have_count(10)
    recovery = page.locator(".codes code").all_inner_texts()
    sound(page, tmp_path / "codes.png")
    page.get_by_role("link", name="我已保存").click()
    expect(page.locator("#own")).to_contain_text("启用动态验证码")

    writing = desk.visitor()
    writing.goto(f"/login?next=/disputes/{number}")
    by_password(writing, username, password)
    writing.get_by_label(OF_CODE).fill(code_of(secret))
    writing.get_by_role("button", name="登录").click()
    writing.locator("#comments").get_by_role("textbox", name="留言").fill("双方约定明天面谈")
    writing.context.add_cookies([{"name": "santui_session", "value": "old", "url": desk.base}])
    desk.refused(401, f"/disputes/{number}/comments")
    writing.get_by_role("button", name="发表").click()
    expect(writing.get_by_role("alert")).to_contain_text("填写的内容不会丢失")
    by_password(writing, username, password)
    sound(writing, tmp_path / "asked.png")
    desk.refused(401, "/login/code")
    writing.get_by_label(OF_CODE).fill("123456")
    writing.get_by_role("button", name="登录").click()
    expect(writing.get_by_role("alert")).to_contain_text("验证码不正确")
    sound(writing, tmp_path / "wrong.png")
    writing.get_by_label(OF_CODE).fill(code_of(secret, 1))
    desk.refused(403, f"/disputes/{number}/comments")  # it goes back with its old token
    writing.get_by_role("button", name="登录").click()
    expect(writing.get_by_text("双方约定明天面谈")).to_be_visible()

    other = desk.visitor(PHONE)
    other.goto(f"/login?next=/disputes/{number}")
    by_password(other, username, password)
    other.get_by_label(OF_CODE).fill(recovery[0])
    other.get_by_role("button", name="登录").click()
    arrived(other, f"{desk.base}/disputes/{number}")
    other.goto("/account")
    expect(other.get_by_label("登录", exact=True)).to_contain_text("口令、恢复码")
    other.goto("/account/second-factor")
    expect(other.get_by_label("现状")).to_contain_text("还有 9 个恢复码")
    sound(other, tmp_path / "held.png")
    other.get_by_label("现在的动态验证码或一个恢复码").fill(recovery[1])
    other.get_by_role("button", name="停用动态验证码").click()
    expect(other.get_by_role("status")).to_have_text("动态验证码已停用")


def by_provider(page: Page, name: str, *, mfa: bool = False) -> None:
    """By way of the provider's own page, where whoever names himself is believed."""
    page.get_by_role("link", name=BY_PROVIDER).click()
    page.get_by_label("账号").fill(name)
    if mfa:
        page.get_by_label("已核验手机").check()
    page.get_by_role("button", name="确认身份").click()


def typed_is_kept(desk: Desk, page: Page, number: str, shown: Path) -> None:
    """The sign-in is over while somebody types, and he signs in again by the provider, in another window."""
    said = "双方已谈妥，第二行\n不能丢"
    page.goto(f"/disputes/{number}")
    page.get_by_role("textbox", name="留言").fill(said)
    page.context.clear_cookies(name="santui_session")
    desk.refused(401, f"/disputes/{number}/comments")
    page.get_by_role("button", name="发表").click()
    sound(page, shown / "kept.png")
    with page.expect_popup() as popup:
        page.get_by_role("link", name=BY_PROVIDER).click()  # which knows him still
    expect(popup.value.get_by_role("heading", level=1)).to_have_text("已登录")
    sound(popup.value, shown / "elsewhere.png")
    popup.value.close()
    desk.refused(403, f"/disputes/{number}/comments")
    page.get_by_role("button", name="回到刚才填写的页面").click()
    expect(page.get_by_role("textbox", name="留言")).to_have_value(said)
    page.get_by_role("button", name="发表").click()
    expect(page.locator(".said")).to_have_text([said])


def test_a_provider_s_word_is_taken_and_when_it_is_away_passwords_serve(
    desk: Desk, at_provider: AtProvider, tmp_path: Path
) -> None:
    desk.hosts = (*desk.hosts, at_provider.address)
    county = desk.county
    person = county.with_role("duty_leader")
    number = alarm(county)
    page = desk.visitor(PHONE)
    page.goto(f"/login?next=/disputes/{number}")
    sound(page, tmp_path / "offered.png")
    by_provider(page, person.username)
    arrived(page, f"{desk.base}/disputes/{number}")
    page.goto("/account")
    expect(page.get_by_label("登录", exact=True)).to_contain_text("以统一身份认证登录")
    typed_is_kept(desk, page, number, tmp_path)
    page.goto("/menu")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("status")).to_have_text("已退出登录")

    secret = person.post("/v1/me/second-factor/offer", {})["secret"]
    person.post("/v1/me/second-factor/confirm", {"otp": code_of(secret, -1)})
    page.goto("/login")
    page.get_by_role("link", name=BY_PROVIDER).click()  # which knows him still, and asks nothing
    page.get_by_label(OF_CODE).fill(code_of(secret))
    page.get_by_role("button", name="登录").click()
    arrived(page, desk.base + "/")
    vouched = desk.visitor()
    vouched.goto("/login")
    by_provider(vouched, person.username, mfa=True)
    arrived(vouched, desk.base + "/")
    vouched.goto("/account")
    expect(vouched.get_by_label("登录", exact=True)).to_contain_text("统一身份认证、统一认证已核验")

    stranger = desk.visitor()
    desk.refused(401, "/login/provider/back")
    stranger.goto("/login")
    by_provider(stranger, "nobody-here")
    expect(stranger.get_by_role("alert")).to_contain_text("没有与该身份对应的可用账号")
    sound(stranger, tmp_path / "nobody.png")
    stranger.goto("/login/provider/back?code=made-up&state=made-up")
    expect(stranger.get_by_role("alert")).to_have_text("停留过久，请重新登录")

    at_provider.process.terminate()
    at_provider.process.wait(timeout=10)
    away = desk.visitor()
    away.goto("/login")
    desk.refused(503, "/login/provider")
    away.get_by_role("link", name=BY_PROVIDER).click()
    expect(away.get_by_role("alert")).to_have_text("统一身份认证暂时不可用，请用用户名和口令登录")
    sound(away, tmp_path / "away.png")
    by_password(away, "county-supervisor-1", desk.password("county-supervisor-1"))
    arrived(away, desk.base + "/")
