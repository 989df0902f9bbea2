"""The countable event, and its kinds: what `counting` finds in a case and `formulas` makes figures of."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from domain.base import Model, china


class TallyKind(StrEnum):
    """What a tally counts, and at which instant (`at`)."""

    REPORTED = "reported"
    """one report received, when it was reported; `lag`: days since the report of this matter before it; `result`,
    `value`, `done_at`: of the first alarm by 110 see `mechanism.counts.marked`"""
    ACCEPTED = "accepted"
    """the matter, when it was taken in; `done_at`: its first conclusion; `result`: resolved, unresolved;
    `value`: judged, violent, repeated, pushed how far (`mechanism.counts.marked`)"""
    SUBMITTED = "submitted"
    """the matter, when it first lay before the dispatcher (committee or centre); `result`: withdrawn"""
    PUSHED = "pushed"
    """the matter, when it was delivered to who is responsible for it; `done_at`: its valid disposal"""
    DISPOSED = "disposed"
    """a disposal; struck when it was returned"""
    INTERVENED = "intervened"
    """the first intervention that a colour asks for"""
    RETURNED = "returned"
    """a disposal sent back: one more round of work"""
    REFUSED = "refused"
    """推诿; `result`: overruled, late"""
    CONCLUDED = "concluded"
    """结案; `result`: first, reclosed; `done_at`, `lag`: when it first recurred, and after how many days"""
    FINISHED = "finished"
    """the matter came to a result: resolved, unresolved"""
    TIMED = "timed"
    """the controlling deadline ended: on_time or late; `value`: how often it was extended"""
    WINDOW = "window"
    """the end of the first follow-up window; `done_at`: the first visit that reached a party within it"""
    VISITED = "visited"
    """a scheduled visit, whichever parties it took: reached (`value`: parties spoken to), not_reached"""
    ASKED = "asked"
    """a party spoken to at a visit for the first time; `done_at`: when he first said how satisfied he is"""
    RATED = "rated"
    """a party's satisfaction, `value` 1 to 5; struck by what he said later; `result`: with whom, see `visit_counts`"""
    INTRODUCED = "introduced"
    """the limit of a colour that wants an intervention ended: on_time, late"""
    SIGNED = "signed"
    """an organisation's answer to what was delivered to it: signed, late, deemed (its silence), refused"""
    RULED = "ruled"
    """a refusal was ruled upon: upheld, overruled"""
    LOOPED = "looped"
    """the matter, when it was first dispatched to a department or township; `done_at`: its first conclusion"""
    REFERRED = "referred"
    """the same of an alarm that is no police matter; `lag`: days until the next report; `done_at`: its disposal"""
    SAT = "sat"
    """a session of the ladder, `value` its tier from 1; `result`: agreed, not_agreed"""
    MEDIATED = "mediated"
    """a matter concluded by what a table had agreed, `value` the tier; `result`: petition for a petition backlog"""
    CONFIRMING = "confirming"
    """an agreement that judicial confirmation was asked for; `done_at`: when it was applied for"""
    CONFIRMED = "confirmed"
    """the court ruled on an agreement: confirmed, rejected, withdrawn"""
    NO_RISK = "no_risk"
    """the matter ended as no risk at its desk; `result`: wrong where a second look found so and it was started again"""
    NON_POLICE = "non_police"
    """the matter of an alarm by 110 that somebody has judged, when it was taken in; `result`: other (the police's own,
    or no dispute), and of what is no police matter stationed (the mediator at the station sat), diverted, kept;
    `value`: 1 where grid, hotline or centre knew of it before the first dispatch"""
    DIVERSION = "diversion"
    """a verdict on diverting: diverted, kept, missed, needless; `done_at`, `lag`: the first alarm by 110 after it"""
    SUMMONED = "summoned"
    """somebody was called by a whistle, when it was blown: arrived, unable, absent; `done_at`: when he checked in"""
    NOTICE = "notice"
    """a notice by its kind, of whom it went to; `done_at`, `lag`: a person's answer; `value`: 1 where it was in time"""
    REPEAT_SETTLED = "repeat_settled"
    """a matter of several reports was resolved, `value` how many"""
    FORESTALLED = "forestalled"
    """a matter that never came to 110 was resolved (未报先处); `result`: where it came from"""
    LOCAL = "local"
    """a matter was resolved: local at a township or below, above"""
    HANDED = "handed"
    """mediation went from one kind by law to another: `people>judicial`"""
    PROMOTED = "promoted"
    """the matter moved up a level (提级办理); `person_id`: who asked for it"""


class Tally(Model):
    """One countable event of a case."""

    kind: TallyKind
    at: datetime
    unit: str
    """path of the organisation responsible at the event"""
    leading: bool = True
    """false for an organisation that took part beside the responsible one"""
    round: int = 1
    colour: str = ""
    """the colour in force at the event"""
    first_colour: str = ""
    category: str = ""
    """the category as it stands now: a correction restates what was counted under the mistaken one"""
    result: str = ""
    value: int | None = None
    lag: int | None = None
    """days begun between this event and the one it is measured against"""
    done_at: datetime | None = None
    left_at: datetime | None = None
    """when the matter left the formula's base altogether: merged, transferred, not a dispute"""
    struck_at: datetime | None = None
    """when it turned out not to count after all"""
    person_id: str | None = None
    """the visitor, or who refused"""
    handler: str = ""
    """path of the organisation whose work it tells of, where `unit` is another: the visitor, who took it in"""
    reporter: str = ""
    """who reported the matter up (报送)"""
    dispatcher: str = ""
    """who pushed it to departments and townships (推送、分派), or ruled"""
    judge: str = ""
    """who judged what was done (评估)"""
    station: str = ""
    """the police station of its place"""
    township: str = ""
    """the township of its place"""
    source: str = ""
    """where the matter came from"""
    beat: str = ""
    """the beat (code) of its place; empty where several are meant"""

    @model_serializer(mode="wrap")
    def _spare(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what is as usual, and without who had a part in the matter: that travels once for all its tallies."""
        return {name: value for name, value in usual(self).items() if name not in PARTS and value != _USUAL.get(name)}

    @property
    def month(self) -> str:
        """The month of the event, by the clock in China."""
        return f"{china(self.at):%Y-%m}"


PARTS = ("reporter", "dispatcher", "judge", "station", "township", "source", "beat")
"""The fields that say who had a part in the matter, whence it came and in whose beat it lies: the same for all that is
counted of it (`attribution.concern`).
"""
_USUAL = {name: field.default for name, field in Tally.model_fields.items() if not field.is_required()}


def days_between(earlier: datetime, later: datetime) -> int:
    """Days begun between two instants: "within N days" is `days_between(…) <= N`."""
    return max(0, -((earlier - later) // timedelta(days=1)))
