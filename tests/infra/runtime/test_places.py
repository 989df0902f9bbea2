"""Places are counted across processes, and the kernel takes back those of the dead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.runtime.places import Places
from tests.infra.support import ROOT

TAKES = """
import sys, time
from pathlib import Path
from infra.runtime.places import Places
places = Places(Path(sys.argv[1]))
print([places.take("stream p-1", 5) is not None for _ in range(3)], flush=True)
time.sleep(600)
"""


def test_places_taken_by_another_process_count_until_it_dies(tmp_path: Path) -> None:
    file = tmp_path / "run" / "places"
    other = subprocess.Popen([sys.executable, "-c", TAKES, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    places = Places(file)
    try:
        assert other.stdout
        assert other.stdout.readline() == "[True, True, True]\n"
        mine = [places.take("stream p-1", 5) for _ in range(3)]
        assert [place is not None for place in mine] == [True, True, False]
        assert places.take("stream p-2", 5) is not None  # somebody else's are his own
        assert mine[0] is not None
        places.give_back(mine[0])
        assert places.take("stream p-1", 5) is not None
    finally:
        other.kill()
        other.communicate()
    assert [places.take("stream p-1", 5) is not None for _ in range(4)] == [True, True, True, False]
    assert file.stat().st_size == 0
    assert file.stat().st_mode & 0o777 == 0o600
    places.close()


def test_a_place_is_held_for_the_length_of_a_block(tmp_path: Path) -> None:
    places = Places(tmp_path / "places")
    with places.taken("drill D2026-000001") as alone:
        assert alone
        with places.taken("drill D2026-000001") as second:
            assert not second
    with places.taken("drill D2026-000001") as again:
        assert again
    places.close()


def test_where_no_file_can_be_made_a_process_counts_its_own(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the directory should be")
    places = Places(tmp_path / "run" / "places")
    assert [places.take("stream p-1", 2) is not None for _ in range(3)] == [True, True, False]
