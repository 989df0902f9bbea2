"""What a kind of task is, and what the code knows of it as flags."""

from __future__ import annotations

from domain.base import Model, Strict
from domain.policy.fields import Fields
from domain.policy.stages import Stage


class DecisionSpec(Model):
    """One answer a task allows. `ends` is false for answers that are only put on record (`progress`, `contacted`)."""

    title: str
    form: type[Strict]
    ends: bool = True
    pictures: bool = False
    """must carry pictures or videos as evidence, unless the playbook's `demands` say otherwise"""
    feeds_back: bool = False
    """says how it was disposed of, which is judged: after a return it carries something new"""
    ending: str = ""
    """ends the whole case as this action does; where that needs approval, the task stays open meanwhile"""
    by_clock: str = ""
    """why nobody takes it: the clock does, or the law"""
    leads_to: Stage | None = None
    """takes the case to that stage; a mechanism without it does not offer the decision"""


def decision(
    title: str,
    form: type[Strict] = Fields,
    *,
    ends: bool = True,
    pictures: bool = False,
    feeds_back: bool = False,
    ending: str = "",
    by_clock: str = "",
    leads_to: Stage | None = None,
) -> DecisionSpec:
    """A decision that ends its task unless it says otherwise."""
    return DecisionSpec(title=title, form=form, ends=ends, pictures=pictures, feeds_back=feeds_back, ending=ending,
                        by_clock=by_clock, leads_to=leads_to)  # fmt: skip


class KindSpec(Model):
    """A kind of task: its name, the decisions it allows, and all that the code knows of it as flags.

    No other module lists kinds of task: whoever needs a group of them asks for the flag that says why they belong
    together.
    """

    name: str
    decisions: dict[str, DecisionSpec]
    stages: tuple[Stage, ...] = ()
    """the stages that ask it, none of an aside: a playbook with one of them says who answers it"""
    optional: bool = False
    """younger than processes that cases have pinned: one without it is still decoded, and asks nobody"""
    people_from: str = ""
    """the part of the process that names who answers it, where that is not `tasks`"""
    to_organisation: bool = False
    """asked about one organisation of push 3: the one that a playbook's `assigned` means"""
    delivers: bool = False
    """asked of that very organisation: given to another, it is delivered to that one, and its limits run from there"""
    first_contact: str = ""
    """what the clock of the first contact is called, which the decision `contacted` or `noted` stops; "" has none"""
    under_colour: bool = False
    """due when the colour's clock is"""
    under_ladder: bool = False
    """a session of the mediation ladder: due when the ladder's clock is, and held as its tier requires"""
    handles: bool = False
    """who answers it has handled the round, and may not judge it (requirements E.2, rule 1)"""
    judges: bool = False
    """judges the round: not by who handled it, and each seat by another person"""
    leads: bool = False
    """who holds it is responsible for the dispute: reassigned, the dispute is pushed to another unit"""
    disposes: bool = False
    """disposes of the dispute in push 3, as lead or cooperating; a party met there is an intervention"""
    by_roads: bool = False
    """asked on the roads out of the police that the playbook names (`approval`), in whichever stage they begin"""
    by_levels: bool = False
    """a chain of desks: each is answered by another person"""
    submits: bool = False
    """who answers it is the desk that submits the dispute to push 3, as indicators count it"""
    follows: bool = False
    """continuing follow-up: due when the clock of that is, and a party met there is an intervention"""
    aside: bool = False
    """a track beside the stage: its decisions are applied at once, `run` does not wait for it"""
    within: tuple[Stage, ...] = ()
    """of an aside that only makes sense in these stages: void where the case enters another"""
    to_the_end: bool = False
    """an aside that waits for no answer: open for notes until the dispute is over"""
    named: bool = False
    """may be one person's from the beginning: a playbook says so by `names_one`"""
    confers: bool = False
    """a joint session outside the ladder: who took part goes on record, and no tier says who must"""
    before_judged: bool = False
    """an aside that is over before anybody judges what was done"""
    approves: bool = False
    """approves a change or an ending one level up: its silence goes a level higher, and never approves"""
    letters: bool = False
    """answers a letter (`notices` of the playbook) that no other question carries"""
    by_items: bool = False
    """answers items of a batch, some at a time: it ends with the last that waits for it; the items keep the answers"""
    items_timed: bool = False
    """each of its items is due on a day of its own: the question itself has no deadline"""
    protection: bool = False
    """belongs to the protection-order track, which a playbook opens by `protection_for`"""
