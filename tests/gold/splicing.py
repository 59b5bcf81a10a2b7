"""Documents put together from pieces of the gold documents: what rules for rows, lists and turns of speech meet by accident.

    python -m tests.gold.splicing SEED SECONDS

reads them for a while and prints each way in which reading failed, with the text.
"""

import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

TOKEN = re.compile(r"[\u4e00-\u9fff]{1,4}|\d[\d.,]*|\w+|[^\w\s]|\s+")
JOINTS = [" ", "\n", "\n\n", " | ", "|", "\t", " ; ", ", ", ": ", " – ", "，", "。", "；", "（", "）", "“", "”", "« ", " »", "- ", "• "]
TOKENS = {
    folder.name: [TOKEN.findall(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))]
    for folder in sorted(Path(__file__).parent.glob("dev/*"))
}


def spliced(chance: random.Random) -> Iterator[str]:
    """Texts without end: pieces of documents of one language in any order, and documents in which words were changed."""
    while True:
        documents = TOKENS[chance.choice(sorted(TOKENS))]
        yield _changed(documents, chance) if chance.random() < 0.3 else _pieces(documents, chance)


def _pieces(documents: list[list[str]], chance: random.Random) -> str:
    parts: list[str] = []
    for _ in range(chance.randint(10, 60)):
        tokens = chance.choice(documents)
        first = chance.randrange(len(tokens))
        parts += tokens[first : first + chance.choice((2, 5, 9, 40))]
        parts += [chance.choice(JOINTS)] if chance.random() < 0.4 else []
    return "".join(parts)


def _changed(documents: list[list[str]], chance: random.Random) -> str:
    tokens = list(chance.choice(documents))
    for _ in range(chance.randint(5, 60)):
        at = chance.randrange(len(tokens))
        tokens[at] = chance.choice(("", chance.choice(JOINTS), chance.choice(chance.choice(documents))))
    return "".join(tokens)


def main(seed: int, seconds: float) -> None:
    """Read spliced documents; print what failed."""
    end, count, failed = time.monotonic() + seconds, 0, set[str]()
    for text in spliced(random.Random(seed)):
        count += 1
        try:
            read(Page("spliced", text, text[:50], "", None, None))
        except Exception as error:  # noqa: BLE001 - any is what is looked for
            if (name := f"{type(error).__name__}: {error}") not in failed:
                print(name, repr(text), sep="\n")
            failed.add(name)
        if time.monotonic() > end:
            break
    print(f"{count} documents read, {len(failed)} ways to fail")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
