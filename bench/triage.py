"""How well and how fast the triage judges text by lay people: `python -m bench.triage questions.csv`.

The file is a CSV with the columns `question` and `label` (20 dispute types of legal consultations); it is not part of
the project. A label is met where the category the triage chose lies in one of the groups, or is one of the categories,
that lead such a matter in our list. Four labels have no row in the list of 81, which is made for neighbourhood
disputes; for most of them the honest answer is the fallback, and accuracy is also given without them.
"""

import argparse
import csv
import time
from collections import Counter
from pathlib import Path

from domain.triage.lexicon import FALLBACK_CATEGORY, Lexicon, parse_lexicon
from domain.triage.triage import triage

PLAYBOOKS = Path(__file__).resolve().parent.parent / "playbooks"
ROUNDS = 5

LABELS: dict[str, frozenset[str]] = {
    "婚姻家庭": frozenset({"family"}),
    "劳动纠纷": frozenset({"labor"}),
    "交通事故": frozenset({"injury_traffic_accident"}),
    "债权债务": frozenset({"debt_contract"}),
    "刑事辩护": frozenset({"injury_fight", "injury_reputation", FALLBACK_CATEGORY}),
    "合同纠纷": frozenset({"debt_contract"}),
    "房产纠纷": frozenset({"property_housing", "land_homestead", "family_inheritance", "family_partition"}),
    "侵权": frozenset({"injury_traffic", "neighbor_camera_privacy", "livelihood_campus"}),
    "公司法": frozenset({"debt_partnership"}),
    "医疗纠纷": frozenset({"livelihood_medical"}),
    "拆迁安置": frozenset({"land_village"}),
    "行政诉讼": frozenset({"admin_other"}),
    "建设工程": frozenset({"debt_construction_payment", "labor_migrant_wage", "labor_service_hire"}),
    "人身损害": frozenset({"injury_traffic", "labor_work_injury", "livelihood_campus"}),
    "消费权益": frozenset({"consumer", "livelihood_training_refund"}),
    "抵押担保": frozenset({"debt_finance_insurance", "debt_private_loan"}),
    "综合咨询": frozenset({"admin_other"}),
    "知识产权": frozenset({FALLBACK_CATEGORY}),
    "涉外法律": frozenset({FALLBACK_CATEGORY}),
    "海事海商": frozenset({FALLBACK_CATEGORY}),
}
NO_COUNTERPART = frozenset({"综合咨询", "知识产权", "涉外法律", "海事海商"})


def main() -> None:
    """Prints accuracy (all labels, and those the list covers), confidence against truth, and time per narrative."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", type=Path, help="columns question, label")
    path: Path = parser.parse_args().csv
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["question"], row["label"]) for row in csv.DictReader(file)]
    if strangers := {label for _, label in rows} - set(LABELS):
        parser.error(f"labels this bench has no answer to: {', '.join(sorted(strangers))}")
    started = time.perf_counter()
    lexicon = parse_lexicon(*((PLAYBOOKS / f"{name}.yaml").read_text("utf-8") for name in ("categories", "risk_kinds")))
    print(f"lexicon read and compiled in {time.perf_counter() - started:.2f} s")
    _accuracy(rows, lexicon)
    _speed([question for question, _ in rows], lexicon)


def _accuracy(rows: list[tuple[str, str]], lexicon: Lexicon) -> None:
    asked, met, sure, sure_met = Counter[str](), Counter[str](), Counter[int](), Counter[int]()
    for question, label in rows:
        result = triage(question, lexicon, source="12345")
        right = bool(LABELS[label] & {result.category, lexicon.group_of[result.category]})
        band = min(int(result.confidence * 4), 3)
        asked[label] += 1
        met[label] += right
        sure[band] += 1
        sure_met[band] += right
    covered = [label for label in asked if label not in NO_COUNTERPART]
    print(f"accuracy, all {asked.total()} rows: {met.total() / asked.total():.1%}")
    part, hits = sum(asked[label] for label in covered), sum(met[label] for label in covered)
    print(f"accuracy, the {part} rows whose label has a row in the list: {hits / part:.1%}")
    for label in asked:
        print(f"  {label}: {met[label]}/{asked[label]}")
    for band in sorted(sure):
        share = sure_met[band] / sure[band]
        print(f"confidence {band / 4:.2f} to {(band + 1) / 4:.2f}: {share:.0%} right of {sure[band]}")


def _speed(questions: list[str], lexicon: Lexicon) -> None:
    durations = []
    for _ in range(ROUNDS):
        for question in questions:
            started = time.perf_counter()
            triage(question, lexicon)
            durations.append((time.perf_counter() - started) * 1000)
    durations.sort()
    last = len(durations) - 1
    points = {name: durations[int(last * share)] for name, share in (("median", 0.5), ("p99", 0.99), ("longest", 1.0))}
    print("time per narrative, one core: " + ", ".join(f"{name} {value:.3f} ms" for name, value in points.items()))


if __name__ == "__main__":
    main()
