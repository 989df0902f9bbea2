"""A newcomer with a city of his own: checked, started, played by its own stages, filled, and changed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from domain.policy.stages import Stage
from tests.domain.playbook_variants import city
from tests.instance import ROOT, Instance, running

pytestmark = pytest.mark.timeout(400)
MADE_WITHIN = 240.0
(YUNHE,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)


def santui(instance: Instance, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command beside the instance, with its settings."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments], cwd=ROOT, env=instance.environment, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip


def told_at_start(instance: Instance) -> str:
    """What the terminal showed so far."""
    return (instance.var / "up.log").read_text(encoding="utf-8")


def until(met: Callable[[], bool]) -> None:
    """Waits for a fact of another process."""
    deadline = time.monotonic() + MADE_WITHIN
    while not met():
        assert time.monotonic() < deadline, "it was not told in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def yunhe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The guide's example, from a folder of one's own, with its demo disputes."""
    folder = tmp_path_factory.mktemp("cities")
    (folder / "yunhe.yaml").write_text(YUNHE, encoding="utf-8")
    var = tmp_path_factory.mktemp("yunhe") / "var"
    with running(var, "yunhe", SANTUI_PLAYBOOKS=str(folder), SANTUI_DEMO_DISPUTES="1") as instance:
        yield instance


def test_the_terminal_says_when_the_demo_disputes_of_any_city_are_done(yunhe: Instance) -> None:
    until(lambda: "demo-disputes: done" in told_at_start(yunhe))
    log = (yunhe.var / "logs" / "demo-disputes.log").read_text(encoding="utf-8")
    assert "failed" not in log
    assert "left" not in log
    stages = {d["stage"] for d in yunhe.county.supervisor.get("/v1/disputes", limit=200)["items"]}
    assert stages == {"triage", "push_2", "push_3", "mediation", "evaluation", "follow_up", "closed"}


def test_a_city_of_one_s_own_is_played_end_to_end(yunhe: Instance) -> None:
    played = santui(yunhe, "stories", "--any")
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert played.stdout.count("✓") == 5


def test_no_story_at_all_is_no_success(yunhe: Instance) -> None:
    played = santui(yunhe, "stories")
    assert played.returncode == 1
    assert "stories --any" in played.stderr
    assert santui(yunhe, "stories", "masks").returncode == 1


def test_what_is_not_as_the_mechanism_has_it_is_told_at_the_next_start(yunhe: Instance) -> None:
    assert "warning:" not in told_at_start(yunhe)
    file = Path(yunhe.environment["SANTUI_PLAYBOOKS"]) / "yunhe.yaml"
    changed = YUNHE.replace("disposal_pictures: 2", "disposal_pictures: 1")
    file.write_text(changed.replace("role: grid_worker, at: grid}, {role: station_deputy, at: station",
                                    "role: legal_helper, at: village"), encoding="utf-8")  # fmt: skip
    checked = santui(yunhe, "playbook", "check", str(file))
    assert yunhe.stop() == 0
    yunhe.start()
    until(lambda: told_at_start(yunhe).count("Ctrl-C ends") == 2)
    for told in (checked.stdout, told_at_start(yunhe)):
        assert "warning: nobody is 法律明白人 (legal_helper) at village, at none of 54: 白洋社区、" in told
        assert "warning: edition 2026-11 of yunhe" in told
        assert "D2026-000001" in told
    assert checked.returncode == 0
    log = (yunhe.var / "logs" / "api.log").read_text(encoding="utf-8")
    assert '"post_unheld"' in log
    assert '"edition_changed"' in log
    file.write_text(changed.replace('edition: "2026-11"', 'edition: "2026-12"'), encoding="utf-8")
    assert "warning" not in santui(yunhe, "playbook", "check", str(file)).stdout


def test_a_city_without_departments_and_visits_is_played_too(tmp_path: Path) -> None:
    small = city((Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2, Stage.MEDIATION, Stage.EVALUATION, Stage.CLOSED), colours=4)
    (tmp_path / "cities").mkdir()
    written = small.model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "cities" / "elsewhere.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False))
    with running(tmp_path / "var", "elsewhere", SANTUI_PLAYBOOKS=str(tmp_path / "cities")) as instance:
        played = santui(instance, "stories", "--any")
        assert played.returncode == 0, played.stdout[-2000:] + played.stderr
        assert played.stdout.count("✓") == 4
        assert "elsewhere没有回访环节" in played.stdout
