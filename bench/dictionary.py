"""The dictionary that payloads are compressed with: trained on text of our own, weighed on other text.

    python -m bench.dictionary train
    python -m bench.dictionary weigh --cases 10

`train` reads every payload of the golden histories (tests/replay: stories that are told nowhere else) and writes one
more dictionary under `infra/runtime/dictionaries`: it is the current one from then on, and the older ones stay.

`weigh` compares what payloads come to, in bytes and in CPU, with each dictionary and without, on text that no
dictionary was trained on: lives of `bench.story` over HTTP, and each golden history under a dictionary trained on the
others.
"""

import argparse
import gc
import gzip
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from zstandard import ZstdCompressionDict, ZstdDecompressor, train_dictionary

from bench.cli import positive, run
from bench.figures import table
from bench.santui import santui
from bench.story import LIFE, People
from bench.support import ROOT, connect
from infra.runtime.compression import (
    DICTIONARIES,
    LEVEL,
    SUFFIX,
    compressor_with,
    current_dictionary,
    dictionary,
)
from infra.runtime.crypto import KeyRing, load_keys
from infra.temporal.codec import is_sealed, rewrite, unsealed_payload
from infra.temporal.envelope import Head

SIZE = 32 * 1024
"""Bytes of a dictionary: twice as much saves another 7 %, and every process holds a digest of it."""
STEPS = 40
"""Parameters that the trainer tries."""
GOLDEN = ROOT / "tests" / "replay"
ROUNDS = 5
"""Times that each is measured; the fastest counts."""


@dataclass(frozen=True)
class Sample:
    """A payload as it is compressed, and the bytes around it in its envelope."""

    plain: bytes
    around: int


def samples(messages: Iterable[Message], keys: KeyRing) -> Iterator[Sample]:
    """Every sealed payload inside the engine's messages."""
    found: list[Sample] = []

    def take(payload: Payload, _: str) -> Payload:
        if is_sealed(payload):
            head, plain = unsealed_payload(payload, keys)
            found.append(Sample(plain.SerializeToString(), _around(payload, head)))
        return payload

    for message in messages:
        rewrite(message, "", take)
        yield from found
        found.clear()


def _around(payload: Payload, head: Head) -> int:
    """What of a sealed payload is not the compressed text: what says that it is encrypted, head, nonce and tag."""
    empty = Payload(metadata=dict(payload.metadata))
    return empty.ByteSize() + len(head.packed()) + 12 + 16


def golden() -> dict[str, list[Sample]]:
    """The payloads of the newest edition's golden histories, by life."""
    keys = load_keys(GOLDEN / "golden.key")
    edition = max((GOLDEN / "histories").iterdir(), key=lambda folder: int(folder.name))
    return {
        file.name.removesuffix(".json.gz"): list(
            samples(WorkflowHistory.from_json("", gzip.decompress(file.read_bytes()).decode()).events, keys)
        )
        for file in sorted(edition.glob("*.json.gz"))
    }


def trained(texts: Sequence[Sample], number: int) -> ZstdCompressionDict:
    """A dictionary of these texts."""
    return train_dictionary(SIZE, [text.plain for text in texts], level=LEVEL, steps=STEPS, dict_id=number)


def train() -> None:
    """Adds a dictionary."""
    number = current_dictionary() + 1
    texts = [text for life in golden().values() for text in life]
    file = DICTIONARIES / f"{number}{SUFFIX}"
    DICTIONARIES.mkdir(exist_ok=True)
    file.write_bytes(trained(texts, number).as_bytes())
    print(f"{file.relative_to(ROOT)}: of {len(texts)} payloads, {sum(len(text.plain) for text in texts)} bytes")


Way = tuple[str, Callable[[bytes], bytes], Callable[[bytes], bytes]]
"""A name, and how it compresses and reads."""


def ways() -> Iterator[Way]:
    """Everything that is compared."""
    yield "zlib 1", lambda plain: zlib.compress(plain, 1), zlib.decompress
    for number in range(current_dictionary() + 1):
        words = dictionary(number)
        name = f"zstd {LEVEL}, dictionary {number}" if number else f"zstd {LEVEL}"
        yield name, compressor_with(words).compress, ZstdDecompressor(dict_data=words).decompress


def microseconds(work: Callable[[bytes], bytes], texts: Sequence[bytes]) -> float:
    """CPU of this thread a text."""
    taken = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for text in texts:
            work(text)
        taken.append(time.thread_time() - began)
    return min(taken) * 1e6 / len(texts)


def compared(texts: Sequence[Sample], decisions: int) -> str:
    """The table of every way on the same texts."""
    plain = [text.plain for text in texts]
    around = sum(text.around for text in texts)
    rows = []
    for name, compress, read in ways():
        small = [compress(text) for text in plain]
        size = sum(map(len, small))
        cost = microseconds(compress, plain), microseconds(read, small)
        rows.append((name, f"{size / len(texts):.0f}", f"{size / decisions:.0f}", f"{(size + around) / decisions:.0f}",
                     *(f"{each:.1f}" for each in cost)))  # fmt: skip
    head = ("", "bytes a payload", "bytes a decision", "with envelope", "µs to compress", "µs to read")
    told = (
        f"{len(texts) / decisions:.1f} payloads a decision, {sum(map(len, plain)) / len(texts):.0f} bytes each before"
    )
    return f"{told}\n{table(head, rows)}"


def left_out(lives: dict[str, list[Sample]]) -> float:
    """What golden payloads come to, each life under a dictionary trained on the others, as a share of zlib's."""
    size = peer = 0
    for name, texts in lives.items():
        others = [text for other, each in lives.items() if other != name for text in each]
        compressor = compressor_with(trained(others, 1))
        size += sum(len(compressor.compress(text.plain)) for text in texts)
        peer += sum(len(zlib.compress(text.plain, 1)) for text in texts)
    return size / peer


async def weigh(cases: int) -> None:
    """Compares on lives told over HTTP, and on golden lives left out of the training."""
    found: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        async with santui(Path(folder)) as settings, People(settings.base_url, settings.demo_file) as people:
            client = await connect(settings.temporal_target, settings.temporal_namespace)
            for _ in range(cases):
                history = await client.get_workflow_handle(await people.live([])).fetch_history()
                found += samples(history.events, load_keys(settings.key_file))
    print(f"{cases} lives of bench.story, {len(LIFE)} decisions each: {compared(found, cases * len(LIFE))}")
    print(f"golden lives, each under a dictionary of the others: {left_out(golden()):.2f} × zlib 1")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.dictionary", description="Train and weigh dictionaries.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train", help="add a dictionary, trained on the golden histories")
    weighing = commands.add_parser("weigh", help="compare the dictionaries on text that is not in them")
    weighing.add_argument("--cases", type=positive, default=10, help="lives told over HTTP (default: 10)")
    asked = parser.parse_args()
    if asked.command == "train":
        train()
        return 0
    return run(weigh(asked.cases))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
