"""The numbered behaviours of the rules: a running dispute keeps the number it started with (law 9).

A rule whose behaviour changes asks `state.rules`; new disputes start with `RULES`. docs/changing-the-process.md is the
recipe.

1. The first edition.
2. The second return raises the colour by one (G4); a case keeps the ids of its own runs.
"""

RULES = 2
RETURN_RAISES_COLOUR = 2
CASE_KEEPS_ITS_RUNS = 2
