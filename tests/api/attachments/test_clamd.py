"""Files looked through by a real clamd, which `make scanner` fetches where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from api.core.context import Services
from domain.errors import MediaRefused, ScannerUnavailable
from infra.files.scanning import Scanner
from tests.api.attachments.clamd import EICAR, LARGEST, Clamd, running
from tests.api.attachments.test_hostile_uploads import send, signed_in
from tests.api.attachments.test_service import case, on_disk
from tests.api.engine import LivingEngine
from tests.infra.files.hostile import picture


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """clamd for this file."""
    with running(tmp_path_factory.mktemp("clamd")) as it:
        yield it


def packed(content: bytes) -> bytes:
    """As a picture within a document has it."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as document:
        document.writestr("word/media/image1.bin", content * 3)
    return whole.getvalue()


async def test_a_clean_file_is_taken_and_an_infected_one_refused_also_within_a_document(clamd: Clamd) -> None:
    scanner = Scanner(clamd.address, seconds=30)
    for clean in (b"", b"content", bytes(LARGEST), packed(b"content")):
        await scanner.check(BytesIO(clean))
    for infected in (EICAR, bytes(70_000) + EICAR, packed(EICAR)):
        with pytest.raises(MediaRefused, match="病毒"):
            await scanner.check(BytesIO(infected))


async def test_what_is_too_large_for_it_is_not_taken_and_the_reader_is_told_whom_to_tell(clamd: Clamd) -> None:
    for more in (1, 8 * LARGEST):
        with pytest.raises(ScannerUnavailable, match="大小上限，没有接收；请告知系统管理员"):
            await Scanner(clamd.address, seconds=30).check(BytesIO(bytes(LARGEST + more)))


async def test_while_it_hangs_nothing_is_let_through(clamd: Clamd) -> None:
    with clamd.frozen(), pytest.raises(ScannerUnavailable):
        await Scanner(clamd.address, seconds=0.2).check(BytesIO(b"content"))
    await Scanner(clamd.address, seconds=30).check(BytesIO(b"content"))


async def test_what_somebody_sends_is_looked_through_before_it_is_kept(
    services: Services, engine: LivingEngine, clamd: Clamd
) -> None:
    number, who = await case(services, engine)
    async with await signed_in(replace(services, scanner=Scanner(clamd.address, seconds=30)), who) as http:
        refused = await send(http, number, picture() + EICAR)
        assert (refused.status_code, refused.json()["code"]) == (415, "media_type_refused")
        assert "病毒" in refused.json()["detail"]
        assert on_disk(services) == set()
        assert (await send(http, number, picture())).status_code == 201
    assert len(on_disk(services)) == 1
