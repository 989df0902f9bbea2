"""The responsibility list as it is published: of a day, and edition by edition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from api.core.context import Services
from api.responsibilities.service import list_categories, list_editions
from infra.runtime.policy_files import read_overlays


def huangshi(services: Services) -> Services:
    """The same installation under Huangshi's list."""
    policy = replace(services.policy, overlays=read_overlays("huangshi", services.policy.lexicon))
    return replace(services, policy=policy)


async def test_every_class_has_its_lead_and_a_city_without_a_list_of_its_own_the_shared_one(services: Services) -> None:
    listed = list_categories(services).items
    assert len(listed) == 81
    assert all(row.lead for row in listed)
    [shared] = list_editions(services).items
    assert (shared.effective, shared.state, shared.changed) == (None, "current", [])


async def test_the_list_of_a_day_is_that_day_s_and_each_edition_says_from_when_it_holds(services: Services) -> None:
    """“对81类矛盾纠纷类别及主管责任划分清单，明确牵头单位”; “印发《……工作方案(试行)》”."""
    county = huangshi(services)

    def lead(on: date) -> str | None:
        rows = {row.code: row for row in list_categories(county, on).items}
        return rows["property_elevator_retrofit"].lead

    assert [lead(day) for day in (date(2023, 6, 28), date(2023, 6, 29), date(2023, 9, 25))] == [
        "housing", "housing", "township",
    ]  # fmt: skip
    latest, trial, shared = list_editions(county).items
    assert [each.state for each in (latest, trial, shared)] == ["current", "past", "base"]
    assert [(row.code, row.lead) for row in latest.changed] == [("property_elevator_retrofit", "township")]
    assert {row.code for row in trial.changed} >= {"neighbor_noise", "property_elevator_retrofit"}


@pytest.mark.parametrize("code", ["huangshi"])
async def test_what_ships_of_lists_can_be_read(services: Services, code: str) -> None:
    assert read_overlays(code, services.policy.lexicon)
