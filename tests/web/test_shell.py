"""The frame around every page: the rail, the bar of a phone, large type; and the one way to choose a unit."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, arrived, sound

MOST = """
    const put = (where, what) => document.querySelector(where).insertAdjacentHTML("beforeend", what);
    put("#bell-low", '<span class="count">128</span>');
    put(".me-low", '<span class="me-deputy">代班：欧阳建国、司徒美兰</span>');
"""


def test_the_rail_leads_everywhere_says_where_one_is_and_names_the_county(desk: Desk) -> None:
    page = desk.sign_in("county-supervisor-1")
    ways = page.get_by_role("navigation", name="主导航")
    expect(page.get_by_role("banner")).to_contain_text("示范县")
    expect(ways.locator("[aria-current]")).to_have_text("待办")
    ways.get_by_role("link", name="名册").click()
    expect(ways.locator("[aria-current]")).to_have_text("名册")
    page.goto(f"/disputes/{alarm(desk.county)}/history")
    expect(ways.locator("[aria-current]")).to_have_text("纠纷")
    expect(page.get_by_role("navigation", name="底部导航")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 360])
def test_head_and_bar_of_a_phone_are_whole_also_for_who_has_the_most_in_them(desk: Desk, width: int) -> None:
    """Nobody sees a word broken or a line cut off."""
    page = desk.sign_in("county-supervisor-1", {"width": width, "height": 800})
    assert whole(page)
    page.evaluate(f"() => {{ {MOST} }}")  # unread messages, whom one deputises for
    assert whole(page)
    bar = page.get_by_role("navigation", name="底部导航")
    bar.get_by_role("link", name="我的").click()
    expect(bar.locator("[aria-current]")).to_have_text("我的")
    sound(page)
    page.get_by_role("link", name="工作日历").click()
    arrived(page, f"{desk.base}/calendar")


def whole(page: Page) -> bool:
    """Whether every word of the head and the bar stands on one line, inside the screen."""
    return bool(
        page.evaluate("""() => {
        const parts = [...document.querySelectorAll(".low a, .me-low, .brand img, .brand strong")];
        return document.documentElement.scrollWidth <= innerWidth && parts.every((part) => {
            const at = part.getBoundingClientRect();
            return at.left >= 0 && at.right <= innerWidth && at.top >= 0 && at.bottom <= innerHeight && at.height < 56;
        });
    }""")
    )


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_large_type_is_this_browsers_on_every_page_until_it_is_taken_back(desk: Desk, size: dict[str, int]) -> None:
    page = desk.sign_in("county-supervisor-1", size)
    letters = "() => parseFloat(getComputedStyle(document.body).fontSize)"
    plain = page.evaluate(letters)
    page.goto("/menu")
    page.get_by_role("main").get_by_role("button", name="大字").click()
    expect(page.get_by_role("main").get_by_role("button", name="标准字号")).to_be_visible()
    page.goto("/")
    assert page.evaluate(letters) == pytest.approx(plain * 1.25)
    sound(page)
    page.goto("/menu")
    page.get_by_role("main").get_by_role("button", name="标准字号").click()
    expect(page.get_by_role("main").get_by_role("button", name="大字")).to_be_visible()
    assert page.evaluate(letters) == plain


def test_a_unit_is_found_by_the_initials_of_its_name_and_chosen_with_the_keys(desk: Desk) -> None:
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{alarm(desk.county)}/actions/reassign")
    unit = page.get_by_role("combobox", name="单位", exact=True)
    unit.press_sequentially("scjd")
    offered = page.get_by_role("listbox").first
    expect(offered.get_by_role("option").first).to_contain_text("市场监督管理局")
    sound(page)
    unit.press("Enter")
    expect(offered).to_be_hidden()
    expect(unit).to_have_value(re.compile("市场监督管理局"))


def test_a_person_is_found_by_name_or_initials_and_nobody_types_a_username(desk: Desk) -> None:
    """Those whom the chief may name, his own station's first; an unknown one is said by the server, typed as it was."""
    page = desk.sign_in("county-admin-security-1")
    page.goto("/leaving")
    chief = next(p for p in desk.county._people if p["username"] == "gushan-chief-1")
    who = page.get_by_label("谁离任")
    who.press_sequentially(str(chief["name"])[:2])
    page.get_by_role("option", name=str(chief["name"])).filter(has_text="古山派出所").click()
    expect(who).to_have_value(re.compile(f"^{chief['name']}（古山派出所"))
    page.get_by_role("button", name="查看其工作").click()
    expect(page.get_by_role("heading", name="办理离任")).to_be_visible()
    expect(page.locator("[name=person]").first).to_have_value(re.compile("gushan-chief-1|[0-9a-f-]{36}"))
