"""Which language a text is written in: by script and function words first, by a trained detector for what is left."""

import re
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from pipelines.enrich.knowledge import knowledge

SAMPLE = 1200  # characters that the cheap test looks at
DETECTOR_SAMPLE = 600
CLEAR = 2.0  # how many times more function words the first language must have than the second
FEWEST = 4  # function words that a language must show
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
OTHER = re.compile(r"[\u0370-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]")
FOREIGN = re.compile(f"{HAN.pattern[:-2]}{OTHER.pattern[1:]}")
SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
# Without one of these a text is not in traditional characters.
TRADITIONAL = "國產與這為個說會時對業發來廠關億噸報價電內開將後現進"
HAN_SHARE = 0.15  # of the letters of a Chinese text that names firms in Latin script


@cache
def known_languages() -> tuple[str, ...]:
    """Return the ISO 639-1 codes of the languages that have a folder of knowledge, in order."""
    folders = files(__package__).joinpath("languages").iterdir()
    return tuple(sorted(f.name for f in folders if f.is_dir() and f.joinpath("text.toml").is_file()))


def language_of(text: str, claimed: str | None = None) -> str:
    """Return the ISO 639-1 code of a text's language; where the text does not tell, the claimed one or English."""
    sample = text[:SAMPLE]
    letters = han = 0
    if not sample.isascii() and FOREIGN.search(sample):
        han = sum(map(len, HAN.findall(sample)))
        letters = len(sample) - han - sample.count(" ")
        if OTHER.search(sample):
            for code, script in SCRIPTS:
                if len(script.findall(sample)) > 5 + 0.3 * (han if code == "ja" else letters):
                    return code
    if han and han >= HAN_SHARE * (han + letters):
        return "zh"
    words = sample.lower().split()
    votes = Counter(map(_stopwords().get, words))
    del votes[None], votes[""]
    total = votes.total()
    ranked = votes.most_common(2)
    if ranked and ranked[0][1] >= FEWEST and ranked[0][1] >= CLEAR * (total - ranked[0][1]) and total * 8 >= len(words):
        return str(ranked[0][0])
    found = _detected(text[:DETECTOR_SAMPLE])
    return found or (claimed or "")[:2].lower() or (str(ranked[0][0]) if ranked else "en")


@lru_cache(maxsize=8)  # dates and figures are both read of a plain text
def plain(text: str) -> str:
    """Return a text of the same length as the patterns expect it: simplified characters, spaces that break."""
    if text.isascii():
        return text
    for space in "\u00a0\u202f\u2009":
        text = text.replace(space, " ")
    return text.translate(_simplified()) if any(c in text for c in TRADITIONAL) else text


@cache
def _simplified() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in knowledge("zh", "traditional")["pairs"].split()}


@cache
def _stopwords() -> dict[str, str]:
    """Return the language of each function word; "" for a word of several."""
    found: dict[str, str] = {}
    for language in known_languages():
        for word in knowledge(language, "text")["stopwords"]["words"]:
            found[word] = "" if word in found else language
    return found


def _detected(sample: str) -> str | None:
    if len(sample.split()) < 3:
        return None
    found = _detector().detect_language_of(sample.encode("utf-8", "replace").decode("utf-8"))
    return found.iso_code_639_1.name.lower() if found else None


@cache
def _detector() -> LanguageDetector:
    """Return the detector; its models are loaded when it is first asked."""
    names = (
        "ENGLISH", "FRENCH", "GERMAN", "SPANISH", "PORTUGUESE", "ITALIAN", "DUTCH", "SWEDISH", "ESTONIAN", "VIETNAMESE",
        "INDONESIAN", "POLISH",
    )  # fmt: skip
    chosen = [getattr(Language, name) for name in names]
    return LanguageDetectorBuilder.from_languages(*chosen).with_low_accuracy_mode().build()
