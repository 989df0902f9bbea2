"""Forms made from the JSON Schema of a decision or an action: their controls, and reading what was sent.

A form's values travel flat: `obligations.0.party` names the same place in the page, in the example and in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.core.schemas import JsonObject, JsonSchema
from api.web.formatting import SATISFACTION, instant
from api.web.organisation_labels import Options, Vocabulary

Typed = Mapping[str, str]
LONG = 1000
"""Length from which a text gets several lines, unless its name is in `SHORT`."""
SHORT = {"who", "where", "party", "name", "to", "case_no", "organisation", "role", "kind"}
UNASKED = {"bundle"}
"""Formats of what the system fills in."""
RATED = {"satisfaction", "response_satisfaction"}
"""Marks of 1 to 5 that are chosen by their words."""
OFFERED, FIRST_OFFERED = ".offered", 1000
"""How a unit that was clicked travels: beside the field where another is typed, and in a list behind all rows."""
EMPTY_ROW, EMPTY_POSITION = "__n__", "__p__"
"""Placeholders of the blank row that a script copies: its number in names, its position in labels."""


@dataclass
class Control:
    """One input of a form. `kind` chooses its template."""

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    hint: str = ""
    error: str = ""
    options: Options = field(default_factory=list)
    attributes: JsonObject = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    blank: Row | None = None
    offers: Options = field(default_factory=list)
    """units that one click takes, each with what is known of it; any other is still typed"""
    chosen: set[str] = field(default_factory=set)
    """of several choices or units offered, those that were ticked"""
    grounds: list[tuple[str, str]] = field(default_factory=list)
    """what stands behind it, each as its source and its words: see `api.web.grounds`"""

    @property
    def id(self) -> str:
        """Its id on the page."""
        return "f-" + self.name.replace(".", "-")


@dataclass
class Row:
    """One line of a list: a single control, or one for each part of an object."""

    number: str
    controls: list[Control]
    error: str = ""
    guest: list[Control] = field(default_factory=list)
    """of somebody at a table, what is asked only of who holds no post, or several: folded away till it is needed"""

    @property
    def unfolded(self) -> bool:
        """Whether something of that is filled in, or wrong; of who holds a post it only repeats the register."""
        wrong = any(control.error for control in self.guest)
        held = any(control.value for control in self.controls if control.kind == "person")
        return wrong or (not held and any(control.value for control in self.guest))


def core(schema: JsonSchema, defs: JsonSchema) -> tuple[JsonSchema, bool]:
    """A schema with its reference resolved and without "or null", and whether null is allowed."""
    if "$ref" in schema:
        found = defs[schema["$ref"].rpartition("/")[2]]
        return core({**found, **{k: v for k, v in schema.items() if k != "$ref"}}, defs)
    some = [s for s in schema.get("anyOf", []) if s.get("type") != "null"]
    if not some:
        return schema, False
    inner, _ = core(some[0], defs)
    return {**inner, **{k: v for k, v in schema.items() if k not in ("anyOf", "default")}}, len(some) < len(
        schema["anyOf"]
    )


def label_and_options(title: str, codes: list[str]) -> tuple[str, Options]:
    """An enumeration's label and options by its title: `类型（money 款项，goods 物品）`, or words in code order."""
    head, _, rest = title.partition("（")
    parts = [part for part in re.split(r"[，、,]", rest.removesuffix("）")) if part]
    pairs = dict(part.split(" ", 1) for part in parts if " " in part)
    if set(pairs) >= set(codes):
        return head, [(code, pairs[code]) for code in codes]
    if len(parts) == len(codes):
        return head, list(zip(codes, parts, strict=True))
    return title, [(code, code) for code in codes]


class Form:
    """The form of one schema, for one case."""

    def __init__(self, schema: JsonSchema, words: Vocabulary, *, roles: Iterable[str] = ()) -> None:
        self._defs: JsonSchema = schema.get("$defs", {})
        self._schema, self._words, self._roles = schema, words, list(roles)

    def controls(self, typed: Typed, errors: Mapping[str, str], example: Typed, *, add: str = "") -> list[Control]:
        """The controls, required ones first. `add` names a list that gets one more row."""
        made = self._object(self._schema, "", _Inputs(typed, errors, example, add))
        return sorted(made, key=lambda c: (not c.required, c.name == "reason" and not c.required))

    def has(self, name: str) -> bool:
        """Whether it asks for this."""
        return name in self._schema.get("properties", {})

    def read(self, typed: Typed) -> JsonObject:
        """The fields that were filled in; empty ones are left out, so that validation names what is missing."""
        value = self._read(self._schema, "", typed)
        return value if isinstance(value, dict) else {}

    def flat(self, fields: Any) -> dict[str, str]:
        """Values of fields by flat name, as text."""
        return dict(self._flat(self._schema, "", fields))

    # --- showing

    def _object(self, schema: JsonSchema, prefix: str, inputs: _Inputs) -> list[Control]:
        needed = schema.get("required", [])
        return [
            self._control(part, prefix + name, name, name in needed, inputs)
            for name, part in schema.get("properties", {}).items()
            if core(part, self._defs)[0].get("format") not in UNASKED
        ]

    def _control(self, schema: JsonSchema, name: str, last: str, required: bool, inputs: _Inputs) -> Control:
        inner, nullable = core(schema, self._defs)
        title = inner.get("title", last)
        control = Control(name, title, "text", required, inputs.typed.get(name, ""), inputs.hint(name))
        control.error = inputs.errors.get(name, "")
        control.kind = self._kind(inner, last, nullable, top="." not in name)
        self._offer(control, inner, inputs)
        match control.kind:
            case "select" if inner.get("enum"):
                control.label, control.options = label_and_options(title, inner["enum"])
            case "select" if inner.get("type") == "boolean":
                control.options = [("true", "是"), ("false", "否")]
            case "select":
                control.options = self._words.options(last, self._roles)
            case "ticks":
                control.options = self._words.items
                control.chosen = {inputs.typed[f"{name}.{n}"] for n in indices(inputs.typed, name)}
            case "list" | "rows":
                self._fill(control, inner, inputs)
            case "scale":
                control.label = title.partition("（")[0]
                control.options = [(str(mark), said) for mark, said in SATISFACTION.items()]
            case "number":
                low, high = inner.get("minimum"), inner.get("maximum")
                whole = inner["type"] == "integer"
                control.attributes = {"inputmode": "numeric" if whole else "decimal", "step": 1 if whole else "any"}
                control.attributes |= {k: f"{v:g}" for k, v in (("min", low), ("max", high)) if v is not None}
            case "text" | "area" | "organisation":
                self._written(control, inner, last)
        if control.options and control.kind != "ticks":
            control.hint = dict(control.options).get(control.hint, control.hint)
        if control.value:
            control.hint = ""
        return control

    def _kind(self, inner: JsonSchema, last: str, nullable: bool, *, top: bool) -> str:
        kind, form = inner.get("type"), inner.get("format")
        if kind == "array":
            items, _ = core(inner["items"], self._defs)
            if last == "items" and self._words.items:
                return "ticks"
            return "rows" if items.get("type") == "object" else "list"
        if kind == "boolean":
            return "select" if nullable else "check"
        if kind in ("integer", "number"):
            return "scale" if last in RATED else "number"
        if inner.get("enum") or self._words.options(last):
            return "select"
        known = {"date": "date", "date-time": "moment", "organisation-code": "organisation", "person": "person"}
        if form in known:
            return known[str(form)]
        return "area" if top and last not in SHORT and inner.get("maxLength", 0) >= LONG else "text"

    def _written(self, control: Control, inner: JsonSchema, last: str) -> None:
        """How long a text may be; of a dispute's number, which are likely to be meant."""
        if limit := inner.get("maxLength"):
            control.attributes = {"maxlength": limit}
        if last == "dispute_no" and self._words.disputes:
            control.options = self._words.disputes
            control.attributes = {"list": f"{control.id}-known", "placeholder": "编号，或从有关纠纷中选"}

    def _offer(self, control: Control, inner: JsonSchema, inputs: _Inputs) -> None:
        """Units at one click, where the field names a unit or several."""
        one = core(inner["items"], self._defs)[0] if inner.get("type") == "array" else inner
        if "." not in control.name and one.get("format") == "organisation-code" and self._words.units:
            control.offers = self._words.units
            control.value, control.hint = control.value or inputs.typed.get(control.name + OFFERED, ""), ""

    def _fill(self, control: Control, inner: JsonSchema, inputs: _Inputs) -> None:
        items, _ = core(inner["items"], self._defs)
        numbers = indices(inputs.typed, control.name)
        if control.offers:
            known = {label for label, _ in control.offers}
            said = {n: inputs.typed.get(f"{control.name}.{n}", "") for n in numbers}
            control.chosen, numbers = known & {*said.values()}, [n for n in numbers if said[n] not in known]
            if inputs.add == control.name:
                numbers.append(next(n for n in range(FIRST_OFFERED) if n not in said))
        else:
            numbers = [*range(max(len(numbers), 1 if control.required else 0) + (inputs.add == control.name))]
        control.rows = [self._row(control, items, str(n), inputs) for n in numbers]
        control.blank = self._row(control, items, EMPTY_ROW, _Inputs({}, {}, inputs.example, ""))
        control.attributes = {"most": inner.get("maxItems", 99)}

    def _row(self, control: Control, items: JsonSchema, number: str, inputs: _Inputs) -> Row:
        name = f"{control.name}.{number}"
        if control.kind == "rows":
            controls = self._object(items, name + ".", inputs)
            guest = [c for c in controls if c.kind != "person"] if any(c.kind == "person" for c in controls) else []
            return Row(number, controls, inputs.errors.get(name, ""), guest)
        one = self._control(items, name, control.name, False, inputs)
        position = int(number) + 1 if number.isdigit() else EMPTY_POSITION
        one.label = f"{control.label}，第 {position} 项"
        return Row(number, [one])

    # --- reading

    def _read(self, schema: JsonSchema, name: str, typed: Typed) -> Any:
        inner, nullable = core(schema, self._defs)
        match inner.get("type"):
            case "object":
                dot = name + "." if name else ""
                parts = {key: self._read(part, dot + key, typed) for key, part in inner.get("properties", {}).items()}
                return {key: value for key, value in parts.items() if value not in (None, [])} or None
            case "array":
                values = [self._read(inner["items"], f"{name}.{n}", typed) for n in indices(typed, name)]
                return [value for value in values if value is not None]
            case "boolean":
                return _boolean(typed.get(name, "").strip(), nullable)
            case "integer":
                text = typed.get(name, "").strip()
                return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text or None
            case _:
                text = (typed.get(name) or typed.get(name + OFFERED, "")).strip().replace("\r\n", "\n")
                if name == "dispute_no":
                    text = text.partition(" ")[0]  # one that was offered brings its title
                return self._words.code(str(inner.get("format", "")), text) or None

    def _flat(self, schema: JsonSchema, name: str, value: Any) -> Iterable[tuple[str, str]]:
        inner, _ = core(schema, self._defs)
        match inner.get("type"):
            case _ if value is None:
                return
            case "object" if isinstance(value, dict):
                dot = name + "." if name else ""
                for key, part in inner.get("properties", {}).items():
                    yield from self._flat(part, dot + key, value.get(key))
            case "array" if isinstance(value, list):
                for n, item in enumerate(value):
                    yield from self._flat(inner["items"], f"{name}.{n}", item)
            case "boolean":
                yield name, "true" if value is True else "false"
            case _:
                yield name, self._text(name.rpartition(".")[2], inner, str(value))

    def _text(self, last: str, inner: JsonSchema, value: str) -> str:
        if inner.get("format") == "organisation-code" or last == "organisation":
            return self._words.offices.label(value)
        if inner.get("format") == "person":
            return self._words.people.get(value, value)
        if inner.get("format") == "date-time":
            try:
                at = instant(value)
            except ValueError:
                return value
            return f"{at:%Y-%m-%dT%H:%M}" if at and ("+" in value or value.endswith("Z")) else value
        return value


@dataclass(frozen=True)
class _Inputs:
    """Typed values, error messages and example values by field name; `add` names a list that gets one more row."""

    typed: Typed
    errors: Mapping[str, str]
    example: Typed
    add: str

    def hint(self, name: str) -> str:
        """The example value of a field; of a further row the first row's."""
        first = re.sub(r"\.(\d+|__n__)(?=\.|$)", ".0", name)
        return self.example.get(name) or self.example.get(first, "")


def indices(typed: Typed, name: str) -> list[int]:
    """The numbers of the rows sent for a list, in order; removed rows leave gaps."""
    found = (re.match(re.escape(name) + r"\.(\d{1,4})(?:\.|$)", key) for key in typed)
    return sorted({int(match[1]) for match in found if match})


def _boolean(text: str, nullable: bool) -> bool | None:
    if nullable:
        return {"true": True, "false": False}.get(text)
    return text in ("true", "on")


def placed(problems: list[dict[str, str]], controls: Iterable[Control]) -> dict[str, str]:
    """Error messages by the control that shows them; under the empty key those that belong to none."""
    names = set(names_of(controls))
    found: dict[str, str] = {}
    for problem in problems:
        name = problem["field"]
        while name and name not in names:
            name = name.rpartition(".")[0]
        found[name] = "；".join(filter(None, (found.get(name), problem["message"])))
    return found


def names_of(controls: Iterable[Control]) -> Iterable[str]:
    """The names of all controls and rows, those within lists too."""
    for control in controls:
        yield control.name
        for row in control.rows:
            yield f"{control.name}.{row.number}"
            yield from names_of(row.controls)


@dataclass(frozen=True)
class Drawn:
    """A form ready for its template: the controls, and the list of errors that link to them."""

    controls: list[Control]
    wrong: list[tuple[str, str]]
    """(id on the page, message); an empty id where it belongs to no single field"""


def draw(
    form: Form, typed: Typed, problems: list[dict[str, str]], example: Typed, *, add: str = "", own: str = ""
) -> Drawn:
    """A form with typed values and error messages. `own` is a field that the page draws itself."""
    first = form.controls(typed, {}, example, add=add)
    by_name = placed([p for p in problems if p["field"] != own], first)
    controls = form.controls(typed, by_name, example, add=add)
    labels = dict(_labels(controls))
    wrong = [
        ("f-" + name.replace(".", "-"), f"{labels.get(name, '')}：{message}")
        for name, message in by_name.items()
        if name
    ]
    wrong += [(f"f-{own}", p["message"]) for p in problems if own and p["field"] == own]
    return Drawn(controls, wrong + ([("", by_name[""])] if "" in by_name else []))


def filled(controls: Iterable[Control], before: str = "") -> Iterable[tuple[str, str]]:
    """What was filled in as (label, text), for a page that can't show the form any more."""
    for control in controls:
        if control.value and control.kind != "check":
            yield before + control.label, dict(control.options).get(control.value, control.value)
        elif control.value == "true":
            yield before + control.label, "是"
        if control.chosen:
            yield before + control.label, "、".join(sorted(control.chosen, key=lambda each: (len(each), each)))
        for n, row in enumerate(control.rows, start=1):
            yield from filled(row.controls, f"{control.label}第 {n} 项 · " if control.kind == "rows" else before)


def _labels(controls: Iterable[Control], before: str = "") -> Iterable[tuple[str, str]]:
    for control in controls:
        yield control.name, before + control.label
        for n, row in enumerate(control.rows, start=1):
            yield f"{control.name}.{row.number}", f"{control.label}第 {n} 项"
            yield from _labels(row.controls, f"{control.label}第 {n} 项 · " if control.kind == "rows" else "")
