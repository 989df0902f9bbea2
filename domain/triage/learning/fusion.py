"""Late fusion: how much the learned tables count beside the cues, and what each category gains or loses by itself.

A log-linear model with three weights and a bias a category, fitted on scores that were given to cases by tables which
had not seen them; so its probability is a confidence that can be believed, and needs no second calibration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Scores = Mapping[str, tuple[float, ...]]
"""By category: what the means, the margins, the cues and the cues as they are mostly turned say."""

VOICES = 4
STEPS = 60
STEP = 0.5
BIAS_STEP = 0.15
WEIGHT_RIDGE, BIAS_RIDGE = 0.001, 3.0
"""How strongly weights are held at 1 and biases at 0: a category that was corrected to twice gets hardly any."""


class Fusion(NamedTuple):
    """The weight of each voice, and the bias of each category."""

    weights: tuple[float, ...]
    biases: dict[str, float]


def fused(fusion: Fusion, scores: Scores) -> dict[str, float]:
    """The probability of each category."""
    return probabilities(
        {
            label: sum(weight * said for weight, said in zip(fusion.weights, voices, strict=True))
            + fusion.biases.get(label, 0.0)
            for label, voices in scores.items()
        }
    )


def probabilities(levels: Mapping[str, float]) -> dict[str, float]:
    """The softmax."""
    top = max(levels.values())
    raised = {label: math.exp(level - top) for label, level in levels.items()}
    total = sum(raised.values())
    return {label: each / total for label, each in raised.items()}


def fit(cases: Sequence[Scores], labels: Sequence[str]) -> Fusion:
    """The fusion under which the labels are likeliest (full-batch AdaGrad). A label that no voice of its case names is
    passed over."""
    named = [(scores, label) for scores, label in zip(cases, labels, strict=True) if label in scores]
    classes = sorted(set(labels))
    weights, biases = [1.0] * VOICES, dict.fromkeys(classes, 0.0)
    steep, steep_by_class = [1e-8] * VOICES, dict.fromkeys(classes, 1e-8)
    share = 1 / max(1, len(named))
    for _ in range(STEPS):
        slope = [WEIGHT_RIDGE * (weight - 1) for weight in weights]
        tilt = {label: BIAS_RIDGE * bias * len(classes) * share for label, bias in biases.items()}
        for scores, label in named:
            for each, chance in fused(Fusion(tuple(weights), biases), scores).items():
                off = (chance - (each == label)) * share
                for voice, said in enumerate(scores[each]):
                    slope[voice] += off * said
                if each in tilt:
                    tilt[each] += off
        for voice in range(VOICES):
            steep[voice] += slope[voice] ** 2
            weights[voice] -= STEP * slope[voice] / math.sqrt(steep[voice])
        for label in classes:
            steep_by_class[label] += tilt[label] ** 2
            biases[label] -= BIAS_STEP * tilt[label] / math.sqrt(steep_by_class[label])
    return Fusion(tuple(weights), biases)
