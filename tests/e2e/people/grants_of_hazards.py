"""Who is granted what of batches of hazards: see `grants`."""

from __future__ import annotations

from tests.e2e.people.rules import Grant, anybody, at, nobody
from tests.e2e.people.scene import Person, Scene

BATCH = {"items": [{"no": 1, "aspect": "no-such-aspect", "to": "fire_rescue", "due": "2099-12-31"}]}
"""A batch that is refused for what stands in it, by whom it would be taken from."""


def whoever_sends_batches(person: Person, scene: Scene) -> set[int]:
    """The dispatcher of the county's centre and its supervisors, in Jinhua."""
    return {422} if person.at_centre("centre_dispatcher") or person.at_root("supervisor") else {403}


OF_HAZARDS = {
    ("POST", "/v1/notices of a batch"): Grant(at("/v1/notices", json=BATCH), whoever_sends_batches),
    ("GET", "/v1/hazards"): Grant(at("/v1/hazards"), anybody),
    ("GET", "/v1/hazards/outstanding"): Grant(at("/v1/hazards/outstanding"), anybody),
    ("GET", "/v1/hazards/{no}/{item}"): Grant(at("/v1/hazards/{no}/1"), nobody),
}
