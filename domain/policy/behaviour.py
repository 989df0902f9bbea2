"""The numbered behaviours of the rules: a running dispute keeps the number it started with (law 9).

A rule whose behaviour changes asks `state.rules`; new disputes start with `RULES`. docs/changing-the-process.md is the
recipe.

1. The first edition.
2. The second return raises the colour by one (G4); a case keeps the ids of its own runs.
3. Nothing overtakes an accepted ending, and a closed run takes no action; an alarm that comes too late for a run's end
   starts the case again; beside the ladder's clock only red runs; one protection order at a time.
4. The faults found by use: what each changed stands beside its name below.
"""

RULES = 4
RETURN_RAISES_COLOUR = 2
CASE_KEEPS_ITS_RUNS = 2
ENDINGS_HOLD = 3
LADDER_RUNS_ALONE = 3
ONE_PROTECTION_ORDER = 3
REOPENING_KEEPS_ITS_KEY = 4
"""A click that started a closed case again is known by its key, like any other."""
MERGERS_ARE_APPROVED = 4
"""A merger, by an action or as a duplicate found at triage, waits for approval one level up; one that the other case
cannot be told of is undone."""
ONLY_WHAT_CAN_BE = 4
"""No meeting in the future, before the first report or on the telephone, no protection order beyond six months, nothing
put off to the past or beyond the ladder; no flag for a stage that the mechanism has not."""
LADDER_FAILS_TWICE = 4
"""After a ladder has failed it may be entered once more in the round, from below; then no more, and supervision is
called."""
CLAIMING_IS_NOT_SIGNING = 4
"""On record, claiming a task is 认领; 签收, as it was called too, is what a department does with an assignment."""
CASE_HAS_ROOM = 4
"""What a case takes in is counted, and long texts are refused before the engine could not carry it (ADR 0012)."""
ASKED_IS_NOT_DONE = 4
"""On record, an action that waits for approval is asked for (申请并案); before, it stood there as if it were done."""
ANSWERS_HAVE_NAMES = 4
"""Whoever comes too late is told who answered, and not of “somebody else” where it was himself."""
LATE_ALARMS_JOIN = 4
"""What a reopened run is told before its first line is part of it; before, it waited for the next end."""
