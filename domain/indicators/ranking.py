"""Ranks among peers, and how they moved against an earlier period (Q-074 “由上半年全市倒数第3名升至全市第3名”)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.base import Model
from domain.indicators.formulas import Definition, Figure


class Rank(Model):
    """A place among peers, 1 the best; equal values share a place, who has no value has none."""

    rank: int
    of: int
    """how many peers have a value"""
    before: int | None = None
    """the place in the period before; none where there was no value"""
    before_of: int | None = None
    shown: str


def ranks(definition: Definition, now: Mapping[str, Figure], before: Mapping[str, Figure]) -> dict[str, Rank]:
    """The place of each peer by an indicator, by the peers' keys; nothing where neither direction is better."""
    if definition.better == "neither":
        return {}
    placed, earlier = _placed(definition, now), _placed(definition, before)
    found = {}
    for peer, place in placed.items():
        was = earlier.get(peer)
        found[peer] = Rank(rank=place, of=len(placed), before=was, before_of=len(earlier) if was else None,
                           shown=_shown(place, len(placed), was, len(earlier)))  # fmt: skip
    return found


def _placed(definition: Definition, figures: Mapping[str, Figure]) -> dict[str, int]:
    values = {peer: figure.value for peer, figure in figures.items() if figure.value is not None}
    better = sorted(values.values(), reverse=definition.better == "higher")
    return {peer: better.index(value) + 1 for peer, value in values.items()}


def _shown(place: int, of: int, was: int | None, was_of: int) -> str:
    now = f"第{place}/{of}名"
    if was is None:
        return now
    if was == place:
        return f"{now}，持平"
    return f"{now}，{'升' if was > place else '降'}{abs(was - place)}位（上期第{was}/{was_of}名）"
