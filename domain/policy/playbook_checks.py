"""What a playbook may not say although every word in it is known: it would be ignored, or mean something else.

Checked when a playbook is loaded, never of the process part that a running case carries along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from domain.base import Strict
from domain.policy.addressing import Addressing, no_such_role
from domain.policy.approvals import Road
from domain.policy.catalogue import KINDS
from domain.policy.fields import AT_THE_TABLE
from domain.policy.forms.demands import OWN_FIELDS
from domain.policy.intake.source_checks import source_mistakes
from domain.policy.kinds.spec import KindSpec
from domain.policy.loading import Loc, Mistake
from domain.policy.mistakes import choice
from domain.policy.parts.endless import endless
from domain.policy.parts.exits import LEAVES
from domain.policy.parts.tasks import TaskPolicy
from domain.policy.process import Process, unknown_kinds
from domain.policy.stages import PUSHES, Stage
from domain.policy.summon_checks import summon_mistakes
from domain.policy.words.checks import word_mistakes

BY_POLICE = 2
"""Sessions of a tier before the police."""
NOT_IN_A_NAME = "\"'`\\“”‘’"
"""What the name of an edition, which every dispute, message and table quotes, does not hold."""


def mistakes(
    code: str,
    edition: str,
    process: Process,
    *,
    beside: Iterable[str] = (),
    file: str | None = None,
    risk_kinds: Collection[str] | None = None,
) -> list[Mistake]:
    """Everything that keeps a playbook from being used, at its place; `file`, `risk_kinds` as for `load_playbook`.
    `beside` are the places that parts beside the process name.
    """
    checks = (
        _demands,
        _stages,
        _colours,
        _tasks,
        _addresses,
        _tiers,
        _tables,
        _diversions,
        _notices,
        _approvals,
        _approvals_in_time,
        source_mistakes,
        _exits,
        _warnings,
        _criteria,
        _entries,
        _judges,
        _supervision,
        endless,
        summon_mistakes,
    )
    found = [each for check in checks for each in check(process)]
    found += _words(process, beside)
    for n, risk in enumerate(process.protection_for if risk_kinds is not None else ()):
        if risk not in (risk_kinds or ()):
            what = f"no such kind of risk: {risk}{choice(risk, sorted(risk_kinds or ()))}"
            found.append(Mistake(("protection_for", n), what))
    return [*_head(code, edition, file), *(Mistake(("process", *each.where), each.what) for each in found)]


def _head(code: str, edition: str, file: str | None) -> Iterator[Mistake]:
    if file is not None and file != code:
        what = f"'{code}' is not the name of the file: write code: {file}, or call the file {code}.yaml"
        yield Mistake(("code",), what)
    if not edition:
        yield Mistake(("edition",), 'an edition has a name, such as edition: "2026-11"')
    elif held := [c for c in edition if c in NOT_IN_A_NAME or not c.isprintable()]:
        yield Mistake(("edition",), f"the name of an edition can't hold {held[0]!r}: {edition!r}")


def _stages(process: Process) -> Iterator[Mistake]:
    if process.has(Stage.CONFIRMATION) and not process.has(Stage.MEDIATION):
        what = "nothing leads to confirmation: what a session agreed is taken to court, and mediation is missing"
        yield Mistake(("stages", process.stages.index(Stage.CONFIRMATION)), what)


def _colours(process: Process) -> Iterator[Mistake]:
    called: dict[str, str] = {}
    for code, rule in process.colours.items():
        other = called.setdefault(rule.name, code)
        if other != code:
            yield Mistake(("colours", code, "name"), f"'{rule.name}' is the name of the colour {other} already")


def _tasks(process: Process) -> Iterator[Mistake]:
    yield from unknown_kinds(process)
    for kind, policy in process.tasks.items():
        spec, where = KINDS.get(kind), ("tasks", kind)
        if spec is None:
            continue
        if why := _never_asked(process, kind, spec):
            yield Mistake(where, why)
        if policy.first_contact and not spec.first_contact:
            able = ", ".join(name for name, other in KINDS.items() if other.first_contact)
            what = f"nothing stops it in '{kind}'; only for {able}, by the decision contacted"
            yield Mistake((*where, "first_contact"), what)
        if policy.names_one and not spec.named:
            able = ", ".join(name for name, other in KINDS.items() if other.named)
            yield Mistake((*where, "names_one"), f"nobody is named for '{kind}'; only for {able}")
        if policy.reports_to and kind != "handle_on_scene":
            what = f"'{kind}' is not pushed on by who answers it: only for handle_on_scene"
            yield Mistake((*where, "reports_to"), what)
        yield from _silence(spec, policy, (*where, "decides_itself"))
        yield from _by_colour(process, policy, where)


def _never_asked(process: Process, kind: str, spec: KindSpec) -> str:
    """Why a task of this kind would never be asked as `tasks` says; empty where it is."""
    if spec.people_from:
        return f"who answers '{kind}' is said under {spec.people_from}: leave this out"
    if spec.letters and not process.notices.asks:
        return "process.notices sends no letter that it would answer: leave this out, or say who sends which"
    if spec.protection and not process.protection_for:
        return "protection_for names no risk that would open it: leave this out, or name one"
    stages = (*spec.stages, *spec.within)
    lived = {stage for life in (process.stages, *process.lives.values()) for stage in life}
    if stages and not lived & set(stages):
        return f"the mechanism has no stage {' or '.join(stages)}, which asks it: leave this out, or add the stage"
    return ""


def _silence(spec: KindSpec, policy: TaskPolicy, where: Loc) -> Iterator[Mistake]:
    able = [name for name, d in spec.decisions.items() if d.ends and not d.pictures and takes_nothing(d.form)]
    decided = policy.decides_itself
    if decided and decided not in able:
        what = f"{decided} is no decision that can be taken by silence{choice(decided, able)}"
        yield Mistake(where, what if able else f"{what}; no decision of this kind can")


def _by_colour(process: Process, policy: TaskPolicy, where: Loc) -> Iterator[Mistake]:
    """Limits of colours: of those there are, and where silence decides, of every one."""
    named: list[tuple[Loc, str]] = [((*where, "limit_by_colour", code), code) for code in policy.limit_by_colour]
    named += [((*where, "silence_supervised", n), code) for n, code in enumerate(policy.silence_supervised)]
    named += [
        ((*where, "ring", "again_after", code), code) for code in (policy.ring.again_after if policy.ring else ())
    ]
    for place, code in named:
        if code not in process.colours:
            yield Mistake(place, f"no such colour: {code}{choice(code, list(process.colours))}")
    if policy.silence_supervised and not policy.decides_itself:
        yield Mistake((*where, "silence_supervised"), "silence decides nothing here: decides_itself is missing")
    without = [code for code in process.colours if policy.limit_for(code) is None]
    if policy.decides_itself and without and policy.limit_by_colour:
        what = (
            f"after how long is '{policy.decides_itself}' taken in a case of {', '.join(without)}? add it, or a limit"
        )
        yield Mistake((*where, "limit_by_colour"), what)


def _approvals_in_time(process: Process) -> Iterator[Mistake]:
    approvals = process.supervision.approvals
    for code in approvals.limit_by_colour if approvals else ():
        if code not in process.colours:
            what = f"no such colour: {code}{choice(code, list(process.colours))}"
            yield Mistake(("supervision", "approvals", "limit_by_colour", code), what)


def takes_nothing(form: type[Strict]) -> bool:
    """Whether a form may be sent empty."""
    return not any(field.is_required() for field in form.model_fields.values())


def addressings(process: Process) -> Iterator[tuple[Loc, Addressing]]:
    """Every post the process part names, with its place in it."""
    for kind, policy in process.tasks.items():
        yield from _each(policy.by, "tasks", kind, "by")
        yield from _each(policy.watched_by, "tasks", kind, "watched_by")
        for n, level in enumerate(policy.above):
            yield from _each(level, "tasks", kind, "above", n)
        yield from _each(policy.reports_to, "tasks", kind, "reports_to")
        yield from _each(policy.ring.then if policy.ring else [], "tasks", kind, "ring", "then")
    for code, source in process.sources.items():
        for n, desk in enumerate(source.desks):
            yield ("sources", code, "desks", n), desk
            if desk.outside_hours:
                yield ("sources", code, "desks", n, "outside_hours"), desk.outside_hours
    for n, tier in enumerate(process.ladder.tiers if process.ladder else ()):
        yield from _each(tier.convenor, "ladder", "tiers", n, "convenor")
    yield from _each(process.evaluation.at_station, "evaluation", "at_station")
    for n, seat in enumerate(process.evaluation.joint):
        yield from _each(seat, "evaluation", "joint", n)
    for place, seats in process.evaluation.resolved_at.items():
        for n, seat in enumerate(seats):
            yield from _each(seat, "evaluation", "resolved_at", place, n)
    yield from _each(process.supervision.levels, "supervision", "levels")
    yield from _each(process.diversion.watched_by, "diversion", "watched_by")
    for code, warning in process.warnings.items():
        yield from _each(warning.told, "warnings", code, "told")
    for n, level in enumerate(process.promotion.to if process.promotion else ()):
        yield from _each(level, "promotion", "to", n)
    yield from _each(process.summons.by if process.summons else [], "summons", "by")


def _each(posts: list[Addressing], *where: str | int) -> Iterator[tuple[Loc, Addressing]]:
    yield from (((*where, n), post) for n, post in enumerate(posts))


def _addresses(process: Process) -> Iterator[Mistake]:
    assigned = [kind for kind, spec in KINDS.items() if spec.to_organisation]
    for where, post in addressings(process):
        if post.at == "assigned" and not (where[0] == "tasks" and where[1] in assigned):
            what = f"nothing is assigned here: 'assigned' is only for {', '.join(assigned)}"
            yield Mistake((*where, "at"), what)


def _tiers(process: Process) -> Iterator[Mistake]:
    codes = [tier.code for tier in process.ladder.tiers] if process.ladder else []
    seen: Counter[str] = Counter()
    for n, code in enumerate(codes):
        seen[code] += 1
        if seen[code] > 1:
            yield Mistake(("ladder", "tiers", n, "code"), f"the code '{code}' is another tier's already")
    for n, tier in enumerate(process.ladder.tiers if process.ladder else ()):
        if tier.mediation == "police" and tier.sessions > BY_POLICE:
            what = f"治安调解 is held {BY_POLICE} times at most (程序规定 第183条), not {tier.sessions}"
            yield Mistake(("ladder", "tiers", n, "sessions"), what)


def _tables(process: Process) -> Iterator[Mistake]:
    """One person counts for one line only, so that the lines of a tier add up."""
    for n, tier in enumerate(process.ladder.tiers if process.ladder else ()):
        people = 0
        for line, needed in enumerate(tier.requires):
            people += needed.at_least
            if people > AT_THE_TABLE:
                what = f"{people} people would have to sit at this tier's table; a session has {AT_THE_TABLE} at most"
                yield Mistake(("ladder", "tiers", n, "requires", line, "at_least"), what)
                break


def _demands(process: Process) -> Iterator[Mistake]:
    decisions = {f"{kind}.{name}": kind for kind, spec in KINDS.items() for name in spec.decisions}
    for key, demand in process.demands.items():
        where: Loc = ("demands", key)
        kind, _, name = key.partition(".")
        if key not in decisions:
            near = choice(key, [f"{kind}.{other}" for other in KINDS[kind].decisions] if kind in KINDS else decisions)
            yield Mistake(where, f"no such decision: {key}{near}; write it as kind.decision, such as dispose.disposed")
            continue
        if (stages := KINDS[kind].stages) and not any(process.has(stage) for stage in stages):
            yield Mistake(where, f"the mechanism has no stage {' or '.join(stages)}, which asks it: leave this out")
        if why := KINDS[kind].decisions[name].by_clock:
            yield Mistake(where, f"nobody takes it and proves anything by it: {why}")
        own = KINDS[kind].decisions[name].form.model_fields
        if demand.criteria:
            yield Mistake((*where, "criteria"), "the grounds for the ladder stand under ladder.criteria")
        for part in ("reasons", "confirmed"):
            for code in getattr(demand, part):
                asked = part == "confirmed" and code in own and own[code].annotation == bool | None
                if part == "confirmed" and not asked and (code in own or code in OWN_FIELDS):
                    yield Mistake((*where, part, code), f"'{code}' is a field of this form already: another name")
        for n, role in enumerate(demand.present):
            if not process.words.knows_role(role):
                yield no_such_role(role, *where, "present", n)
        if name == process.tasks[kind].decides_itself if kind in process.tasks else False:
            yield Mistake(where, f"silence past its limit counts as '{name}' here, and silence proves nothing")


def _diversions(process: Process) -> Iterator[Mistake]:
    if process.diversion.watched_by and not process.has(Stage.PUSH_3):
        yield Mistake(("diversion", "watched_by"), f"nothing is diverted here: the mechanism has no {Stage.PUSH_3}")
    if process.diversion.from_scene and not (process.has(Stage.PUSH_1) and process.has(Stage.PUSH_3)):
        what = (
            f"an officer on the scene diverts to {Stage.PUSH_3}: the mechanism needs {Stage.PUSH_1} and {Stage.PUSH_3}"
        )
        yield Mistake(("diversion", "from_scene"), what)
    if process.diversion.owner and not ("watch_through" in process.tasks and process.has(Stage.PUSH_3)):
        what = (
            f"tasks.watch_through says who watches it to its end, and {Stage.PUSH_3} is where it goes: both are needed"
        )
        yield Mistake(("diversion", "owner"), what)


def _notices(process: Process) -> Iterator[Mistake]:
    for step, needed in (("dispatch", Stage.PUSH_3), ("return", Stage.EVALUATION)):
        if step in process.notices.sent_with and not process.has(needed):
            what = f"nothing goes out with it: the mechanism has no stage {needed}: leave this out"
            yield Mistake(("notices", "sent_with", step), what)


def _approvals(process: Process) -> Iterator[Mistake]:
    """Roads that a playbook names and the mechanism has not: whoever reads it would think them guarded."""
    if "approval" not in process.model_fields_set:
        return
    for n, road in enumerate(process.approval.roads if "roads" in process.approval.model_fields_set else ()):
        if road not in process.roads:
            there = ", ".join(sorted(process.roads)) or "none"
            what = f"the mechanism has no road '{road}' out of the police: leave it out; it has {there}"
            yield Mistake(("approval", "roads", n), what)
    if process.approval.never_with_police and Road.DIVERTED not in process.approval.roads:
        what = f"it excepts from the road {Road.DIVERTED}, which needs no approval here: leave it out, or name the road"
        yield Mistake(("approval", "never_with_police"), what)


def _warnings(process: Process) -> Iterator[Mistake]:
    for code, warning in process.warnings.items():
        where: Loc = ("warnings", code)
        if code not in process.colours:
            yield Mistake(where, f"no such colour: {code}{choice(code, list(process.colours))}")
        elif warning.at_once and process.first_push is Stage.PUSH_3:
            what = "the first push leaves the police, so a desk looks first: push_1 and push_2 are missing"
            yield Mistake((*where, "at_once"), what)
        elif not (warning.told or warning.at_once):
            yield Mistake(where, "nobody is told and nothing opens: leave this out, or say told or at_once")


def _exits(process: Process) -> Iterator[Mistake]:
    able = ", ".join(process.stages)
    for name in process.exits.model_fields_set:
        stage, needs = getattr(process.exits, name), LEAVES[name]
        if not any(process.has(each) for each in needs):
            what = f"nothing goes by it: the mechanism has no stage {' or '.join(needs)}: leave this out"
            yield Mistake(("exits", name), what)
        elif stage is not None and not process.has(stage):
            yield Mistake(("exits", name), f"the mechanism has no stage {stage} to go to; its stages are {able}")


def _criteria(process: Process) -> Iterator[Mistake]:
    ladder, promotion = process.ladder, process.promotion
    for part, criteria in (("ladder", ladder and ladder.criteria), ("promotion", promotion and promotion.criteria)):
        if criteria and not any(ground.said for ground in criteria.values()):
            yield Mistake((part, "criteria"), "one of them at least is a person's to say, bound to nothing")
        called: dict[str, str] = {}
        for code, ground in (criteria or {}).items():
            if called.setdefault(ground.name, code) != code:
                what = f"'{ground.name}' is the name of {called[ground.name]} already"
                yield Mistake((part, "criteria", code, "name"), what)


def _entries(process: Process) -> Iterator[Mistake]:
    codes = [tier.code for tier in process.ladder.tiers] if process.ladder else []
    enter = [stage for stage in process.stages if stage in PUSHES]
    for stage, code in process.ladder.entered_at.items() if process.ladder else ():
        where = ("ladder", "entered_at", stage)
        if stage not in enter:
            yield Mistake(where, f"nothing enters the ladder there{choice(stage, enter)}")
        elif code not in codes:
            yield Mistake(where, f"the ladder has no tier {code}{choice(code, codes)}")


def _judges(process: Process) -> Iterator[Mistake]:
    for place in process.evaluation.resolved_at:
        if place not in process.resolved_where():
            what = f"nothing is resolved at '{place}'{choice(place, process.resolved_where())}"
            yield Mistake(("evaluation", "resolved_at", place), what)


def _supervision(process: Process) -> Iterator[Mistake]:
    if process.supervision.rungs.supervise_after:
        what = "nobody supervises a supervision: each would call the next, for ever; colour_rungs promote it"
        yield Mistake(("supervision", "rungs", "supervise_after"), what)


def _words(process: Process, beside: Iterable[str]) -> Iterator[Mistake]:
    reporters = (each.at for source in process.sources.values() for each in source.reported_by)
    yield from word_mistakes(process, (*(post.at for _, post in addressings(process)), *reporters, *beside))
