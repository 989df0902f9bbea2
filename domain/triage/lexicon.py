"""The words that triage listens for: categories, kinds of risk, departments, and the index that finds them in a text.

Two YAML texts make one `Lexicon`: `playbooks/categories.yaml` (the responsibility list, H-032) and
`playbooks/risk_kinds.yaml` (the kinds of risk, Q-030). Parsing is strict, because a list that a city edits by hand must
fail at the desk of the editor and not at three in the morning: every reference is resolved, every cue is checked, and
the error names the file and the row. Nothing here reads a file; the caller brings the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal

from pydantic import Field

from domain.base import Strict
from domain.errors import PolicyInvalid
from domain.policy.loading import parse_policy
from domain.triage.hearing.cues import CueIndex, Layer, Use, cue_fault, literals
from domain.triage.hearing.frames import DangerFile, parse_danger
from domain.triage.hearing.listening import Ear
from domain.triage.hearing.matcher import Matcher
from domain.triage.hearing.pieces import Pieces, PiecesFile, parse_pieces

Colour = Literal["red", "yellow", "blue"]
CATEGORIES_FILE = "categories.yaml"
RISK_KINDS_FILE = "risk_kinds.yaml"
ANY_CATEGORY = "*"
FALLBACK_CATEGORY = "other_civil_dispute"
"""The category of a narrative in which no cue speaks; the list must hold it."""

# A strong cue names its category by itself, a context cue only leans: 受伤 is said in nine kinds of dispute.
_TIER_WEIGHT = {"strong": 2.0, "keywords": 1.0, "context": 0.3}
# Longer cues are rarer and misfire less. Indexed by literal characters from 2; the last weight serves all longer ones.
_LENGTH_WEIGHT = (1.0, 1.25, 1.45, 1.6, 1.7)


class Row(Strict, frozen=True):
    """A row of a list, never changed after it is read."""


class ColourRow(Row):
    """A colour; `rank` 3 is the gravest. Its deadlines belong to the playbook."""

    rank: int = Field(ge=1, le=3)
    name: str


class Department(Row):
    """A unit that leads or cooperates; `line` is one of the three lines of H-014."""

    name: str
    line: Literal["gov_center", "hotline", "police"]


class Track(Row):
    """A statutory clock that a category starts; `limit` is a number and its unit, e.g. `30 calendar_days`."""

    name: str
    limit: str


class Subclass(Row):
    """A kind of matter that the list has no row for: it counts as the row it stands under, and another unit may have it
    (公交 under 交通事故, because 81 rows are the published list)."""

    code: str
    name: str
    lead: str
    cooperating: tuple[str, ...]
    non_police: bool = True
    strong: tuple[str, ...]
    keywords: tuple[str, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """Every cue of it."""
        return frozenset((*self.strong, *self.keywords))


class Category(Row):
    """One row of the responsibility list."""

    seq: int
    code: str
    name: str
    lead: str
    cooperating: tuple[str, ...]
    non_police: bool
    default_colour: Colour
    statutory_track: str
    legal_basis: tuple[str, ...]
    strong: tuple[str, ...] = ()
    keywords: tuple[str, ...]
    context: tuple[str, ...] = ()
    subclasses: tuple[Subclass, ...] = ()
    """what counts as this row and has none of its own"""
    police_trigger: str | None = None
    note: str | None = None

    def cues(self) -> Iterator[tuple[str, float]]:
        """Every cue with the weight of its tier, its subclasses' too; once, as its own row weighs it."""
        yield from self.own_cues()
        seen = {cue for cue, _ in self.own_cues()}
        for each in self.subclasses:
            for tier in ("strong", "keywords"):
                new = [cue for cue in getattr(each, tier) if cue not in seen]
                seen.update(new)
                yield from ((cue, _TIER_WEIGHT[tier]) for cue in new)

    def own_cues(self) -> Iterator[tuple[str, float]]:
        """Every cue with the weight of its tier, without those of its subclasses."""
        for tier, weight in _TIER_WEIGHT.items():
            yield from ((cue, weight) for cue in getattr(self, tier))

    def narrowed(self, said: Mapping[str, float]) -> Category:
        """The row with the units of that subclass under it which more than half of what was said speaks for.

        Args:
            said: the evidence of each cue that spoke for this row.
        """
        half = sum(said.values()) / 2
        for each in self.subclasses:
            if sum(weight for cue, weight in said.items() if cue in each.words) > half:
                units = {"lead": each.lead, "cooperating": each.cooperating, "non_police": each.non_police}
                return self.model_copy(update=units)
        return self


class Group(Row):
    """One of the groups the list is read by, e.g. 家庭婚恋类."""

    code: str
    name: str
    categories: tuple[Category, ...]


class CategoriesFile(Row):
    """`categories.yaml` as it is written."""

    version: int
    expected_leaf_count: int
    police_first_cues: tuple[str, ...]
    police_matter_cues: tuple[str, ...]
    innocent_phrases: tuple[str, ...]
    source_context: Mapping[str, str]
    tracks: Mapping[str, Track]
    departments: Mapping[str, Department]
    groups: tuple[Group, ...]


class Escalation(Row):
    """Guidance for the officer who confirms a triage: what raises the case, and how."""

    effect: Literal["to_red", "raise_one", "notify", "report", "escalate_level"]
    when: str


class RiskKind(Row):
    """One kind of risk. `keywords` bring the kind and its colour, `hints` the kind alone. Where a keyword of a
    `police_first` kind speaks, the case is never diverted automatically."""

    seq: int
    code: str
    name: str
    default_colour: Colour
    police_first: bool = False
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    hints: tuple[str, ...] = ()
    escalation_cues: tuple[Escalation, ...]
    de_escalation: str
    required_actions: tuple[str, ...]
    forbidden: tuple[str, ...] = ()
    seed_trace: str


class Modifier(Row):
    """A vulnerability of a person concerned. One with keywords raises the colour where there is bodily harm (G3)."""

    code: str
    name: str
    keywords: tuple[str, ...] = ()


class GlobalRule(Row):
    """A rule over all kinds, in words; `applied_by` says which part of the system carries it out."""

    id: str
    cue: str
    effect: str
    applied_by: Literal["triage", "process"]


class RiskKindsFile(Row):
    """`risk_kinds.yaml` as it is written."""

    version: int
    expected_count: int
    colours: Mapping[Colour, ColourRow]
    global_rules: tuple[GlobalRule, ...]
    bodily_harm_cues: tuple[str, ...]
    modifiers: tuple[Modifier, ...]
    kinds: tuple[RiskKind, ...]


class Lexicon(Row):
    """Both lists, checked against each other and indexed. Immutable; build it once and share it."""

    listed: CategoriesFile
    risks: RiskKindsFile
    categories: Mapping[str, Category]
    risk_kinds: Mapping[str, RiskKind]
    group_of: Mapping[str, str]
    danger: DangerFile | None = None
    """the frames of danger; none: only cues are heard"""
    net: PiecesFile | None = None
    """the table under the frames; none: only frames are heard"""

    @cached_property
    def matcher(self) -> Matcher:
        """Finds every word that any of them listens for."""
        own = (self.index.words, self.ear.words if self.ear else ())
        return Matcher(chain.from_iterable(own), self.pieces.pairs if self.pieces else ())

    @cached_property
    def index(self) -> CueIndex:
        """Every cue of both lists."""
        return CueIndex(_uses(self), (*self.listed.innocent_phrases, *_innocent_of_police(self)))

    @cached_property
    def ear(self) -> Ear | None:
        """The compiled frames of danger."""
        return Ear(self.danger, self.listed.innocent_phrases) if self.danger else None

    @cached_property
    def pieces(self) -> Pieces | None:
        """The table under the frames, ready to weigh."""
        return Pieces(self.net) if self.net else None

    @cached_property
    def police_kinds(self) -> frozenset[str]:
        """The kinds of risk of which a keyword sends the police first."""
        return frozenset(code for code, kind in self.risk_kinds.items() if kind.police_first)

    @cached_property
    def violent_cues(self) -> frozenset[str]:
        """The cues of rows that the police lead, but not those of others' subclasses under them."""
        return frozenset(
            cue for row in self.categories.values() if not row.non_police for cue, _ in row.own_cues()
        ) - frozenset(word for row in self.categories.values() for each in row.subclasses for word in each.words)

    @cached_property
    def frame_names(self) -> Mapping[str, str]:
        """What the frames of danger are called, by code."""
        return {frame.code: frame.name for frame in self.danger.frames} if self.danger else {}

    @cached_property
    def _ranks(self) -> Mapping[Colour, int]:
        return {colour: row.rank for colour, row in self.risks.colours.items()}

    def frame_name(self, code: str) -> str:
        """What a frame of danger is called; of anything else danger itself."""
        return self.frame_names.get(code, "人身危险")

    @property
    def departments(self) -> Mapping[str, Department]:
        """Every unit that leads or cooperates somewhere, by code."""
        return self.listed.departments

    def rank(self, colour: Colour) -> int:
        """3 for the gravest colour, 1 for the mildest: what cities with other colour names map by."""
        return self._ranks[colour]

    def colour(self, rank: int) -> Colour:
        """The colour of a rank; above the gravest there is only the gravest (raising red stays red)."""
        ranks = self._ranks
        return max((colour for colour in ranks if ranks[colour] <= rank), key=ranks.__getitem__)


def _uses(lexicon: Lexicon) -> Iterator[tuple[str, Use]]:
    claims = Counter(
        (cue, weight)
        for category in lexicon.categories.values()
        for cue, tier in category.cues()
        for weight in _TIER_WEIGHT.values()
        if weight <= tier
    )
    for category in lexicon.categories.values():
        for cue, tier in category.cues():
            length = _LENGTH_WEIGHT[min(len(literals(cue)) - 2, len(_LENGTH_WEIGHT) - 1)]
            # A word that several categories claim at least as strongly is shared out among them: rarer weighs more.
            yield cue, Use(Layer.CATEGORY, category.code, tier * length / claims[cue, tier])
    for kind in lexicon.risk_kinds.values():
        yield from _each(kind.keywords, Use(Layer.RISK, kind.code, 1.0))
        yield from _each(kind.hints, Use(Layer.RISK, kind.code, 0.0))
    yield from _each(lexicon.listed.police_first_cues, Use(Layer.POLICE, "danger", 1.0))
    yield from _each(lexicon.listed.police_matter_cues, Use(Layer.POLICE, "offence", 0.0))
    yield from _each(lexicon.risks.bodily_harm_cues, Use(Layer.HARM, "bodily_harm", 1.0))
    for modifier in lexicon.risks.modifiers:
        yield from _each(modifier.keywords, Use(Layer.PERSON, modifier.code, 1.0))


def _innocent_of_police(lexicon: Lexicon) -> Iterator[str]:
    """What the frames of danger know as innocent and holds a word that would send the police first."""
    police = (*lexicon.listed.police_first_cues, *lexicon.listed.police_matter_cues)
    for phrase in lexicon.danger.innocent if lexicon.danger else ():
        if any(cue in phrase and cue != phrase for cue in police):
            yield phrase


def _each(cues: Iterable[str], use: Use) -> Iterator[tuple[str, Use]]:
    return ((cue, use) for cue in cues)


def parse_lexicon(categories_text: str, risk_kinds_text: str, danger_text: str = "", pieces_text: str = "") -> Lexicon:
    """The lists as one checked `Lexicon`; without the frames of danger only its cues are heard.

    Raises:
        PolicyInvalid: not YAML, a row of the wrong form, a count that differs from the announced one, a code used
            twice, a reference to something the lists lack, or a cue that can't be used.
    """
    listed = parse_policy(categories_text, CATEGORIES_FILE, CategoriesFile)
    risks = parse_policy(risk_kinds_text, RISK_KINDS_FILE, RiskKindsFile)
    rows = [row for group in listed.groups for row in group.categories]
    _numbered(CATEGORIES_FILE, rows, listed.expected_leaf_count)
    _numbered(RISK_KINDS_FILE, risks.kinds, risks.expected_count)
    _check_categories(listed, {row.code: row for row in rows})
    _check_risks(risks, {row.code for row in rows}, set(listed.innocent_phrases))
    return Lexicon(
        listed=listed,
        risks=risks,
        categories={row.code: row for row in rows},
        risk_kinds={kind.code: kind for kind in risks.kinds},
        group_of={row.code: group.code for group in listed.groups for row in group.categories},
        danger=parse_danger(danger_text) if danger_text else None,
        net=parse_pieces(pieces_text) if pieces_text else None,
    )


def _numbered(file: str, rows: Iterable[Category | RiskKind], announced: int) -> None:
    listed = list(rows)
    if len(listed) != announced:
        raise PolicyInvalid(f"{file}: 声明{announced}行，实有{len(listed)}行")
    for seq, row in enumerate(listed, start=1):
        if row.seq != seq:
            raise PolicyInvalid(f"{file}: {row.code}: 序号应为{seq}")
    _distinct(file, "code", (row.code for row in listed))


def _check_categories(listed: CategoriesFile, categories: Mapping[str, Category]) -> None:
    innocent = set(listed.innocent_phrases)
    for code, row in categories.items():
        units = (row.lead, *row.cooperating)
        _known(CATEGORIES_FILE, code, units, listed.departments)
        _known(CATEGORIES_FILE, code, [row.statutory_track], listed.tracks)
        _distinct(CATEGORIES_FILE, code, units)
        _usable(CATEGORIES_FILE, code, (cue for cue, _ in row.own_cues()), innocent)
        for each in row.subclasses:
            units = (each.lead, *each.cooperating)
            _known(CATEGORIES_FILE, each.code, units, listed.departments)
            _distinct(CATEGORIES_FILE, each.code, units)
            _usable(CATEGORIES_FILE, each.code, (*each.strong, *each.keywords), innocent)
    _distinct(CATEGORIES_FILE, "subclasses", (each.code for row in categories.values() for each in row.subclasses))
    police = (*listed.police_first_cues, *listed.police_matter_cues)
    _usable(CATEGORIES_FILE, "police_first_cues, police_matter_cues", police, innocent)
    _known(CATEGORIES_FILE, "source_context", (FALLBACK_CATEGORY, *listed.source_context.values()), categories)


def _check_risks(risks: RiskKindsFile, categories: set[str], innocent: set[str]) -> None:
    for kind in risks.kinds:
        _known(RISK_KINDS_FILE, kind.code, kind.categories, {*categories, ANY_CATEGORY})
        _usable(RISK_KINDS_FILE, kind.code, (*kind.keywords, *kind.hints), innocent)
    for modifier in risks.modifiers:
        _usable(RISK_KINDS_FILE, modifier.code, modifier.keywords, innocent)
    _usable(RISK_KINDS_FILE, "bodily_harm_cues", risks.bodily_harm_cues, innocent)


def _known(file: str, row: str, codes: Iterable[str], known: Iterable[str]) -> None:
    if strangers := sorted(set(codes) - set(known)):
        raise PolicyInvalid(f"{file}: {row}: 引用了清单中没有的代码：{'、'.join(strangers)}")


def _distinct(file: str, row: str, values: Iterable[str]) -> None:
    if twice := [value for value, count in Counter(values).items() if count > 1]:
        raise PolicyInvalid(f"{file}: {row}: 重复：{'、'.join(twice)}")


def _usable(file: str, row: str, cues: Iterable[str], innocent: set[str]) -> None:
    listed = list(cues)
    _distinct(file, row, listed)
    for cue in listed:
        if fault := cue_fault(cue):
            raise PolicyInvalid(f"{file}: {row}: {fault}")
        if cue in innocent:
            raise PolicyInvalid(f"{file}: {row}: “{cue}”同时列为无害用语，永远不会生效")
