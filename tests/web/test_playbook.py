"""工作机制 as people see it: the picture and the rules for everybody, a new edition checked by who runs the system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infra.runtime.policy_files import PLAYBOOKS
from tests.web.support import PHONE, Desk, by_navigation, sound

CODE = "jinhua"


def shot(name: str) -> Path | None:
    """Where a screenshot goes, if anybody wants them."""
    return Path(os.environ["SHOTS"]) / f"{name}.png" if "SHOTS" in os.environ else None


@pytest.mark.timeout(180)
def test_a_new_edition_is_read_before_it_is_used(desk: Desk, tmp_path: Path) -> None:
    text = (PLAYBOOKS / f"{CODE}.yaml").read_text(encoding="utf-8")
    page = desk.sign_in(desk.county.with_role("admin_system"))
    by_navigation(page, "工作机制")
    expect(page.get_by_role("img")).to_contain_text("联调")
    stage = page.get_by_role("region", name="各环节").get_by_role("listitem").filter(has_text="2. 一推")
    expect(stage.first).to_contain_text("现场处置 处警民警（派出所）")
    page.locator(".rules summary").get_by_text("督办", exact=True).click()
    expect(page.get_by_text("督查员（全县）、", exact=False).first).to_be_visible()
    sound(page, shot("playbook"))
    page.get_by_label("或粘贴内容").fill(text.replace("hours:", "huors:", 1))
    page.get_by_role("button", name="核对").click()
    result = page.get_by_role("status", name="核对结果")
    expect(result).to_contain_text("没有 huors 这一项，是否应为 hours")
    expect(result.get_by_role("cell").first).to_have_text(
        str(1 + next(n for n, line in enumerate(text.splitlines()) if "hours:" in line))
    )
    assert "huors" in page.get_by_label("或粘贴内容").input_value()
    sound(page, shot("playbook-wrong"))
    file = tmp_path / f"{CODE}.yaml"
    file.write_text(text.replace("supervise_after: {hours: 1}", "supervise_after: {hours: 3}", 1), encoding="utf-8")
    page.get_by_label("机制文件").set_input_files(file)
    page.get_by_role("button", name="核对").click()
    expect(result).to_contain_text("请另起版本名称")
    changed = page.get_by_role("region", name="与现行版本的不同")
    expect(changed).to_contain_text("与现行版本有 1 处不同")
    expect(changed.get_by_role("row").last).to_contain_text("1小时3小时")
    sound(page, shot("playbook-changed"))


@pytest.mark.timeout(120)
def test_everybody_reads_it_and_nobody_else_checks_one(desk: Desk) -> None:
    page = desk.sign_in(desk.county.with_role("grid_worker"), PHONE)
    page.goto("/playbook")
    expect(page.get_by_role("img")).to_be_visible()
    expect(page.get_by_role("button", name="核对")).to_have_count(0)
    sound(page, shot("playbook-phone"))
    csrf = page.locator("input[name=csrf]").first.get_attribute("value")
    answer = page.request.post("/playbook", multipart={"csrf": csrf or "", "text": "code: x"})
    assert answer.status == 403
