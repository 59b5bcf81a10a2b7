"""Stages: words that name a step of the chain, from exploration to recycling, and the step that gives a product."""

from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipelines.enrich.folding import find, fold, is_word, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import MaterialMention, StageMention
from pipelines.reference import register

_STAGE_OF_FORM = {
    "ore": "mining", "concentrate": "beneficiation", "carbonate": "cracking", "chloride": "cracking", "oxide": "separation",
    "metal": "metal", "alloy": "alloy", "magnet": "magnet",
}  # fmt: skip


def stages(text: str, language: str) -> list[StageMention]:
    """Words that name a step, in order of place; `is_product` where they name what the step gives."""
    automaton, meanings = _index(language if language in {"en", "fr", "zh"} else "en")
    low = lower(fold(text))
    found = []
    for number, start, end in find(automaton, low):
        if start and is_word(low[start]) and is_word(low[start - 1]):
            continue
        if end < len(low) and is_word(low[end - 1]) and is_word(low[end]):
            continue
        stage, is_product = meanings[number]
        if not stage:  # an office or a firm of that name
            continue
        found.append(StageMention(start, end, stage, is_product))
    return found


def stage_of_product(material: MaterialMention) -> str | None:
    """The step whose product the material is in its form; None where the text gives no form.

    A mixed carbonate or oxide comes from cracking; ionic clay is dug. Of other minerals only an ore or a concentrate names a step.
    """
    if material.form is None:
        return "mining" if material.material_id == "ionic_clay" else None
    if not register().materials[material.material_id].is_rare_earth and material.form not in {"ore", "concentrate"}:
        return None
    if material.is_mixed and material.form in {"oxide", "carbonate", "chloride"}:
        return "cracking"
    return _STAGE_OF_FORM[material.form]


@cache
def _index(language: str) -> tuple[AhoCorasick, tuple[tuple[str, bool], ...]]:
    known = knowledge(language, "stages")
    meanings: dict[str, tuple[str, bool]] = {}
    for kind in ("products", "steps"):
        for stage, words in known[kind].items():
            meanings |= {lower(fold(word)): (stage, kind == "products") for word in words}
    meanings |= {lower(fold(word)): ("", False) for word in known.get("others", ())}
    texts = sorted(meanings)
    automaton = AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return automaton, tuple(meanings[text] for text in texts)
