"""How fast a backlog goes through the way, and on how much memory: `python -m tests.benchmarks.way_speed [DOCUMENTS]`.

Each stage drains the same backlog on a broker and a store of its own, in a process of its own; figures of one run are ratios to each
other, not claims about a machine. Peak memory is the worker's resident set.
"""

import multiprocessing
import resource
import sys
import time
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from pipelines.decode import record_id
from pipelines.flow import VERBS, raw
from pipelines.io.objects import Objects
from pipelines.io.produce import Publisher
from pipelines.io.topics import Topics
from pipelines.messages import first_headers
from pipelines.report import Report
from pipelines.run import drain
from pipelines.settings import Settings
from pipelines.sources.raw import Raw
from tests.stack_fixture import TestStack

GOLD = Path(__file__).parents[1] / "gold"
SOURCE = "lodestream_newsroom"


def fill(settings: Settings, documents: int) -> int:
    """Publish a backlog made of the gold documents, each under many addresses; returns its bytes."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*/*/*.txt"))]
    objects, size = Objects(settings), 0
    objects.ensure_bucket()
    with Topics(settings) as topics:
        topics.ensure()
    publisher, at = Publisher(settings, objects, SOURCE), datetime.now(UTC)
    publisher.begin()
    for i, text in enumerate(islice(cycle(texts), documents)):
        address = f"https://news.example/{i}"
        meta = {"url": address, "fetched_at": at.isoformat()}
        one = Raw(record="document", source=SOURCE, source_id=address, content_type="text/plain", payload=text.encode(), meta=meta)
        identity = record_id(SOURCE, address)
        publisher.send(raw("document"), msgspec.json.encode(one), first_headers(SOURCE, "document", identity, at), identity.encode())
        size += len(one.payload)
    publisher.commit({})
    publisher.close()
    return size


def measure(settings: Settings, stage: str) -> tuple[Report, float, float, float]:
    """Drain a stage in a process of its own; returns its counts, seconds, CPU seconds and peak memory in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_drain, (settings, stage))


def _drain(settings: Settings, stage: str) -> tuple[Report, float, float, float]:
    start = time.perf_counter()
    report = drain(settings, stage)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return report, time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(documents: int) -> None:
    """Measure and print."""
    console = Console()
    with TestStack() as stack:
        size = fill(stack.settings, documents)
        table = Table("stage", "in", "out", "documents/s", "CPU s", "peak MB", title=f"{documents} documents, {size / 1e6:.1f} MB")
        for verb in VERBS:
            report, seconds, cpu, peak = measure(stack.settings, f"{verb}.document")
            table.add_row(verb, str(report.read), str(report.passed), f"{report.read / seconds:.0f}", f"{cpu:.1f}", f"{peak:.0f}")
        console.print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
