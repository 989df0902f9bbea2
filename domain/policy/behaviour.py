"""The edition of the rules' behaviour: a running dispute keeps the number it started with (law 9).

A rule whose behaviour changes asks `state.rules`; new disputes start with `RULES`. A change of behaviour raises it by
one, says here what is new, and names the number: docs/changing-the-process.md is the recipe.

1. The first edition.
"""

RULES = 1
