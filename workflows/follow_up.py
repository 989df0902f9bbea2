"""回访: each party apart, each obligation on its date, until all is stable, no protection order is in force and
nobody is still being helped; or the quarrel flares up again (反弹).
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.case.care.helping import helping
from domain.case.protection import under_protection
from domain.case.records import ObligationState, VisitRecord
from domain.policy.parts.judging import VisitPlan
from domain.policy.spans import Span
from domain.policy.stages import Stage
from workflows.desk import DONE, Answer, Ask, Desk

AGAIN = Span(calendar_days=7)
"""An obligation found overdue is checked again after a week."""


async def follow_up(desk: Desk) -> Answer | None:
    """Visits and performance side by side; the relapse, if one is found. A mechanism may do without."""
    if not desk.state.process.has(Stage.FOLLOW_UP):
        await desk.over(lambda: helping(desk.state))
        return None
    desk.case.enter(Stage.FOLLOW_UP)
    asks = [*_visits(desk), *_checks(desk)]
    answers = await desk.ask_all(asks, then=lambda answer: _found(desk, answer))
    if answers and answers[-1].name == "relapsed":
        return answers[-1]
    await desk.over(lambda: under_protection(desk.state) or helping(desk.state))
    return None


def _visits(desk: Desk) -> list[Ask]:
    """Every visit of the plan to every party, counted from now, the accepted evaluation."""
    state, now = desk.state, desk.case.now()
    parties = [party.name for party in state.parties if party.side in ("a", "b")] or ["当事人"]
    return [
        Ask(
            "visit",
            about={"party": party, "visit": number, "try": 1, "title": f"第{number}次回访", **_asked(plan)},
            limit=plan.within,
            opens_at=state.calendar.after(now, plan.after) if plan.after else None,
        )
        for number, plan in enumerate(state.process.follow_up.visits, start=1)
        for party in parties
    ]


def _asked(plan: VisitPlan) -> dict[str, bool]:
    return {"satisfaction": True} if plan.satisfaction else {}


def _checks(desk: Desk) -> list[Ask]:
    """Each unperformed obligation of the agreement in force, on its date."""
    if not desk.state.agreements:
        return []
    pending = [o for o in desk.state.agreements[-1].obligations if o.state in ("pending", "overdue")]
    return [
        Ask(
            "check_performance",
            about={"obligation": o.number, "title": f"履约核查（第{o.number}项）"},
            opens_at=o.due_at,
        )
        for o in pending
    ]


def _found(desk: Desk, answer: Answer) -> Sequence[Ask] | str:
    return _visited(desk, answer) if answer.task.kind == "visit" else _checked(desk, answer)


def _visited(desk: Desk, answer: Answer) -> Sequence[Ask] | str:
    state, about = desk.state, answer.task.about
    state.visits.append(
        VisitRecord(
            round=state.round,
            number=about["visit"],
            party=about["party"],
            at=answer.decision.at,
            result=answer.name,
            satisfaction=answer.fields.get("satisfaction"),
            response_satisfaction=answer.fields.get("response_satisfaction"),
        )
    )
    plan = state.process.follow_up
    if answer.name == "unreachable" and about["try"] < plan.tries:
        again = state.calendar.after(answer.decision.at, plan.try_again_after)
        within = plan.visits[about["visit"] - 1].within
        return [Ask("visit", about={**about, "try": about["try"] + 1}, limit=within, opens_at=again)]
    return DONE if answer.name == "relapsed" else []


def _checked(desk: Desk, answer: Answer) -> Sequence[Ask]:
    """Overdue is urged, and checked again; from the second time on with advice on enforcement."""
    state, about = desk.state, answer.task.about
    obligation: ObligationState = state.agreements[-1].obligations[about["obligation"] - 1]
    obligation.state = answer.name
    if answer.name != "overdue":
        return []
    tries = about.get("try", 1)
    advice = "督促履行" if tries == 1 else "督促履行，并告知可依法申请强制执行或起诉"
    desk.case.log("performance_overdue", f"{obligation.what}逾期：{advice}", obligation=obligation.number)
    again = state.calendar.after(answer.decision.at, AGAIN)
    return [Ask("check_performance", about={**about, "try": tries + 1}, opens_at=again)]
