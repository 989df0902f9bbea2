"""A newcomer with a city of his own: checked, started, played by its own stages, filled, and changed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from api.cli.client import Refusal
from domain.policy.stages import Stage
from tests.domain.playbook_variants import city
from tests.instance import ROOT, Instance, running

pytestmark = pytest.mark.timeout(400)
MADE_WITHIN = 240.0
(YUNHE,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)


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
    played = yunhe.santui("stories", "--any", within=300)
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert played.stdout.count("✓") == 5


def test_its_own_role_place_and_names_live_on_the_real_server_from_yaml_alone(yunhe: Instance) -> None:
    """`words`: a role at a place of the city's own is asked, sees, answers and reports; pages say the city's names."""
    county = yunhe.county
    assistant = county.with_role("beat_assistant", "beat-001")
    posts = assistant.get("/v1/me")["posts"]
    assert [(post["role_name"], post["organisation"]["code"]) for post in posts] == [("警格辅警", "beat-001")]
    now = county.now.isoformat(timespec="seconds")
    parties = [{"name": "李某", "phone": "13800000001", "side": "a"}, {"name": "罗某", "side": "b"}]
    told = assistant.report(  # it is like a responsible officer, who takes reports
        {"source": "walk_in", "source_no": "W-words", "occurred_at": now, "reported_at": now, "parties": parties,
         "place": {"address": "白洋街道", "grid_code": "grid-001"}, "narrative": "两家因楼道堆物争吵"}
    )  # fmt: skip
    number = told["dispute_no"]
    county.answer(number, "confirm_triage", "confirm")
    case = county.dispute(number)
    assert (case["stage"], case["stage_name"], case["stage_names"]) == (
        "push_2", "跟进·属地民警", {"push_2": "跟进·属地民警"},
    )  # fmt: skip
    listed = county.supervisor.get("/v1/disputes", q=number)["items"]
    assert [item["stage_name"] for item in listed] == ["跟进·属地民警"]
    county.answer(number, "follow_up_responsibly", "settled")
    while county.dispute(number)["stage"] == "evaluation":
        county.answer(number, "evaluate", "accept")
    visit = county.wait_for(number, "visit")
    assert visit["kind_name"] == "上门回看"
    assert ("警格辅警", "beat-001") in [(post["role_name"], post["organisation"]) for post in visit["posts"]]
    mine = assistant.get("/v1/tasks", box="claimable", limit=100)["items"]
    assert visit["task_id"] in [task["task_id"] for task in mine]
    county.answer(number, "visit", "stable", by=assistant, task_id=visit["task_id"])
    titles = [entry["title"] for entry in county.timeline(number)]
    assert {"进入跟进·属地民警", "上门回看", "上门回看：情况稳定"} <= set(titles)
    elsewhere = county.with_role("beat_assistant", "beat-300")
    with pytest.raises(Refusal, match="404"):
        elsewhere.get(f"/v1/disputes/{number}")


def test_no_story_at_all_is_no_success(yunhe: Instance) -> None:
    played = yunhe.santui("stories")
    assert played.returncode == 1
    assert "stories --any" in played.stderr
    assert yunhe.santui("stories", "masks").returncode == 1


def test_what_is_not_as_the_mechanism_has_it_is_told_at_the_next_start(yunhe: Instance) -> None:
    assert "warning:" not in told_at_start(yunhe)
    file = Path(yunhe.environment["SANTUI_PLAYBOOKS"]) / "yunhe.yaml"
    changed = YUNHE.replace("disposal_pictures: 2", "disposal_pictures: 1")
    file.write_text(changed.replace("role: grid_worker, at: grid}, {role: station_deputy, at: station",
                                    "role: legal_helper, at: village"), encoding="utf-8")  # fmt: skip
    checked = yunhe.santui("playbook", "check", str(file), "--quick")
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
    assert "warning" not in yunhe.santui("playbook", "check", str(file), "--quick").stdout


def test_a_city_without_departments_and_visits_is_played_too(tmp_path: Path) -> None:
    small = city((Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2, Stage.MEDIATION, Stage.EVALUATION, Stage.CLOSED), colours=4)
    (tmp_path / "cities").mkdir()
    written = small.model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "cities" / "elsewhere.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False))
    with running(tmp_path / "var", "elsewhere", SANTUI_PLAYBOOKS=str(tmp_path / "cities")) as instance:
        played = instance.santui("stories", "--any", within=300)
        assert played.returncode == 0, played.stdout[-2000:] + played.stderr
        assert played.stdout.count("✓") == 4
        assert "elsewhere没有回访环节" in played.stdout
