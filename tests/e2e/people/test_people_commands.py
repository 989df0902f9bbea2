"""`santui people …` against a running system: who acts signs in, and the rules are those of the endpoints."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from api.cli import people_commands
from api.cli.client import County
from api.cli.main import cli
from tests.instance import Instance


def test_accounts_are_kept_from_the_command_line(
    jinhua: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_commands, "get_settings", lambda: SimpleNamespace(base_url=jinhua.base))
    county = County(jinhua.base, jinhua.var / "demo.json")
    by = county.with_role("admin_security")

    def run(*words: str, actor: str = by.username) -> tuple[int, str]:
        password = next(p["password"] for p in county._people if p["username"] == actor)
        done = CliRunner().invoke(cli, ["people", *words, "--by", actor], input=f"{password}\n")
        return done.exit_code, done.output

    listed = tmp_path / "list.csv"
    listed.write_text("用户名,姓名,岗位,单位\ncli-1,汤荣,责任民警,station-daping\ncli-2,潘平,站长,station-daping\n")
    assert run("import", str(listed)) == (1, run("import", str(listed))[1])
    assert "第3行 岗位：没有“站长”这个岗位" in run("import", str(listed), "--dry-run")[1]
    listed.write_text(listed.read_text().replace("站长", "处警民警"))
    assert "未导入：共2行，新增人员2" in run("import", str(listed), "--dry-run")[1]
    assert "已导入：共2行，新增人员2" in run("import", str(listed))[1]
    assert run("create", "cli-3", "钱某", "--post", "grid_worker@town-daping")[0] == 0
    code, said = run("move", "cli-1", "--post", "station_chief@station-qingyun", "--reason", "调任")
    assert (code, '"account_closed": false' in said) == (0, True)
    assert "station-qingyun" in run("show", "cli-1")[1]
    code, said = run("disable", "cli-3", "--reason", "离职")
    assert (code, "无人接任的岗位" in said) == (1, True)
    assert run("disable", "cli-3", "--reason", "离职", "--rest", "up")[0] == 0
    assert '"code"' in run("reset-password", "cli-2")[1]
    assert "cli-2\t潘平\ton_scene_officer\tstation-daping" in run("list", "--organisation", "station-daping")[1]
    supervisor = county.supervisor.username
    code, said = run("create", "cli-4", "钱某", "--post", "grid_worker@town-daping", actor=supervisor)
    assert (code, "not_entitled" in said) == (1, True)
