"""How fast documents are read: documents per second on one core, dense and sparse, with each module's share and the memory.

Run by hand: `python -m tests.benchmarks.read_speed [FOLDER …]` (folders hold `<id>.txt`; the project's own gold by default).
A dense document tells an event in nearly every sentence; a sparse one in every tenth. Both are cut to about 3 KB.
"""

import cProfile
import pstats
import sys
import time
from itertools import cycle, islice
from pathlib import Path

import psutil

from pipelines.enrich.command import pages
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

_OF_A_DOCUMENT = read.__code__.co_filename  # several modules have a `read`
SIZE = 3000  # bytes of a document
SECONDS = 5.0
FILLER = {
    "en": "The town lies on a bend of the river, and its market has been held under the same lime trees for longer than anyone can say. ",
    "fr": "La petite ville est posée dans une boucle de la rivière, et les tilleuls de la place abritent un marché du samedi. ",
    "zh": "小镇坐落在河湾旁，集市就在老树下，邻居们每到周末都来这里喝茶聊天，孩子们在石桥边放风筝。",
}


def main() -> None:
    """Print both figures and the shares."""
    folders = [Path(argument) for argument in sys.argv[1:]] or sorted(Path("tests/gold/dev").glob("*"))
    documents = [page for folder in folders for page in pages(str(folder))]
    dense = [_cut(page) for page in documents if len(page.text) > 400]
    sparse = [_thinned(page) for page in dense]
    for page in islice(cycle(dense), 30):
        read(page)
    for name, texts in (("dense", dense), ("sparse", sparse)):
        mean, best = _rates(texts)
        print(f"{name:8} {mean:7.0f} documents per second, {best:.0f} undisturbed, {_mean_size(texts):.0f} bytes each")
        _shares(texts, best)
    _memory(dense)


def _cut(page: Page) -> Page:
    """The document repeated or cut at a sentence to about 3 KB."""
    text = page.text
    while len(text.encode()) < SIZE:
        text += "\n" + page.text
    cut = text.encode()[:SIZE].decode(errors="ignore")
    end = max(cut.rfind(mark) for mark in (". ", "。", "\n"))
    return Page(page.document_id, cut[: end + 1], page.title, page.source, page.published, page.language)


def _thinned(page: Page) -> Page:
    """A tenth of the document's text, the rest prose about a town."""
    language = read(page).language
    filler = FILLER.get(language, FILLER["en"])
    lines = [line for line in page.text.split("\n") if len(line) > 60] or [page.text]
    kept, size = [], 0
    while size < SIZE * 9 // 10:
        kept.append(filler * 3)
        size += len(kept[-1].encode())
    kept.insert(1, lines[0].encode()[: SIZE // 10].decode(errors="ignore"))
    return Page(page.document_id, "\n".join(kept), page.title, page.source, page.published, page.language)


def _mean_size(texts: list[Page]) -> float:
    return sum(len(page.text.encode()) for page in texts) / len(texts)


def _rates(texts: list[Page]) -> tuple[float, float]:
    """Documents per second of CPU time: of all readings, and of the quickest of each document, which a busy machine disturbs least."""
    quickest = [float("inf")] * len(texts)
    start, count = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        for i, page in enumerate(texts):
            begin = time.process_time()
            read(page)
            quickest[i] = min(quickest[i], time.process_time() - begin)
        count += len(texts)
    return count / (time.process_time() - start), len(texts) / sum(quickest)


def _shares(texts: list[Page], rate: float) -> None:
    """Share of each function that `read` calls, and what that makes of the time of a document (profiled: only the shares count)."""
    profile = cProfile.Profile()
    profile.enable()
    for page in texts:
        read(page)
    profile.disable()
    called: dict[str, float] = {}
    total = 1.0
    for (file, _line, name), (*_counts, seconds, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if name == "read" and file == _OF_A_DOCUMENT:
            total = seconds
        for (from_file, _from_line, from_name), (*_of_calls, of_it) in callers.items():
            if from_name == "read" and from_file == _OF_A_DOCUMENT:
                called[name] = called.get(name, 0.0) + of_it
    for name, seconds in sorted(called.items(), key=lambda item: -item[1]):
        if seconds / total > 0.01:
            print(f"  {name:20}{seconds / total:6.1%} {seconds / total * 1000 / rate:7.3f} ms")


def _memory(texts: list[Page]) -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    for page in islice(cycle(texts), 2000):
        read(page)
    print(f"memory {before / 2**20:.0f} MB before, {process.memory_info().rss / 2**20:.0f} MB after 2000 documents")


if __name__ == "__main__":
    main()
