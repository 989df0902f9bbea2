"""Indicators over HTTP: the stories move just the numbers that can be worked out by hand, and each opens into its
cases."""

from __future__ import annotations

import io
import sqlite3
import time
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from api.cli.client import Client
from api.cli.stories import STORIES, Telling, play_one
from api.indicators.question import today
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import SECTIONS
from tests.e2e.support import People, Raw, errors_of, refusal_of
from tests.instance import Instance

LONG = 400
NAMESPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def far() -> dict[str, Any]:
    """A period in which a drilled story takes place, read long after."""
    return {"from": today() - timedelta(days=2), "to": today() + timedelta(days=LONG),
            "as_of": today() + timedelta(days=2 * LONG)}  # fmt: skip


def asked(person: Client, **more: Any) -> dict[str, Any]:
    """The figures of such a period."""
    answer: dict[str, Any] = person.get("/v1/indicators", **{**far(), **more})
    return answer


def lists(row: dict[str, Any]) -> dict[str, tuple[float, int]]:
    """Both lists' lengths, by indicator."""
    return {code: (value["numerator"], value["denominator"] or 0) for code, value in row["values"].items()}


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[float, int]]:
    """By how much each indicator's lists grew, those that stayed left out."""
    was, now = lists(before), lists(after)
    grown = {code: (round(now[code][0] - was[code][0], 1), now[code][1] - was[code][1]) for code in now}
    return {code: by for code, by in grown.items() if by != (0, 0)}


def row_of(told: dict[str, Any], code: str) -> dict[str, Any]:
    """A group's row; one of nothing where there is none yet."""
    nothing = {"values": {c: {"numerator": 0, "denominator": 0, "participated": 0} for c in DEFINITIONS}}
    return next((row for row in told["rows"] if row[told["by"]] == code), nothing)


def play(instance: Instance, name: str, playbook: str) -> tuple[Telling, dict[str, Any]]:
    """A story, and how far it moved the total."""
    before = asked(instance.county.supervisor)["total"]
    telling = play_one(instance.county, STORIES[name], playbook)
    return telling, moved(before, asked(instance.county.supervisor)["total"])


@pytest.mark.req("Q-071")
def test_returned_twice_is_one_disposal_and_two_rounds_of_rework(qionglai: Instance) -> None:
    """Story 7, the report's own."""
    supervisor = qionglai.county.supervisor
    before = asked(supervisor, by="organisation", attribution="responsible")
    telling, by = play(qionglai, "return-until-resolved", "qionglai")
    assert by == {
        "submitted": (1, 0), "disposed": (1, 0), "returned": (2, 0), "disposal_rate": (1, 1),
        "recurrence_rate": (0, 1), "completion_rate": (1, 1), "resolution_rate": (1, 1),
        "resolution_rate_accepted": (1, 1), "on_time_rate": (1, 1), "extension_rate": (0, 1), "repeat_rate": (0, 1),
        "visit_rate": (0, 1), "pushed": (1, 0), "closed_loop": (1, 0), "closed_loop_rate": (1, 1), "referred": (1, 0),
        "referred_handled_rate": (1, 1), "signed_rate": (2, 2), "refusal_rate": (0, 2), "analysed_rate": (1, 1),
        "high_risk_share": (0, 1), "contact_rate": (0, 1), "resolved_locally_rate": (0, 1), "alarms": (1, 0),
        "non_police_share": (1, 1), "non_police": (1, 0), "non_police_handed_rate": (1, 1),
        "new_to_township_rate": (1, 1), "taken_in": (1, 0), "push_3_reached": (1, 0), "push_3_settled": (1, 0),
    }  # fmt: skip
    after = asked(supervisor, by="organisation", attribution="responsible")
    for unit in ("housing", "town-qingxi"):
        for code in ("disposed", "disposal_rate"):
            was, now = (row_of(told, unit)["values"][code]["participated"] for told in (before, after))
            assert now - was == 1, (unit, code)
    late = supervisor.get("/v1/indicators/cases", **far(), indicator="on_time_rate", part="denominator", limit=200)
    (ours,) = [item for item in late["items"] if item["dispute_no"] == telling.number]
    assert ours["first_colour"] != ours["counted_colour"] == ours["colour"], "the second return raised the colour"
    signed = {"signed_rate": (1, 1), "refusal_rate": (0, 1)}
    assert moved(row_of(before, "town-qingxi"), row_of(after, "town-qingxi")) == signed, "who takes part signs himself"
    assert moved(row_of(before, "housing"), row_of(after, "housing"))["disposed"] == (1, 0)
    behind = supervisor.get("/v1/indicators/cases", **far(), indicator="returned", by="organisation", group="housing")
    assert telling.number in [item["dispute_no"] for item in behind["items"]]


def test_the_overruled_refusal_counts_once_and_the_late_disposal_is_late(qionglai: Instance) -> None:
    """Story 10: one department refuses groundlessly, the other is silent, which is no refusal."""
    _, by = play(qionglai, "nobody-answers", "qionglai")
    assert by["refused"] == (1, 0)
    assert by["on_time_rate"] == (0, 1)
    assert by["disposed"] == (1, 0)
    told = asked(qionglai.county.supervisor, by="organisation")
    assert row_of(told, "natural_res")["values"]["refused"]["numerator"] >= 1
    assert row_of(told, "agri")["values"]["refused"]["numerator"] == 0


@pytest.mark.req("Q-096", "Q-098")
def test_what_the_ladder_resolved_and_the_court_confirmed_is_counted(qionglai: Instance) -> None:
    """Story 8: “共计化解各类疑难复杂纠纷10起”, “调解结果由市法院进行司法确认”: seven sessions, one agreement."""
    before = asked(qionglai.county.supervisor)["total"]["values"]["sessions"]["marks"]
    _, by = play(qionglai, "up-the-ladder", "qionglai")
    assert (by["sessions"], by["ladder_resolved"]) == ((7, 0), (1, 0))
    assert (by["confirmed"], by["confirmed_rate"], by["confirmation_asked_rate"]) == ((1, 0), (1, 1), (1, 1))
    after = asked(qionglai.county.supervisor)["total"]["values"]["sessions"]["marks"]
    assert {tier: after[tier] - before[tier] for tier in after} == {"第一层级": 3, "第二层级": 3, "第三层级": 1}


@pytest.mark.req("Q-072")
def test_a_relapse_recurs_within_ninety_days_and_is_concluded_once(jinhua: Instance) -> None:
    """Story 11: stable, relapsed after a month, resolved again; both parties visited at four visits."""
    supervisor = jinhua.county.supervisor
    shorter = asked(supervisor, relapse_days=30)["total"]["values"]["recurrence_rate"]["numerator"]
    _, by = play(jinhua, "relapse", "jinhua")
    assert by["recurrence_rate"] == (1, 1)
    assert by["completion_rate"] == by["resolution_rate"] == (1, 1)
    assert by["disposed"] == (1, 0)
    assert by["visited"] == (4, 0)
    assert by["visit_rate"] == (1, 1)
    assert asked(supervisor, relapse_days=30)["total"]["values"]["recurrence_rate"]["numerator"] == shorter


def test_a_repeat_alarm_is_a_repeat_of_the_month_and_the_look_back(people: People) -> None:
    before = asked(people.supervisor, repeat_days=7)["total"]
    number = people.quarrel()
    incident = people.dispute(number)["incidents"][0]
    again = people.alarm(
        incident["narrative"],
        place={"address": incident["address"]},
        parties=[
            {"name": party["name"], "phone": "13800001234", "side": party["side"]} for party in incident["parties"]
        ],
    )
    assert again["dispute_no"] == number
    by = moved(before, asked(people.supervisor, repeat_days=7)["total"])
    assert (by["repeats"], by["repeat_rate"], by["completion_rate"]) == ((1, 0), (1, 2), (0, 1))
    this_month = people.supervisor.get("/v1/indicators", by="month")
    assert [row["month"] for row in this_month["rows"]] == [f"{today():%Y-%m}"]
    behind = people.supervisor.get("/v1/indicators/cases", indicator="repeats", by="month", group=f"{today():%Y-%m}")
    assert number in [item["dispute_no"] for item in behind["items"]]
    assert behind["count"] == len({item["dispute_no"] for item in every_case(people.supervisor, indicator="repeats")})


def every_case(person: Client, **asked: Any) -> list[dict[str, Any]]:
    """All pages of the cases behind a number."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = person.get("/v1/indicators/cases", limit=1, **asked, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def test_every_number_opens_into_as_many_cases(people: People) -> None:
    people.at_follow_up()
    told = asked(people.supervisor)
    for code, value in told["total"]["values"].items():
        if DEFINITIONS[code].rate and code not in (
            "satisfaction_rate",
            "satisfaction_index",
            "response_rate",
            "repeat_rate",
            "police_satisfaction",
            "department_satisfaction",
            "signed_rate",
            "refusal_rate",
            "upheld_rate",
        ):
            for part in ("numerator", "denominator"):
                page = people.supervisor.get("/v1/indicators/cases", **far(), indicator=code, part=part, limit=200)
                assert page["count"] == value[part], (code, part)
                assert len(page["items"]) == min(page["count"], 200)


def test_groups_add_up_to_the_total(people: People) -> None:
    people.at_follow_up()
    for by in ("responsible", "month", "category", "colour"):
        told = asked(people.supervisor, by=by)
        keys = {by, "name", "values", "compared"} | ({"ranks"} if by == "responsible" else set())
        assert [set(row) for row in told["rows"]] == [keys] * len(told["rows"])
        for code, (numerator, denominator) in lists(told["total"]).items():
            each = [lists(row)[code] for row in told["rows"]]
            assert (round(sum(n for n, _ in each), 1), sum(d for _, d in each)) == (numerator, denominator), (by, code)


@pytest.mark.parametrize("attribution", ["responsible", "acted"])
def test_organisations_add_up_by_one_part_and_overlap_by_all(people: People, attribution: str) -> None:
    people.at_follow_up()
    total = lists(asked(people.supervisor)["total"])
    every, one = (asked(people.supervisor, by="organisation", **more) for more in ({}, {"attribution": attribution}))
    assert (every["attribution"], one["attribution"]) == ("any", attribution)
    assert lists(every["total"]) == lists(one["total"]) == total
    for code, (numerator, denominator) in total.items():
        each = [lists(row)[code] for row in one["rows"]]
        assert (round(sum(n for n, _ in each), 1), sum(d for _, d in each)) == (numerator, denominator), code
        assert all(lists(row)[code] <= (numerator, denominator) for row in every["rows"]), code


@pytest.mark.req("Q-071", "Q-072", "Q-073")
def test_committee_bureau_centre_and_departments_read_the_four_numbers_and_rates(qionglai: Instance) -> None:
    """“纳入重点督导”: whoever reported, pushed, handled or judged a matter reads what became of it."""
    county = qionglai.county
    telling = play_one(county, STORIES["return-until-resolved"], "qionglai")
    people = {
        "committee": county.with_role("committee_dispatcher", "committee"),
        "bureau": county.with_role("bureau_analyst", "bureau"),
        "risk-centre": county.with_role("evaluator_committee", "risk-centre"),
        "housing": county.with_role("department_handler", "housing"),
    }
    for unit, person in people.items():
        told = asked(person)["total"]["values"]
        assert told["disposal_rate"]["numerator"] >= 1, unit
        assert told["disposed"]["numerator"] >= 1, unit
        assert told["completion_rate"]["numerator"] >= 1, unit
        rows = asked(county.supervisor, by="organisation")
        assert row_of(rows, unit)["values"]["disposal_rate"]["numerator"] >= 1, unit
        behind = person.get("/v1/indicators/cases", **far(), indicator="disposal_rate", part="numerator", limit=200)
        assert behind["count"] == told["disposal_rate"]["numerator"]
        if unit != "housing":  # in whose inbox it was by an assignment that has ended
            assert telling.number in [item["dispute_no"] for item in behind["items"]], unit
    assert asked(people["committee"])["total"]["values"]["submitted"]["numerator"] >= 1
    assert asked(people["bureau"])["total"]["values"]["submitted"]["numerator"] >= 1


@pytest.mark.req("Q-024")
def test_pushed_and_closed_since_going_live_by_township(qionglai: Instance) -> None:
    """“自9月平台运行以来…推送矛盾纠纷风险预警信息159条，目前已完成闭环处置159条”, township by township."""
    supervisor = qionglai.county.supervisor
    play_one(qionglai.county, STORIES["return-until-resolved"], "qionglai")
    told = supervisor.get("/v1/indicators", since_live="true", to=far()["to"], as_of=far()["as_of"], by="township")
    assert told["period"]["from"] == told["live_since"] <= today().isoformat()
    assert told["rows"]
    assert all(row["township"].startswith("town-") and row["ranks"] for row in told["rows"])
    pushed, closed = (told["total"]["values"][code]["numerator"] for code in ("pushed", "closed_loop"))
    assert 1 <= closed <= pushed
    assert sum(row["values"]["pushed"]["numerator"] for row in told["rows"]) == pushed
    assert lists(told["total"])["closed_loop_rate"] == (closed, pushed)


def test_the_answer_says_what_it_means(people: People) -> None:
    told = people.supervisor.get("/v1/indicators")
    assert [d["code"] for d in told["definitions"]] == list(DEFINITIONS)
    assert told["period"] == {
        "from": today().replace(day=1).isoformat(), "to": today().isoformat(),
        "closes": f"{today() + timedelta(days=1)}T00:00:00+08:00",
    }  # fmt: skip
    assert {d["section"] for d in told["definitions"]} == set(SECTIONS)
    assert all(d["formula"] and d["source"] for d in told["definitions"])
    assert told["windows"] == {"relapse_days": 90, "repeat_days": 30}
    assert told["rows"] == [told["total"]]
    value = told["total"]["values"]["recurrence_rate"]
    assert (value["value"], value["shown"]) == (None, "—"), "no matter is ninety days old"
    assert told["total"]["compared"]["disposed"]["year"]["shown"].startswith("—")


def test_a_person_reads_the_figures_of_what_lies_below_him(people: People) -> None:
    chief = people.with_role("station_chief", "station-gushan")
    people.at_push_1()
    told = asked(chief, by="organisation")
    assert {row["organisation"] for row in told["rows"]} == {"station-gushan"}
    assert told["total"]["values"]["completion_rate"]["denominator"] >= 1
    same = asked(people.supervisor, organisation="station-gushan")["total"]
    assert lists(same) == lists(asked(chief)["total"])
    county, other = (asked(people.supervisor, **only)["total"]["values"]["completion_rate"]["denominator"]
                     for only in ({}, {"organisation": "station-jiangnan"}))  # fmt: skip
    assert other < county
    for above in ("housing", "station-jiangnan"):
        assert refusal_of(lambda unit=above: asked(chief, organisation=unit)) == (403, "not_entitled")  # type: ignore[misc]
    officer = people.with_role("on_scene_officer", "station-gushan")
    assert refusal_of(lambda: asked(officer)) == (403, "not_entitled")


def test_what_cannot_be_asked_is_refused_by_field(people: People, nobody: Raw) -> None:
    ask = people.supervisor
    assert errors_of(lambda: asked(ask, organisation="no-such")) == {"organisation": "没有“no-such”这个单位"}
    assert errors_of(lambda: asked(ask, relapse_days=60)) == {"relapse_days": "只能是30、90、180之一"}
    assert errors_of(lambda: ask.get("/v1/indicators", **{"from": "2026-02-01", "to": "2026-01-31"})) == {
        "to": "末日不能早于首日"
    }
    assert "from" in next(iter(errors_of(lambda: ask.get("/v1/indicators", **{"from": "三月"}))))
    assert errors_of(lambda: ask.get("/v1/indicators/cases", indicator="no-such")) == {
        "indicator": "没有代码为“no-such”的指标"
    }
    assert set(errors_of(lambda: ask.get("/v1/indicators", by="person"))) == {"by"}
    assert nobody("GET", "/v1/indicators").status_code == 401


def test_the_workbook_holds_numbers_and_says_who_took_it_out(jinhua: Instance, supervisor: Raw) -> None:
    answer: httpx2.Response = supervisor("GET", "/v1/indicators.xlsx", params={"by": "colour"})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert book.testzip() is None
    sheets = [ET.fromstring(book.read(f"xl/worksheets/sheet{n}.xml")) for n in (1, 2)]
    words = [t.text for t in ET.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{{{NAMESPACE['x']}}}t")]
    assert any(word and "导出" in word and str(today().year) in word for word in words)
    assert {words_ for d in DEFINITIONS.values() for words_ in (d.formula, d.source_words)} <= set(words)
    numbers = [
        c for c in sheets[0].iterfind(".//x:c", NAMESPACE) if c.get("r", "").startswith("E") and c.get("t") is None
    ]
    assert len(numbers) >= len(DEFINITIONS)
    deadline = time.monotonic() + 60
    while not exported(jinhua):
        assert time.monotonic() < deadline, "the export is in the access log"
        time.sleep(0.2)


def exported(instance: Instance) -> bool:
    """Whether an export stands in the access log."""
    path = instance.settings.sqlite_path
    assert path
    with sqlite3.connect(path) as database:
        found = database.execute(
            "SELECT count(*) FROM access WHERE what = 'export:indicators' AND person_id IS NOT NULL"
        )
        return bool(found.fetchone()[0])


def test_as_of_an_earlier_day_nothing_later_counts(people: People) -> None:
    yesterday: date = today() - timedelta(days=1)

    def completed(day: date) -> int:
        """How many had been completed by that day."""
        rate = asked(people.supervisor, as_of=day)["total"]["values"]["completion_rate"]
        return int(rate["numerator"])

    early, late = completed(yesterday), completed(today())
    people.at_follow_up()
    assert (completed(yesterday), completed(today())) == (early, late + 1)
