"""The tree of errors: drawn as it is, each with a code, a status and a title in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from domain import errors
from domain.errors import Refused, SantuiError, by_code


def drawn() -> dict[str, tuple[str | None, int | None, str | None]]:
    """Class -> (parent, status, code), as the module's docstring draws them."""
    found: dict[str, tuple[str | None, int | None, str | None]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").partition("\n\n")[2].splitlines():
        if match := re.match(r"^((?:[│ ] {3})*)(?:[├└]── )?([A-Z]\w+)(?:\s+(\d{3})\s+(\w+))?", line):
            indent, name, status, code = match.groups()
            depth = 0 if name == "SantuiError" else len(indent) // 4 + 1
            del above[depth:]
            found[name] = (above[-1] if above else None, int(status) if status else None, code)
            above.append(name)
    return found


def real(cls: type[SantuiError] = SantuiError) -> Iterator[type[SantuiError]]:
    yield cls
    for child in (c for c in cls.__subclasses__() if c.__module__ == errors.__name__):
        yield from real(child)


def test_the_tree_in_the_docstring_is_the_real_tree() -> None:
    tree = drawn()
    assert set(tree) == {cls.__name__ for cls in real()}
    for cls in real():
        parent, status, code = tree[cls.__name__]
        assert parent == (None if cls is SantuiError else cls.__bases__[0].__name__), cls
        assert status in (None, cls.status)
        assert code in (None, cls.code)


def test_every_concrete_error_is_drawn_with_status_and_code() -> None:
    abstract = {"SantuiError", "Refused", "PolicyInvalid"}
    assert {name for name, (_, status, code) in drawn().items() if not (status and code)} == abstract


def test_codes_are_unique_and_lead_back_to_their_class() -> None:
    codes = [cls.code for cls in real()]
    assert len(set(codes)) == len(codes)
    assert all(by_code(cls.code) is cls for cls in real())
    assert by_code("no_such_code") is None


def test_refusals_are_the_caller_s_doing_and_the_rest_is_ours() -> None:
    for cls in real():
        assert (400 <= cls.status < 500) is issubclass(cls, Refused), cls


@pytest.mark.parametrize("cls", list(real()))
def test_every_title_is_in_chinese_and_stands_in_for_a_missing_detail(cls: type[SantuiError]) -> None:
    assert re.search(r"[一-鿿]", cls.title)
    assert cls().detail == cls.title
    assert cls("因为").detail == "因为"
