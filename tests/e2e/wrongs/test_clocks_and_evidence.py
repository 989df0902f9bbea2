"""Wrong 2 and 3: “111” from receipt, and evidence that was returned once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.cli.client import Document, picture
from tests.e2e.support import People, errors_of, refusal_of
from tests.e2e.wrongs.support import QUARREL, THREAT, alarmed, kinds

DAY = timedelta(days=1)


class TestWrong2TheClockStartsInTheCommitteeSQueue:
    """“接到推送信息的部门和乡镇(街道)按照‘111’处置时限要求(红色预警1天内介入处置,后期持续跟进;黄色预警1周内处置;
    蓝色预警1月内处置)”."""

    @pytest.mark.req("Q-033", "Q-036", "Q-044")
    def test_after_twenty_hours_of_dispatching_each_has_the_whole_day(self, bureau: People) -> None:
        number = reported_red(bureau)
        bureau.advance(number, "PT20H")
        assert not colours(bureau, number), "nobody has received anything"
        assert "supervise" in kinds(bureau, number), "the committee is late by a limit of its own"
        bureau.answer(number, "dispatch", "assign", lead="town-qingxi", cooperating=["women_fed", "justice-qingxi"])
        received = {
            each["organisation"]["code"]: datetime.fromisoformat(each["delivered_at"])
            for each in bureau.dispute(number)["assigned"]
        }
        clocks = colours(bureau, number)
        assert set(clocks) == {"colour", "colour:women_fed", "colour:justice-qingxi"}
        for name, clock in clocks.items():
            began, due = (datetime.fromisoformat(clock[key]) for key in ("started_at", "due_at"))
            assert began == received[name.partition(":")[2] or "town-qingxi"], name
            assert due - began == DAY, "红色预警1天内介入处置"

    @pytest.mark.req("Q-033")
    def test_silence_on_red_is_a_signature_after_half_an_hour_and_somebody_above_hears_of_it(
        self, bureau: People
    ) -> None:
        number = reported_red(bureau)
        bureau.answer(number, "dispatch", "assign", lead="town-qingxi", cooperating=["women_fed"])
        bureau.answer(number, "accept_assignment", "accept", task_id=of(bureau, number, "town-qingxi")["task_id"])
        bureau.advance(number, "PT31M")
        standing = {a["organisation"]["code"]: a["standing"] for a in bureau.dispute(number)["assigned"]}
        assert standing == {"town-qingxi": "accepted", "women_fed": "deemed"}, "not a working day"
        assert "supervise" in kinds(bureau, number)
        bureau.advance(number, "PT24H")
        told = colours(bureau, number)
        assert {name: clock["state"] for name, clock in told.items()} == {
            "colour": "overdue", "colour:women_fed": "overdue",
        }  # fmt: skip

    @pytest.mark.req("Q-034", "Q-035", "Q-036")
    def test_a_week_for_yellow_and_a_month_for_blue(self, bureau: People) -> None:
        for narrative, colour in ((QUARREL, "yellow"), ("楼上邻居夜间噪音扰民，两家发生口角", "blue")):
            number = alarmed(bureau, narrative)
            assert bureau.dispute(number)["colour"] == colour
            for _ in range(2):
                bureau.answer(number, "confirm_triage", "report_up")
            bureau.answer(number, "dispatch", "assign", lead="urban_mgmt", cooperating=["town-qingxi"])
            for clock in colours(bureau, number).values():
                began, due = (datetime.fromisoformat(clock[key]) for key in ("started_at", "due_at"))
                if colour == "yellow":
                    assert due - began == 7 * DAY, "黄色预警1周内处置"
                else:
                    assert (due.month - began.month) % 12 == 1, "蓝色预警1月内处置"
                    assert due.time() == began.time()

    @pytest.mark.req("Q-033")
    def test_red_is_followed_up_by_its_holder_after_the_intervention(self, bureau: People) -> None:
        number = reported_red(bureau)
        bureau.answer(number, "dispatch", "assign", lead="town-qingxi", cooperating=[])
        bureau.answer(number, "accept_assignment", "accept")
        bureau.answer(number, "dispose", "progress", summary="上门与双方见面，情绪已稳定")
        assert bureau.clock(number, "colour")["state"] == "met", "介入处置"
        for day in (1, 2):
            bureau.advance(number, "PT23H")
            bureau.answer(number, "dispose", "progress", summary=f"第{day}日跟进")
        assert bureau.clock(number, "progress")["state"] == "running", "后期持续跟进"
        bureau.advance(number, "PT26H")
        assert "supervise" in kinds(bureau, number), "who does not follow up is late"


class TestWrong3TheSamePhotographAgain:
    """“落地见人见事”; “敷衍塞责、弄虚作假的,予以退回,重新启动处置流程”."""

    @pytest.mark.req("Q-044", "Q-048", "Q-049")
    def test_returned_because_nobody_was_met_the_same_does_not_pass_again(self, bureau: People) -> None:
        number, handler = disposed_of(bureau), bureau.at("department_handler", "housing")
        first = answered(bureau, number)
        bureau.advance(number, "PT2H")
        bureau.answer(number, "evaluate", "return", reason="nobody_met", explanation="没有见到投诉人")
        assert (bureau.dispute(number)["stage"], bureau.dispute(number)["round"]) == ("push_3", 2)
        (task,) = bureau.open_tasks(number, "dispose")
        met = example(bureau, task, "disposed")["met"]
        same = {"summary": first["fields"]["summary"], "met": met}
        photograph = first["evidence"][0]["attachment_id"]

        def again(*files: str) -> set[str]:
            body = {"decision": "disposed", "fields": same, "attachments": list(files)}
            return set(errors_of(lambda: handler.post(f"/v1/tasks/{task['task_id']}/decide", body)))

        assert again(photograph) == {"attachments"}, "the same photograph"
        assert again(handler.attach(number, FIRST, "另一个名字.png")) == {"attachments"}, "under another name"
        assert again() == {"attachments"}, "none"
        old = {"summary": "上门见到双方", "met": first["fields"]["met"]}
        body = {"decision": "disposed", "fields": old, "attachments": [handler.attach(number)]}
        refused = errors_of(lambda: handler.post(f"/v1/tasks/{task['task_id']}/decide", body))
        assert set(refused) == {"met.0.at"}, "who was met in the first round is no meeting of the second"

    @pytest.mark.req("Q-046", "Q-048")
    def test_the_same_words_with_a_new_picture_are_shown_to_who_judges(self, bureau: People) -> None:
        number, handler = disposed_of(bureau), bureau.at("department_handler", "housing")
        words = answered(bureau, number)["fields"]["summary"]
        bureau.answer(number, "evaluate", "return", reason="perfunctory", explanation="敷衍塞责")
        (task,) = bureau.open_tasks(number, "dispose")
        fields = {**example(bureau, task, "disposed"), "summary": words + "。"}
        body = {"decision": "disposed", "fields": fields, "attachments": [handler.attach(number)]}
        handler.post(f"/v1/tasks/{task['task_id']}/decide", body)
        judge = bureau.at("evaluator_committee", "risk-centre")
        seen = judge.get(f"/v1/disputes/{number}")["disposal"]
        assert "same_text" in [flag["code"] for flag in seen["flags"]], seen

    @pytest.mark.req("Q-044")
    def test_a_photograph_of_another_case_is_shown_to_who_judges(self, bureau: People) -> None:
        taken = picture()
        numbers = [disposed_of(bureau, taken) for _ in range(2)]
        flags = [[flag["code"] for flag in bureau.dispute(number)["disposal"]["flags"]] for number in numbers]
        assert "reused_file" not in flags[0]
        assert "reused_file" in flags[1]

    @pytest.mark.req("Q-044")
    def test_a_telephone_is_no_place_and_tomorrow_no_time_to_meet(self, bureau: People) -> None:
        number = dispatched(bureau)
        (task,) = bureau.open_tasks(number, "dispose")
        handler = bureau.at("department_handler", "housing")
        shown = example(bureau, task, "disposed")
        (met,) = shown["met"]
        tomorrow = (datetime.fromisoformat(met["at"]) + DAY).isoformat()
        for wrong, field in (({"where": "电话"}, "met.0.where"), ({"at": tomorrow}, "met.0.at")):
            body = {
                "decision": "disposed", "fields": {**shown, "met": [{**met, **wrong}]},
                "attachments": [handler.attach(number)],
            }  # fmt: skip
            path = f"/v1/tasks/{task['task_id']}/decide"
            assert set(errors_of(lambda path=path, body=body: handler.post(path, body))) == {field}  # type: ignore[misc]
        assert refusal_of(lambda: handler.post(path, {"decision": "disposed", "fields": shown}))[0] == 422, "no picture"


FIRST = picture()


def reported_red(bureau: People) -> str:
    """A red threat, judged by both levels and reported to the committee."""
    number = alarmed(bureau, THREAT)
    if bureau.dispute(number)["colour"] != "red":
        raise AssertionError(bureau.dispute(number)["colour"])
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up", police_handled="已到场稳控")
    return number


def dispatched(bureau: People) -> str:
    """A leak that the housing bureau has accepted."""
    number = alarmed(bureau, "小区楼上装修造成楼下漏水，房东与楼上住户因维修费用多次协商未果")
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up")
    bureau.answer(number, "dispatch", "assign", lead="housing", cooperating=[])
    bureau.answer(number, "accept_assignment", "accept")
    return number


def disposed_of(bureau: People, photograph: bytes = FIRST) -> str:
    """The same, disposed of in few words with this photograph."""
    number = dispatched(bureau)
    (task,) = bureau.open_tasks(number, "dispose")
    handler = bureau.at("department_handler", "housing")
    fields = {**example(bureau, task, "disposed"), "summary": "已与双方当事人联系，当事人情绪平稳，已做工作"}
    body = {"decision": "disposed", "fields": fields, "attachments": [handler.attach(number, photograph, "现场.png")]}
    handler.post(f"/v1/tasks/{task['task_id']}/decide", body)
    return number


def answered(bureau: People, number: str) -> Document:
    """What the last disposal said."""
    tasks = [t for t in bureau.dispute(number)["tasks"] if t["kind"] == "dispose" and t["decision"]]
    decision: Document = tasks[-1]["decision"]
    return decision


def example(bureau: People, task: Document, decision: str) -> Document:
    """The form's example, valid as it stands."""
    offered = bureau.supervisor.get(f"/v1/tasks/{task['task_id']}")["decisions"]
    shown: Document = next(d["example"] for d in offered if d["name"] == decision)
    return shown


def colours(bureau: People, number: str) -> dict[str, Document]:
    """The colour's clocks, by name."""
    return {c["name"]: c for c in bureau.dispute(number)["clocks"] if c["name"].split(":")[0] == "colour"}


def of(bureau: People, number: str, organisation: str) -> Document:
    """The question to sign, of an organisation."""
    asked = bureau.open_tasks(number, "accept_assignment")
    return next(task for task in asked if task["about"]["organisation"] == organisation)
