"""Whistles are counted: each who was called, who came, and who was absent (R-082 “相关部门及时‘报到’”, H-035)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.indicators.counting import tally
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import figure, seen
from tests.domain.case.test_summons import TRADER, at_push_3, come, whistle
from tests.domain.mediated_dispute import Told
from tests.domain.support import HOUSING, MARKET


def counted(told: Told) -> list[Tally]:
    return [found for found in tally(told.state) if found.kind is TallyKind.SUMMONED]


@pytest.mark.req("R-082", "H-035", "H-036")
def test_who_came_and_who_did_not_is_counted_against_who_was_called() -> None:
    told = at_push_3()
    whistle(told)
    assert counted(told) == [], "nobody counts before he has come or has not"
    come(told)
    told.life.pass_time(timedelta(hours=3))
    whistle(told)
    come(told)
    come(told, TRADER, "unable", reason="另有紧急任务")
    found = counted(told)
    assert [(each.unit, each.result) for each in found] == [
        (HOUSING.path, "arrived"), (MARKET.path, "absent"), (HOUSING.path, "arrived"), (MARKET.path, "unable"),
    ]  # fmt: skip
    until = told.life.at + timedelta(days=1)
    counts = [seen(each, ends=until, by=until) for each in found]
    shown = {code: figure(DEFINITIONS[code], counts, 30) for code in ("summoned", "check_in_rate", "absences")}
    assert (shown["summoned"].value, shown["check_in_rate"].shown, shown["absences"].value) == (4, "50.0%", 2)
    assert shown["absences"].marks == {"说明不能到场": 1}
