"""The picture of the mechanism: each stage once, as the case went it, and each way back counted, and all other ways."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from api.cases.mechanism import mechanism_of
from api.core.context import Services
from api.disputes.case_view import steps_of
from api.disputes.service import whole_case
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import dispute, somebody

SVG = "{http://www.w3.org/2000/svg}"


async def test_a_picture_has_every_stage_and_the_ways_back_counted(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    case = await whole_case(services, session, await somebody(services, "supervisor", "county"), number)
    first, second, *_ = [stage.value for stage in case.stages]
    went = [first, first, second, first, second, first]
    drawn = mechanism_of(case, steps_of(case, set(went)), went)
    picture = fromstring(drawn["svg"])
    boxes = [box.attrib["class"] for box in picture.iter(f"{SVG}rect")]
    assert len(boxes) == len(case.stages)
    assert boxes[0] == "box here"
    assert boxes[1] == "box returned", "it has been there and came back, which is not the same as not yet"
    gone = [each.attrib["class"] for each in picture.iter(f"{SVG}path") if "gone" in each.attrib["class"]]
    assert sorted(gone) == ["way back gone", "way gone"]
    ways = [each for each in picture.iter(f"{SVG}path") if each.attrib["class"].startswith("way")]
    assert len(ways) > len(case.stages), "every way of the mechanism is drawn, and not only those that it went"
    [back] = drawn["back"]
    assert back.endswith("返回研判 2 次")
    here, *others = drawn["stages"]
    assert here["leads"]
    assert not [each for each in others if each["leads"]]
    assert not [each for each in picture.iter() if "style" in each.attrib]
