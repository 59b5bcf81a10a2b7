"""What is bought: a company or a stake, never goods."""

import re

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.lexicon import Mark, mask_of

PRODUCER = mask_of("producer")
PROPER = re.compile(r"\s*(?:(?:la |le |les |l['’])?(?:société |groupe )?)[A-ZÀ-Þ][A-ZÀ-Þa-z]")  # a name, in the register or not
BESIDE = 16  # characters between a verb and the amount that it is of
SUM = 11  # characters between "received" and the sum: "more than"
GOVERNED = 60  # characters between "sold" and the plant
COMPOUND = 12  # characters between a material and the noun that it describes
SHARED = 24  # characters between a percentage and whose it is
PLANT = mask_of("plant", "mine", "project")
BUY = mask_of("buy", "supply")
STAKE = mask_of("stake", "joint_venture", "merge")


def object_fits(document: Document, clause: Clause, fit: Fit) -> bool:  # noqa: PLR0911, PLR0912  a ladder, as above
    """What is bought is a company or a stake, not a material."""
    if fit.frame.object is None:
        return True
    anchor = fit.anchor
    if fit.frame.object == "parties":
        return len({m.entity_id or m.surface for m in clause.organisations if m.type == "company"}) > 1
    if fit.frame.object == "bought":
        return any(m[2] & BUY and m[0] >= anchor[0] and _buys_goods(document, clause, m) for m in clause.marks)
    if fit.frame.object == "sum":  # "was granted $18 million", "received some $5 million"
        return any(0 <= a.start - anchor[1] <= SUM for a in clause.amounts)
    if fit.frame.object == "plant":
        return _governs_plant(document, clause, anchor)
    if fit.frame.object == "goods":  # "finished 310 tonnes", "310 tonnes were finished"
        passive = document.grammar.passive.search(document.low[clause.start : anchor[0]])
        return any(0 <= q.start - anchor[1] < BESIDE or (passive and q.end <= anchor[0]) for q in clause.quantities)
    if any(m[2] & STAKE and not _is_of_no_company(document, clause, m) for m in clause.marks):
        return True
    if fit.frame.object == "stake":
        return False
    if anchor[3] == 0:
        return bool(clause.organisations or clause.sites)
    if clause.quantities:
        return False
    if document.grammar.passive.search(document.low[clause.start : anchor[0]]):
        return bool(clause.organisations or clause.sites)
    if document.grammar.object_before.search(document.low[clause.start : anchor[0]]) and clause.organisations:
        return True
    if (buys := _buys_goods(document, clause, anchor)) is not None:
        return not buys
    if document.grammar.output_bought.match(document.low, anchor[1]):
        return False
    if any(m[2] & PRODUCER and m[0] > anchor[1] for m in clause.marks):  # "a magnet maker"
        return True
    return any(m.start >= anchor[1] or clause.is_relative for m in (*clause.organisations, *clause.sites))


def _buys_goods(document: Document, clause: Clause, verb: Mark) -> bool | None:
    """Whether a material is right after the verb, and describes no company ("rare earths miner X"); None where none is."""
    goods = next((m for m in clause.materials if m.start >= verb[1]), None)
    if goods is None or not document.grammar.goods.match(document.low[verb[1] : goods.start]):
        return None
    return not any(m[2] & (PRODUCER | PLANT) and 0 <= m[0] - goods.end <= COMPOUND for m in clause.marks)


def _governs_plant(document: Document, clause: Clause, anchor: Mark) -> bool:
    """Whether a plant is what the verb is about ("sold its separation plant"), not where the goods come from."""
    if document.grammar.passive.search(document.low[clause.start : anchor[0]]):
        return any(m[2] & PLANT and m[1] <= anchor[0] for m in clause.marks)
    plants = [m for m in clause.marks if m[2] & PLANT]
    if not document.grammar.has_borders and any(m[1] <= anchor[0] and _is_object(document, clause, m) for m in plants):
        return True
    plant = next((m for m in plants if m[0] >= anchor[1]), None)
    between = document.low[anchor[1] : plant[0]] if plant else ""
    is_near = plant is not None and len(between) < GOVERNED
    return is_near and not any(f" {word} " in between for word in document.grammar.case_words) and bool(anchor[3])


def _is_object(document: Document, clause: Clause, mark: Mark) -> bool:
    """Whether a word is marked as the object before its verb (将其分离厂出售给…)."""
    before = document.low[clause.start : mark[0]]
    return any(before.rfind(word) >= 0 for word in document.grammar.object_markers)


def _is_of_no_company(document: Document, clause: Clause, mark: Mark) -> bool:
    """Whether a percentage is one of something else than a company (« 4 % de plus », « 5 % de X » being a stake)."""
    if not document.low.startswith("%", mark[0]):
        return False
    after = mark[1] + SHARED
    is_capital = document.low.find("capital", mark[1], after) >= 0
    is_named = any(mark[1] <= m.start < after for m in (*clause.organisations, *clause.sites))
    return not (is_capital or is_named or PROPER.match(document.text, mark[1]))
