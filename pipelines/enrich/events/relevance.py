"""Relevance: whether a text, and a sentence of it, speaks of the chain at all."""

from collections.abc import Iterable

from pipelines.enrich.events.document import Document
from pipelines.enrich.reading import MaterialMention, Mention
from pipelines.reference import register

BULK = frozenset({"Cu", "Ni", "Li", "Co", "Mn", "Ti", "Mg", "V", "Zr"})  # traded by everybody: half evidence
DENSE = {"zh": 110}  # characters for one word of the chain, in a text that is about it
DENSE_WRITTEN_WITH_SPACES = 300
ENOUGH = 2.0


class Relevance:
    """How much of the chain a text holds."""

    def __init__(self, document: Document) -> None:
        weight = _weight(document.materials, document.mentions) + _of_signer(document.found.publisher)
        self.is_chain = _is_enough(weight, document.text, document.language)
        reach = _reach(document.language)
        self.is_of_steps = (weight + len(document.stages)) * reach >= len(document.text)  # of who is in the chain, by what he does
        self.is_dense = weight * reach >= len(document.text)


def speaks_of_chain(
    text: str, language: str, materials: Iterable[MaterialMention], mentions: Iterable[Mention], signer: str | None = None
) -> bool:
    """Whether a text that names these, or that this company signs, speaks of the chain; in any other no events are read."""
    named = (m for m in mentions if not (m.in_title or m.in_removed))
    return _of_signer(signer) >= ENOUGH or _is_enough(_weight(materials, named), text, language)


def _reach(language: str) -> int:
    return DENSE.get(language, DENSE_WRITTEN_WITH_SPACES)


def _is_enough(weight: float, text: str, language: str) -> bool:
    """Two words of the chain, or one in a text of no more than a sentence or two."""
    return weight >= ENOUGH or (weight >= 1.0 and len(text) <= _reach(language))


def _of_signer(signer: str | None) -> float:
    """What it weighs that a company of the chain speaks for itself, even where its answers say no more than 公司."""
    entity = register().entities.get(signer or "")
    return ENOUGH if entity and entity.type == "company" and entity.stages else 0.0


def _weight(materials: Iterable[MaterialMention], mentions: Iterable[Mention]) -> float:
    entities = register().entities
    weight = 0.0
    for material in materials:
        weight += 0.3 if material.material_id in BULK else 1.0
    for mention in mentions:
        entity = entities.get(mention.entity_id or "")
        if entity and not mention.is_anaphor and entity.type in {"company", "facility", "deposit"} and entity.stages:
            weight += 1.0
    return weight


def is_of_chain(entity_id: str | None) -> bool:
    """Whether the register knows the name as a company or a site of the chain."""
    entity = register().entities.get(entity_id or "")
    return bool(entity and entity.type in {"company", "facility", "deposit"} and (entity.stages or entity.materials))
