"""The demo county as each city's mechanism needs it: `<code>.py` holds what one has of its own, this lists them."""

from __future__ import annotations

from infra.demo.cities import huangshi, ronghe, wuwei
from infra.demo.cities.city import City

CITIES: dict[str, City] = {
    "huangshi": huangshi.CITY,
    "ronghe": ronghe.CITY,
    "wuwei": wuwei.CITY,
}
"""By the code of the playbook. A mechanism that is not listed plays in the common county."""


def city_of(code: str) -> City:
    """What a playbook's demo county has of its own; of most nothing."""
    return CITIES.get(code, City())
