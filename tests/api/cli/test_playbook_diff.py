"""`santui playbook diff`: two files or codes, in words."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from api.cli.main import cli
from tests.domain.support import PLAYBOOKS


def diff(*named: str) -> tuple[int, str]:
    ran = CliRunner().invoke(cli, ["playbook", "diff", *named])
    return ran.exit_code, ran.output


def test_an_edition_of_one_s_own_is_compared_with_the_one_that_ships(tmp_path: Path) -> None:
    text = (PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8")
    (tmp_path / "jinhua.yaml").write_text(text.replace("sessions: 3", "sessions: 4"), encoding="utf-8")
    code, output = diff("jinhua", str(tmp_path / "jinhua.yaml"))
    assert code == 0
    assert "联调 · 层级 · 多部门联合调解 · 次数：3 → 4（涉及综治中心分派员（镇街综治中心）、" in output
    assert "1处不同；已受理的纠纷仍按受理时的版本办理" in output
    assert diff("jinhua", "jinhua")[1].endswith("no change · 没有不同\n")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    code, output = diff("jinhua", str(tmp_path / "nowhere.yaml"))
    assert code == 1
    assert "nowhere.yaml" in output
