"""Who read far more than others at his post: more than 20 cases and five times the others' median. [DESIGN]"""

from __future__ import annotations

from domain.people.unusual_reading import LEAST, TIMES, Unusual, unusual

STATION = {person: ["responsible_officer"] for person in ("wang", "li", "zhao", "curious")}


def test_who_reads_as_others_do_is_not_asked_and_who_reads_five_times_as_much_is() -> None:
    read = {"wang": 6, "li": 4, "zhao": 5, "curious": TIMES * 5 + 1}
    assert unusual(read, STATION) == [Unusual("curious", 26, 5.0, 25)]
    assert unusual(read | {"curious": TIMES * 5}, STATION) == []


def test_twenty_cases_are_nobodys_business_and_who_is_alone_at_his_post_is_measured_by_them() -> None:
    assert unusual({"wang": 1, "curious": LEAST}, STATION) == []
    assert [one.person_id for one in unusual({"chief": LEAST + 1}, {"chief": ["station_chief"]})] == ["chief"]


def test_of_several_posts_the_one_counts_at_which_most_is_usual() -> None:
    both = STATION | {"curious": ["responsible_officer", "supervisor"], "other": ["supervisor"]}
    assert unusual({"wang": 2, "other": 40, "curious": 150}, both) == []
