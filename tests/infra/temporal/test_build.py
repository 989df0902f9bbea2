"""The mark of the code is the same for the same code, and another for another."""

from pathlib import Path

from infra.temporal.build import build_id


def test_the_mark_changes_with_the_code_that_decides_and_with_no_other(tmp_path: Path) -> None:
    def mark() -> str:
        build_id.cache_clear()
        return build_id(tmp_path)

    for file in ("domain/law.py", "workflows/case.py", "api/page.py"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("")
    first = mark()
    assert mark() == first
    (tmp_path / "api/page.py").write_text("x = 1")
    assert mark() == first
    (tmp_path / "domain/law.py").write_text("x = 1")
    changed = mark()
    assert changed != first
    (tmp_path / "domain/law.py").rename(tmp_path / "domain/rule.py")
    assert mark() not in {first, changed}
