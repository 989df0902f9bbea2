"""A valid example beside every form: whoever writes a client or an answering page starts from something that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.core.schemas import JsonObject, schema_of
from api.tasks.schemas import DecisionOpen
from domain.base import CHINA
from domain.case.lawful_tables import AGAIN
from domain.case.records import Verdict
from domain.policy.catalogue import KINDS, spec_of
from domain.policy.forms.demands import Demand, asked_form, effective
from domain.transitions.decisions import FLAGS_OF_STAGES
from domain.transitions.evidence import files_needed, redone
from infra.runtime.policy_files import role_name

FIELDS_OF_CASES = {"matter": "matters", "venue": "venues"}
"""Fields that are asked for where the case has something to choose from."""


def lines_of(about: JsonObject) -> list[JsonObject]:
    """The lines of the table that a task sits down at: those that a tier requires, or whoever was called and came."""
    return about.get("requires") or about.get("called") or []


@dataclass(frozen=True)
class _Case:
    """What an example may draw on: what the task is about, the case, the time."""

    about: JsonObject
    document: JsonObject
    now: datetime
    people: list[JsonObject]

    @property
    def suggested(self) -> list[str]:
        return list(self.document["suggested"])

    @property
    def unit(self) -> str:
        """An organisation that may be named: a suggested one, or, of a case without any, whom the task is about."""
        return next((code for code in (*self.suggested, self.about.get("organisation")) if code), "")

    @property
    def handled(self) -> JsonObject:
        """What the police did where they come first."""
        return {"police_handled": "民警已到场处置，现场已稳控"} if self.document.get("police") else {}

    @property
    def another(self) -> str:
        """The number before this one's, the likeliest to exist."""
        series, _, number = str(self.document["dispute_no"]).rpartition("-")
        return f"{series}-{max(int(number) - 1, 1):06d}"

    @property
    def put_off(self) -> str:
        """Tomorrow, or as late as the ladder's time allows."""
        running = [c for c in self.document.get("clocks", []) if c["state"] == "running"]
        ends = [datetime.fromisoformat(c["due_at"]) for c in running if c["name"] in ("ladder", AGAIN)]
        return min([self.now + timedelta(days=1), *ends]).isoformat()

    @property
    def party(self) -> str:
        """The first of the parties."""
        return next((str(party["name"]) for party in self.document.get("parties", [])), "李某")

    @property
    def met(self) -> list[dict[str, str]]:
        began = datetime.fromisoformat(self.document.get("round_began") or self.now.isoformat())
        return [{"who": "双方当事人", "at": max(self.now, began).isoformat(), "where": "村委会调解室"}]

    @property
    def participants(self) -> list[JsonObject]:
        """Holders who make up the tier; where none are known, what it takes."""
        return self.people or [
            {"role": need["any_of"][0], "name": f"{role_name(need['any_of'][0])}{n}"}
            for need in lines_of(self.about)
            for n in range(1, need["at_least"] + 1)
        ]

    @property
    def plan(self) -> list[JsonObject]:
        """One thing, by one of those who came."""
        line = lines_of(self.about)[-1:]
        due = (self.now + timedelta(days=3)).replace(second=0, microsecond=0).isoformat()
        return [{"what": "消除安全隐患", "organisation": each["path"].rpartition("/")[2], "role": each["any_of"][0],
                 "due": due} for each in line]  # fmt: skip

    @property
    def waiting(self) -> list[int]:
        """An item of a batch that waits for this answer."""
        return list(self.about.get("items", [1]))[:1]

    @property
    def officer(self) -> str:
        """One who may be named."""
        return str(self.people[0]["person"]) if self.people else "officer"


_REASON = {"reason": "按实际情况填写"}
_EXAMPLES: dict[tuple[str, str], Callable[[_Case], JsonObject]] = {
    ("confirm_triage", "confirm"): lambda c: c.handled,
    ("confirm_triage", "report_up"): lambda c: c.handled,
    ("confirm_triage", "correct"): lambda c: {
        **_REASON, "colour": c.document["colour"], "category": c.document["category"], **c.handled},
    ("confirm_triage", "no_risk"): lambda c: {
        "ground": "偶发口角，双方已和好，无积怨无前科", "answered": "已电话答复报告人"},
    ("confirm_triage", "police_case"): lambda c: {"reason": "涉嫌违法，已由公安受理", "answered": "已电话答复报告人"},
    ("confirm_triage", "duplicate_of"): lambda c: {"dispute_no": c.another},
    ("handle_on_scene", "settled"): lambda c: {"summary": "现场劝解，双方同意离开", "push_on": False},
    ("handle_on_scene", "unsettled"): lambda c: {
        "reason": "双方各执一词，现场无法调解", "criminal_risk": False, "urgent": False},
    ("handle_on_scene", "divert"): lambda c: {
        "reason": "现场已劝开，事项不属公安职权", "scene_safe": True, "suggested": c.suggested},
    ("name_officer", "name"): lambda c: {"officer": c.officer},
    ("watch_through", "noted"): lambda c: {"summary": "已听取责任民警汇报，双方情绪平稳，继续跟进"},
    ("call_back", "answered"): lambda c: {"summary": "已电话告知办理结果", "response_satisfaction": 5},
    ("help_out", "progress"): lambda c: {"summary": "已陪同办理，等待结果"},
    ("help_out", "done"): lambda c: {"on": c.now.date().isoformat(), "result": "已办成"},
    ("rule_urgency", "urgent"): lambda c: {"suggested": c.suggested},
    ("approve_third_push", "approve"): lambda c: {"suggested": c.suggested},
    ("follow_up_responsibly", "contacted"): lambda c: {
        "manner": "call", "who": "当事人一方", "summary": "尚未达成一致，约请到所协商"},
    ("follow_up_responsibly", "settled"): lambda c: {"summary": "双方达成一致", "terms": ["双方互不追究"]},
    ("follow_up_responsibly", "request_third_push"): lambda c: {
        "reason": "公安职权内无法有效化解", "suggested": c.suggested, "urgent": False},
    ("dispatch", "assign"): lambda c: {
        "lead": c.unit, "cooperating": [], "instructions": "依职责处置，见人见事"},
    ("accept_assignment", "refuse"): lambda c: {"ground": "不属于本单位职责"},
    ("dispose", "progress"): lambda c: {"summary": "已上门了解情况", "met": c.met},
    ("cooperate", "progress"): lambda c: {"summary": "已上门了解情况", "met": c.met},
    ("keep_following", "progress"): lambda c: {"summary": "已与双方见面，情况平稳", "met": c.met},
    ("dispose", "disposed"): lambda c: {"summary": "双方达成一致，矛盾化解", "met": c.met},
    ("cooperate", "disposed"): lambda c: {"summary": "已配合处置完毕", "met": c.met},
    ("mediate", "agreed"): lambda c: {
        "participants": c.participants, "terms": ["双方达成和解"], "confirmation": False},
    ("mediate", "not_agreed"): lambda c: {**_REASON, "participants": c.participants},
    ("mediate", "adjourned"): lambda c: {**_REASON, "until": c.put_off},
    ("mediate", "refused"): lambda c: {**_REASON, "party": c.party, "informed": True},
    ("confer", "agreed"): lambda c: {
        "participants": c.participants, "minutes": "会商一致，分工落实整改方案", "items": c.plan},
    ("confer", "not_agreed"): lambda c: {**_REASON, "participants": c.participants},
    ("carry_out", "progress"): lambda c: {"summary": "已到现场，正在落实"},
    ("carry_out", "done"): lambda c: {"summary": "已按方案落实到位"},
    ("court_ruling", "confirmed"): lambda c: {"case_no": "（2026）民调确1号"},
    ("court_protection", "granted"): lambda c: {
        "measures": ["禁止实施家庭暴力"], "until": (c.now + timedelta(days=180)).date().isoformat()},
    ("answer_notice", "answer"): lambda c: {"answer": "已核查：占道物品已清除，并告知双方"},
    ("evaluate", "return"): lambda c: {
        "reason": "perfunctory", "explanation": "请见人见事后重新反馈", "redo": "same"},
    ("visit", "stable"): lambda c: {"summary": "情况稳定，无新的矛盾", "satisfaction": 5},
    ("visit", "relapsed"): lambda c: {"summary": "双方再次发生争吵"},
    ("rectify", "rectified"): lambda c: {"items": c.waiting, "summary": "已更换失效灭火器，通道已清理，照片附后"},
    ("rectify", "disowned"): lambda c: {"items": c.waiting, "ground": "该场所不属本单位监管范围"},
    ("rule_items", "uphold"): lambda c: {"items": c.waiting, "to": next(iter(c.about.get("suggested", [])), c.unit)},
    ("rule_items", "overrule"): lambda c: {"items": c.waiting, "reason": "职责清单明确由你单位监管，请按期整改"},
    ("verify", "cancelled_off"): lambda c: {"items": c.waiting},
    ("verify", "returned"): lambda c: {"items": c.waiting, "reason": "照片看不出已整改，请补充"},
    ("supervise", "urge"): lambda c: {"message": "请于今日内办结并反馈"},
    ("supervise", "reassign"): lambda c: {
        **_REASON, "role": "department_handler", "organisation": c.unit},
}  # fmt: skip


def decision_shown(
    kind: str, name: str, about: JsonObject, document: JsonObject, people: list[JsonObject] | None = None
) -> DecisionOpen:
    """A decision with its JSON Schema and an example valid for this very task; `people` are those it may name."""
    spec, demand = spec_of(kind, name, about), _demand(kind, name, document, about)
    form = schema_of(asked_form(spec.form, demand))
    # Without what the mechanism has no stage for.
    foreign = {flag for flag, stage in FLAGS_OF_STAGES.items() if stage not in document.get("stages", [stage])}
    foreign |= {field for field, of in FIELDS_OF_CASES.items() if not document.get(of)}
    properties = {field: schema for field, schema in form["properties"].items() if field not in foreign}
    given = example(kind, name, about, document, people=people)
    shown = {field: value for field, value in given.items() if field not in foreign}
    schema = {**form, "properties": properties, "example": shown}
    evaluations = [Verdict.model_validate(verdict) for verdict in document.get("evaluations", [])]
    redoes = redone(evaluations, document.get("round", 1)) is not None
    files = files_needed(demand, kind, name, redoes=redoes)
    return DecisionOpen(name=name, title=spec.title, ends=spec.ends, pictures=files > 0, files=files, schema=schema,
                        example=shown)  # fmt: skip


def _demand(kind: str, name: str, document: JsonObject, about: JsonObject | None = None) -> Demand:
    """What the case's own mechanism demands of a decision."""
    written = {key: Demand.model_validate(demand) for key, demand in document.get("demands", {}).items()}
    return effective(written, document.get("disposal_pictures", 1), kind, name, about)


def decision_form(kind: str, name: str, document: JsonObject) -> DecisionOpen:
    """A decision of a kind of task with its JSON Schema and without an example: it may be open to nobody now."""
    spec, demand = KINDS[kind].decisions[name], _demand(kind, name, document)
    return DecisionOpen(name=name, title=spec.title, ends=spec.ends, pictures=demand.files > 0, files=demand.files,
                        schema=schema_of(asked_form(spec.form, demand)), example={})  # fmt: skip


def example(
    kind: str,
    name: str,
    about: JsonObject,
    document: JsonObject,
    now: datetime | None = None,
    people: list[JsonObject] | None = None,
) -> JsonObject:
    """Fields that the decision would take as they stand: what is required, and what shows how it is meant.

    `now` is the case's own, where somebody knows better than its document; `people` as participants (`person`).
    """
    case = _Case(about, document, now or case_now(document), people or [])
    demand = _demand(kind, name, document, about)
    build = _EXAMPLES.get((kind, name))
    required = schema_of(spec_of(kind, name, about).form).get("required", [])
    plain = build(case) if build else dict(_REASON) if "reason" in required else {}
    if not build and "case_no" in required:  # of a conversion that is approved
        plain = {"case_no": "金公（古山）立字〔2026〕1号"}
    return {**_proof(case, demand), **plain}


def _proof(case: _Case, demand: Demand) -> JsonObject:
    """What meets a demand, but for the files."""
    proof: JsonObject = dict.fromkeys(demand.confirmed, True)
    if demand.met:
        proof["met"] = case.met * demand.met
    if demand.reasons:
        proof["reason_code"] = next(iter(demand.reasons))
    if demand.criteria:
        proof["criteria"] = [next(iter(demand.criteria))]
    if demand.signed:
        proof["signed_by"] = "对方单位承办人"
    if demand.present:
        present = enumerate(demand.present, 1)
        proof["participants"] = [{"role": role, "name": f"{role_name(role)}{n}"} for n, role in present]
    return proof


def case_now(document: JsonObject) -> datetime:
    """Now, as the case sees it: in a drill its clock is ahead of the wall's."""
    now = datetime.now(CHINA).replace(microsecond=0)
    last = document.get("as_of")
    return max(now, datetime.fromisoformat(last)) if last else now
