"""The measures of the benches say what they are said to say, and labelled files are read as their mapping tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.scoring.baselines import Example, TfIdf, centroids, crossed, jaccard, keyword_vote, neighbour
from bench.scoring.labelled import NO_LABEL, Labels, Section, read_rows, read_section
from bench.scoring.measures import (
    Answer,
    Scored,
    accuracy,
    average_precision,
    best_accuracy,
    by_class,
    calibration_error,
    confused,
    macro_f1,
    recall_at,
    reliability,
)
from bench.support import BenchError
from infra.runtime.policy_files import read_lexicon

TEXTS = Path(__file__).resolve().parents[2] / "bench" / "texts"
ANSWERS = [Answer("a", "a", 0.95), Answer("a", "b", 0.9), Answer("b", "b", 0.2), Answer("c", "b", 0.25)]
PAIRS = [Scored(0.9, True), Scored(0.8, False), Scored(0.7, True), Scored(0.1, False)]


def test_single_answers_are_counted_a_class() -> None:
    assert accuracy(ANSWERS) == 0.5
    assert [(score.label, score.asked, score.recall) for score in by_class(ANSWERS)] == [
        ("a", 2, 0.5),
        ("b", 1, 1.0),
        ("c", 1, 0.0),
    ]
    assert by_class(ANSWERS)[1].precision == pytest.approx(1 / 3)
    assert macro_f1(ANSWERS) == pytest.approx((2 / 3 + 0.5 + 0) / 3)
    assert confused(ANSWERS) == [("a", "b", 1), ("c", "b", 1)]


def test_calibration_weighs_each_tenth_by_its_answers() -> None:
    assert [(band.lowest, band.answers, band.right) for band in reliability(ANSWERS)] == [(0.2, 2, 0.5), (0.9, 2, 0.5)]
    assert calibration_error(ANSWERS) == pytest.approx((abs(0.225 - 0.5) * 2 + abs(0.925 - 0.5) * 2) / 4)


def test_average_precision_is_that_of_the_textbook() -> None:
    assert average_precision(PAIRS) == pytest.approx((1 + 2 / 3) / 2)
    assert recall_at(PAIRS, 0.98) == 0.5
    assert best_accuracy(PAIRS) == 0.75
    assert recall_at([Scored(0.9, False), Scored(0.8, True)], 0.98) == 0.0


def test_pairs_of_one_score_stand_or_fall_together() -> None:
    for order in ((True, False), (False, True)):
        assert average_precision([Scored(0.5, same) for same in order]) == 0.5


def test_baselines_know_what_they_were_given() -> None:
    examples = [Example("楼上漏水到我家", "leak"), Example("欠我工资三个月", "wage")] * 3
    for teach in (centroids, neighbour):
        assert teach(examples)("楼上又漏水")[0] == "leak"
        assert [label for label, _ in crossed(examples, teach)] == [example.label for example in examples]
    assert jaccard("楼上漏水", "楼上漏水") == 1.0
    assert jaccard("楼上漏水", "欠薪三月") == 0.0
    model = TfIdf(["楼上漏水", "楼上吵闹", "欠薪三月"], (2,))
    assert model.likeness("楼上漏水", "漏水") > model.likeness("楼上漏水", "楼上")


def test_a_keyword_has_one_vote_whatever_its_weight() -> None:
    lexicon = read_lexicon()
    row = next(iter(lexicon.categories.values()))
    strong = max(row.strong, key=len)
    assert keyword_vote(lexicon)(strong)[1] > 0
    assert keyword_vote(lexicon)("丨")[1] == 0.0


def test_a_category_stands_for_one_label_its_own_before_its_group_s() -> None:
    lexicon = read_lexicon()
    labels = Labels(Section(labels={"family": "家事", "family_elder_support": "赡养"}), lexicon)
    assert labels.of("family_divorce_property") == "家事"
    assert labels.of("family_elder_support") == "赡养"
    assert labels.of("neighbor_noise") == NO_LABEL
    assert labels.category("赡养") == "family_elder_support"
    assert labels.category("家事") == "family_marital_conflict"
    assert labels.category(NO_LABEL) is None
    assert Labels(Section(), lexicon).of("neighbor_noise") == "neighbor_noise"
    with pytest.raises(BenchError, match="neither a category nor a group: nothing"):
        Labels(Section(labels={"nothing": "无"}), lexicon)


def test_columns_are_read_by_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("a,b,label\n甲,乙,1\n", encoding="utf-8")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text('repeats: {columns: {first: a, second: b, same: label}, same: ["1"]}\n', encoding="utf-8")
    section = read_section(mapping, "repeats")
    assert read_rows([tmp_path / "pairs.csv"], section, ("first", "second", "same")) == [
        {"first": "甲", "second": "乙", "same": "1"}
    ]
    with pytest.raises(BenchError, match="no column for first_place"):
        read_rows([tmp_path / "pairs.csv"], section, ("first_place",))
    with pytest.raises(BenchError, match="no section danger"):
        read_section(mapping, "danger")


@pytest.mark.parametrize("mapping", ["mapping.yaml", "lay_questions.yaml"])
def test_our_own_mappings_fit_the_list(mapping: str) -> None:
    Labels(read_section(TEXTS / mapping, "categories"), read_lexicon())


def test_our_own_mapping_knows_every_guise() -> None:
    section = read_section(TEXTS / "mapping.yaml", "danger")
    guises = [
        {row["label"] for row in read_rows([TEXTS / f"{name}_dev.csv"], section, ("text", "label"))}
        for name in ("danger", "lookalikes")
    ]
    assert guises[0] == section.dangerous
    assert not guises[1] & section.dangerous
