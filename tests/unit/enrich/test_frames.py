"""The frame of an English or a Chinese document: who signs it, when it was published, whose word its events are."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

REST = {  # what stands for "…": lines that tell nothing, so that a head is no tail
    "english": "It rained.\nThe road to the gate is paved.\nNobody was hurt.\nA bus runs hourly.\nTrees were planted.\nThe fence is green.",
    "chinese": "那天下了雨。\n大门前的路铺好了。\n没有人受伤。\n公交车一小时一班。\n院里种了树。\n围栏是绿色的。",
}
FRAMES = [
    pytest.param(language, frame, id=f"{language}: {frame['genre']}")
    for language in REST
    for frame in tomllib.loads(Path(__file__).with_name(f"{language}_frames.toml").read_text(encoding="utf-8"))["frame"]
]


@pytest.mark.parametrize(("language", "frame"), FRAMES)
def test_a_document_says_who_when_and_whose_word(language, frame):
    found = read(Page("x", frame["text"].strip().replace("…", REST[language]), frame["title"], frame["source"], None, None))
    published = [found.published_on, found.published_precision, found.published_text]
    voices = [event.attribution.kind for event in found.events]
    assert (found.publisher, published, voices) == (frame["publisher"], [told or None for told in frame["published"]], frame["voices"])
