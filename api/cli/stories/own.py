"""The stories of a mechanism's own, derived from its stages: the author of a playbook sees it played end to end.

Each is played under every mechanism that has the stages it needs, and holds the running system to the playbook: every
stage once and in order, every rung, every session of every tier, every seat, every visit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling
from api.cli.way_to_stage import DESKS, later, towards, waited_for, with_asides
from domain.case.clocks import Clock
from domain.case.records import Position
from domain.policy.process import Process
from domain.policy.stages import PUSHES, Stage

DAY = timedelta(days=1)
MOST_ANSWERS = 300
"""More than any stage asks; then it runs in a circle."""
MOST_RETURNS = 3
LONGEST_WAIT = timedelta(days=30)
"""How much later than its day a task may come, where holidays are counted otherwise there than here."""


def whole_way(t: Telling) -> None:
    """走完全程: through every stage of the mechanism, once and in order, everything answered in time.

    Where what the scene can't settle goes past a push (`exits.unsettled_to`), the way goes past it too; past push 3, a
    second dispute is diverted to it.
    """
    process = t.process
    onward = process.ways.unsettled_to if process.has(Stage.PUSH_1) else None
    past = [s for s in PUSHES if onward and later(s, Stage.PUSH_1) and later(onward, s) and process.has(s)]
    _walk(t, [stage for stage in process.stages if stage not in past])
    if Stage.PUSH_3 in past:
        t.tell(f"现场未能化解的不经{process.words.stage(Stage.PUSH_3)}：另一起由研判直接分流")
        _walk(t, [Stage.TRIAGE, *process.stages[process.stages.index(Stage.PUSH_3) :]])


def _walk(t: Telling, way: list[Stage]) -> None:
    diverted = way[1] is Stage.PUSH_3
    _quarrel(t, _unhurried(t.process) if diverted and t.process.first_push is not Stage.PUSH_3 else "110")
    for here, next_stage in pairwise(way):
        if here is Stage.TRIAGE and t.case["stage"] != here:
            t.expect(t.process.sources[t.case["source"]].push_at_once, "只有接警即推送的来源才不等研判")
            continue
        t.tell(f"{t.process.words.stage(here)}：办理后进入{t.process.words.stage(next_stage)}")
        t.expect_stage(here)
        _work(t, next_stage, divert=diverted)
    stages = [Stage(entry["detail"]["stage"]) for entry in t.entries("stage")]
    t.expect(stages == way[1:-1], f"各环节依次一遍，现为{stages}")
    t.expect(t.case["outcome"] == "resolved", "化解办结")
    t.expect(not t.entries("overdue"), "没有任何时限超期")


def silence(t: Telling) -> None:
    """无人办理: from where the colour's clock starts nobody answers, and every rung fires once, in order."""
    began = t.process.colour_clock_from
    _quarrel(t)
    t.tell(f"{t.process.words.stage(began)}开始计时，此后无人办理")
    _work(t, began)
    if t.process.from_receipt:  # it runs from the delivery to whoever is dispatched to
        t.answer("dispatch", "assign")
    shown = t.clock("colour")
    clock = Clock.model_validate({**shown, "rungs": t.process.colour_rungs})
    rungs = clock.ladder(t.calendar)
    for at in sorted({at for at, _ in rungs}):
        t.advance_to(at)
        due = [name for when, name in rungs if when <= t.now]
        t.expect(t.clock("colour")["fired"] == due, f"此时应已发出{due}")
    logged = [e["kind"] for e in t.county.timeline(t.number) if e["detail"].get("clock") == "colour"]
    named = [str(name).partition("_")[0] for _, name in rungs]
    expected = ["clock_started", *(kind for name in named for kind in _ENTRIES.get(name, (name,)))]
    t.expect(logged == expected, f"经过里的次序应为{expected}，现为{logged}")
    t.tell("此后办结；超期记录在案")
    _work(t, Stage.EVALUATION)
    t.expect(t.clock("colour")["state"] == "missed", "时限记为未按时")


_ENTRIES = {"promotion": ("promotion", "supervision")}
"""What a rung puts on the timeline, where it is more than its name."""


def returned(t: Telling) -> None:
    """退回重办: returned until supervision is called, redone by who did it, accepted by every seat."""
    policy = t.process.supervision
    returns = min(policy.after_returns, MOST_RETURNS)
    _quarrel(t)
    _work(t, Stage.EVALUATION)
    for number in range(1, returns + 1):
        t.tell(f"第{number}次退回：原承办人重办")
        done = [task for task in t.case["tasks"] if task["state"] == "done" and task["round"] == number]
        t.answer("evaluate", "return", reason="perfunctory", explanation="没有见人见事的经过")
        t.expect(t.case["round"] == number + 1, f"进入第{number + 1}轮")
        again = waited_for(t.county.open_tasks(t.number))
        t.expect({task["redo_of"] for task in again} <= {task["task_id"] for task in done}, "重办与上一轮相连")
        _work(t, Stage.EVALUATION)
    if returns == policy.after_returns:
        causes = [task["about"]["cause"] for task in t.county.open_tasks(t.number, "supervise")]
        t.expect("returns" in causes, f"第{returns}次退回即督办")
    seats = len(t.process.seats_for(t.case["disposal"]["where"]))
    t.tell(f"{seats}个席位都通过，才予结案")
    t.expect(len(t.county.open_tasks(t.number, "evaluate")) == seats, f"评估待办{seats}件")
    _work(t, Stage.CLOSED if not t.process.has(Stage.FOLLOW_UP) else Stage.FOLLOW_UP)
    judged = [v for v in t.case["evaluations"] if v["round"] == returns + 1]
    t.expect([v["verdict"] for v in judged] == ["accept"] * seats, "每个席位一票通过")
    t.expect(len({v["evaluator"] for v in judged}) == seats, "由不同的人评估")


def up_the_ladder(t: Telling) -> None:
    """逐级联调: every session of every tier fails but the last of the last; an incomplete table is refused."""
    ladder = t.process.ladder
    assert ladder is not None, "a mechanism with mediation has a ladder"
    _quarrel(t)
    _work(t, Stage.MEDIATION)
    colour = t.process.colours[t.case["colour"]]
    if colour.suspendable and t.process.colour_clock_from is not Stage.MEDIATION:
        t.expect(t.clock("colour")["state"] == "suspended", "联调期间颜色时限中止")
    _let_out(t)
    position = Position(tier=t.task("mediate")["about"]["tier_number"])
    expected = []
    for number, tier in enumerate(ladder.tiers[position.tier :], start=position.tier):
        t.tell(f"{tier.name}：至多{tier.sessions}次")
        _let_out(t)
        if tier.requires:
            t.refused(422, "fields_invalid", lambda: _without_those_required(t))
        for session in range(1, tier.sessions + 1):
            _let_out(t)
            about = t.task("mediate")["about"]
            t.expect((about["tier"], about["session"]) == (tier.code, session), f"现在是{tier.name}第{session}次")
            last = (number, session) == (len(ladder.tiers) - 1, tier.sessions)
            if last:
                t.answer("mediate", "agreed", terms=["双方各让一步"], confirmation=False)
            else:
                t.answer("mediate", "not_agreed", reason="双方各执一词")
            expected.append((tier.code, session, "agreed" if last else "not_agreed"))
    held = [(s["tier"], s["number"], s["result"]) for s in t.case["sessions"]]
    t.expect(held == expected, f"逐次在案：{expected}，现为{held}")
    t.expect(later(Stage(t.case["stage"]), Stage.MEDIATION), "调成之后离开联调")


def _let_out(t: Telling) -> None:
    """A tier that takes the dispute out of the police may have to be approved, and its people be called first."""
    if "approve_third_push" in t.open_kinds():
        t.answer("approve_third_push", "approve")
    while "check_in" in t.open_kinds():
        t.answer("check_in", "arrived")


def relapse(t: Telling) -> None:
    """反弹: found flared up again at a visit, pushed again from the beginning, and resolved."""
    _quarrel(t)
    _work(t, Stage.FOLLOW_UP)
    if "visit" not in t.open_kinds():  # the plan's first visit is later
        _wait(t)
    t.tell("第一次回访，一方说又吵了起来：重新研判、再次推送")
    t.answer("visit", "relapsed", summary="上周又发生争吵")
    t.expect_stage("triage", round=2)
    t.expect(t.case["concluded_at"] is None, "重新启动的不再算结案")
    _work(t, Stage.CLOSED)
    case = t.case
    t.expect((case["round"], case["outcome"]) == (2, "resolved"), "第二轮化解办结")
    results = [visit["result"] for visit in case["visits"]]
    t.expect(results.count("relapsed") == 1, "反弹一次，记录在案")
    visits = len(t.process.follow_up.visits) * len(case["parties"])
    t.expect(results.count("stable") == visits, f"此后{visits}次回访都稳定")


def _without_those_required(t: Telling) -> None:
    nobody = [{"role": "call_taker", "name": somebody()}]
    t.county.answer(t.number, "mediate", "not_agreed", reason="人未到齐", participants=nobody)


def _unhurried(process: Process) -> str:
    """A source that anybody may report by, whose reports wait for a desk: one that is not listed always does."""
    open_to_all = (code for code, source in process.sources.items() if not (source.push_at_once or source.reported_by))
    return "walk_in" if "walk_in" not in process.sources else next(open_to_all, "walk_in")


def _quarrel(t: Telling, source: str = "110") -> None:
    t.tell("两户为宅基地边界和排水沟争执，报警求助")
    story = "两户因相邻宅基地边界及排水沟走向长期争执，多次争吵"
    t.alarm(story, house("石桥镇枫林村"), somebody(), somebody(), source=source)


def _work(t: Telling, aim: Stage, *, divert: bool | None = None) -> None:
    """Everybody answers, and time passes where nobody is asked, until the dispute is at a stage, or past it."""
    for _ in range(MOST_ANSWERS):
        case = t.case
        here = Stage(case["stage"])
        if here is aim or later(here, aim):
            return
        tasks = with_asides([task for task in case["tasks"] if task["state"] in ("open", "claimed")])
        if not tasks:
            _wait(t)
            continue
        kind = tasks[0]["kind"]
        decision, fields = towards(aim, kind)
        if kind == DESKS and not tasks[0]["aside"]:
            fields = {"divert": t.process.first_push is Stage.PUSH_3 if divert is None else divert, "reason": "依职责"}
        t.answer(kind, decision, task_id=tasks[0]["task_id"], **fields)
    t.expect(False, f"应能到达{t.process.words.stage(Stage(aim))}")


def _wait(t: Telling) -> None:
    """Time passes until somebody is asked: until the next visit of the plan."""
    concluded = t.case["concluded_at"]
    t.expect(concluded, "有人被问到")
    since = datetime.fromisoformat(concluded)
    days = (t.calendar.after(since, plan.after) for plan in t.process.follow_up.visits if plan.after)
    t.advance_to(min((day for day in days if day > t.now), default=t.now))
    until = t.now + LONGEST_WAIT
    while not t.open_kinds() and not t.case["closed_at"]:
        t.expect(t.now < until, "到日子有人被问到")
        t.advance(DAY)
