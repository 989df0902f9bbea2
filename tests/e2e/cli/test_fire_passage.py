"""Story 4 on the real server, under a mechanism that has whistles and is Huangshi's in what the story needs; the same
whistle from its page.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from api.cli.stories import STORIES, play_one
from domain.policy.playbook import Playbook
from tests.domain.whistling import fire_city
from tests.instance import Instance, running


@pytest.fixture(scope="module")
def passage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A system whose streets may whistle."""
    folder = tmp_path_factory.mktemp("cities")
    written = Playbook.model_validate(fire_city()).model_dump(mode="json", exclude_defaults=True)
    (folder / "passage.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with running(tmp_path_factory.mktemp("passage") / "var", "passage", SANTUI_PLAYBOOKS=str(folder)) as instance:
        yield instance


@pytest.mark.req("H-041", "H-042", "H-044")
def test_the_fire_passage_is_told_on_the_real_server(passage: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    play_one(passage.county, STORIES["fire-passage"], "passage")
    told = capsys.readouterr().out
    print(told)
    assert "联合会商达成共识：吹哨后5小时" in told, "5小时达成共识、3天消除安全隐患、4天拆除通道"
