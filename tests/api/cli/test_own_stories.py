"""Whatever stages a city's mechanism has, its own stories are told to the end, and its demo disputes are made."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

import pytest

from api.cli.demo import disputes as demo_disputes
from api.cli.demo.disputes import Making
from api.cli.demo.scripts import SCRIPTS
from api.cli.stories import OWN, StoryBroken, current_process, play
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.stages import Stage
from tests.domain.playbook_variants import city, shapes, telling_shapes
from tests.domain.policy.test_playbook_mistakes import CITY
from tests.domain.simulated_county import SimulatedCounty
from tests.domain.support import playbook

pytestmark = pytest.mark.usefixtures("county")  # an installation's keys: the people of a dispute are blind tokens

WHOLE = max(shapes(), key=len)


@contextlib.contextmanager
def living(book: Playbook, **found: bool) -> Iterator[SimulatedCounty]:
    county = SimulatedCounty(book, **found)
    try:
        yield county
    finally:
        county.drop()


def name_of(stages: tuple[Stage, ...]) -> str:
    return "-".join(stages[1:-1])


@pytest.mark.parametrize("stages", list(telling_shapes()), ids=name_of)
def test_every_mechanism_is_played_by_its_own_stages(stages: tuple[Stage, ...]) -> None:
    with living(city(stages)) as county:
        played = play(county, list(OWN), own=True)
    assert played == sum(all(need in stages for need in story.needs) for story in OWN.values())
    assert played >= 2


@pytest.mark.parametrize("colours", [1, 2, 4, 5])
def test_a_scheme_of_any_number_of_colours_is_played(colours: int) -> None:
    with living(city(WHOLE, colours=colours)) as county:
        assert play(county, list(OWN), own=True) == len(OWN)


@pytest.mark.parametrize("clock_from", [Stage.TRIAGE, Stage.PUSH_2, Stage.PUSH_3])
def test_the_silence_begins_where_the_colour_s_clock_starts(clock_from: Stage) -> None:
    with living(city(WHOLE, clock_from=clock_from)) as county:
        assert play(county, ["silence"], own=True) == 1


@pytest.mark.parametrize("code", ["jinhua", "qionglai", "wuwei", "ronghe", "huangshi", "yunhe"])
def test_what_ships_and_the_newcomer_s_example_are_played(code: str) -> None:
    book = load_playbook(CITY, "yunhe.yaml") if code == "yunhe" else playbook(code)
    told = [story for story in OWN.values() if all(book.process.has(stage) for stage in story.needs)]
    with living(book) as county:
        assert play(county, list(OWN), own=True) == len(told)
    assert len(told) == len(OWN) - (code == "wuwei"), "only 武威 has no stage of evaluation"


def test_a_mechanism_that_does_not_do_what_it_says_breaks_its_story(monkeypatch: pytest.MonkeyPatch) -> None:
    book = city(WHOLE)
    with living(book) as county:
        more = book.model_copy(deep=True)
        more.process.colour_rungs.remind_at = [0.1, 0.2]
        monkeypatch.setattr(county, "playbooks", SimulatedCounty(more).playbooks)
        with pytest.raises(StoryBroken, match="此时应已发出"):
            play(county, ["silence"], own=True)


# --- demo disputes


@pytest.mark.parametrize("stages", list(telling_shapes()), ids=name_of)
def test_demo_disputes_are_made_under_every_mechanism(
    stages: tuple[Stage, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_disputes, "TASK_WITHIN", 0.0)  # here nothing comes later by itself
    with living(city(stages)) as county:
        first = made(county)
        assert made(county) == first, "a second run goes on where the first one stopped: it changes nothing"
    at = Counter(stage for stage, _ in first)
    assert sum(at.values()) == len(SCRIPTS)
    missing = {stage for stage in stages if stage not in at and stage is not Stage.CLOSED}
    assert not missing, f"no demo dispute stands at {missing}: {at}"


def made(county: SimulatedCounty) -> list[tuple[str, int]]:
    """Makes them all; answers where each stands, and how often it changed."""
    process = current_process(county)
    stands = []
    for script in SCRIPTS:
        making = Making(county, script, process)
        making.make()
        case = county.dispute(making.number)
        stands.append((case["stage"], case["revision"]))
    return stands
