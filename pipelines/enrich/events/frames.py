"""Frames: what a clause must hold to tell an event of a type. The frames themselves are data, for all languages."""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.lexicon import ATTR, FINITE, VERB, Mark, bits, mask_of

_OPTIONAL = frozenset({"supply_market_only"})


class Frame(Struct, frozen=True):
    """A way to tell an event: an anchor, groups of concepts beside it, and what must be absent."""

    name: str
    type: str
    anchor: int
    groups: tuple[int, ...]
    some: int  # one of these as well; 0: nothing more
    absent: int
    is_dated: bool  # planned or targeted with a date, the news is the date
    is_whole: bool  # of a market: needs neither actor nor site
    tense: str | None
    object: str | None
    governs: int = 0  # the noun that the anchor goes with must be one of these; 0: any


class Fit(Struct, gc=False):
    """A frame that a clause fits, and the word that it fits by."""

    frame: Frame
    anchor: Mark


def _frame(row: dict[str, Any]) -> Frame:
    known = bits()
    absent = [name for name in row.get("without", ()) if name in known]
    groups = tuple(mask_of(*group) for group in row.get("with", ()) if group)
    return Frame(
        row["name"], row["type"], mask_of(*row["anchor"]), groups, mask_of(*row.get("any", ())), mask_of(*absent),
        row.get("dated", False), row.get("whole", False), row.get("tense"), row.get("object"),
        mask_of(*row.get("governs", ())),
    )  # fmt: skip


@cache
def frames() -> tuple[Frame, ...]:
    """All frames, first the one that wins."""
    table = tomllib.loads(files(__package__).joinpath("frames.toml").read_text(encoding="utf-8"))
    return tuple(_frame(row) for row in table["frame"])


@cache
def anchors() -> int:
    """All concepts that a frame may be anchored by."""
    found = 0
    for frame in frames():
        found |= frame.anchor
    return found


@lru_cache(maxsize=4096)  # few sets of anchors come together, while the concepts of a clause are nearly always its own
def _anchored(concepts: int) -> tuple[Frame, ...]:
    return tuple(frame for frame in frames() if concepts & frame.anchor)


@lru_cache(maxsize=4096)
def fitting(concepts: int, context: int) -> tuple[Frame, ...]:
    """Frames whose concepts are all among `concepts`; those of `any` may be in `context` as well."""
    found = []
    for frame in _anchored(concepts & anchors()):
        if concepts & frame.absent or (frame.some and not (concepts | context) & frame.some):
            continue
        for group in frame.groups:
            if not concepts & group:
                break
        else:
            found.append(frame)
    return tuple(found)


def fits(clause: Clause, outside: int = 0, context: int = 0) -> list[Fit]:
    """The frames that the clause fits, best first, each with its anchor.

    `outside` lends concepts of the sentence, `context` those of the text before.
    """
    found = []
    for frame in fitting(clause.concepts | outside, context):
        anchor = _anchor(frame, clause)
        if anchor is not None:
            found.append(Fit(frame, anchor))
    return found


def _anchor(frame: Frame, clause: Clause) -> Mark | None:
    """The anchor: a word of the clause that is not the only one to fill a group; verbs go before nouns, the first before the next."""
    best: Mark | None = None
    for mark in clause.marks:
        if not mark[2] & frame.anchor:
            continue
        if _fills_alone(mark, frame, clause) or (frame.governs and not _governs(frame, mark, clause)):
            continue
        if mark[2] & IN_PROGRESS & frame.anchor:
            return mark
        is_better = best is None or (mark[3] and (not best[3] or best[3] & ATTR & ~mark[3]))
        if is_better or (best and _yields(best, clause) and mark[3] & FINITE and not mark[2] & SAY):
            best = mark
    return best


def _yields(mark: Mark, clause: Clause) -> bool:
    """Whether the verb only says that the deed was told of, or is a participle before the clause's subject."""
    opens = bool(mark[3]) and not mark[3] & FINITE and mark[0] - clause.start < OPENING
    return bool(mark[3] and mark[2] & SAY) or (opens and not mark[3] & VERB)


def _fills_alone(mark: Mark, frame: Frame, clause: Clause) -> bool:
    """Whether some group of the frame would be empty without this very word, which is a verb: one verb cannot be both."""
    if not mark[3] or mark[3] & VERB:
        return False
    for group in frame.groups:
        if mark[2] & group & ~frame.anchor == 0:
            continue
        if not any(other[2] & group for other in clause.marks if other is not mark):
            seen = clause.concepts & group & _SEEN_MASK
            if not seen:
                return True
    return False


def _governs(frame: Frame, mark: Mark, clause: Clause) -> bool:
    """Whether the noun that the verb goes with is one that the frame wants: the next after it, else the first before it."""
    rivals = OF_POLICY if frame.type == "policy_control" else OF_PLANTS
    nouns = [m for m in clause.marks if m[2] & rivals and m is not mark]
    after = [m for m in nouns if m[0] >= mark[0]]
    if after and after[0][0] - mark[1] < NEAR:
        head = after[0]
        for following in after[1:]:  # of a compound the last word says what it is
            if following[0] > head[1] + 1:
                break
            head = following
        return bool(head[2] & frame.governs)
    before = next((m for m in nouns if m[0] < mark[0]), None)
    if before is not None:
        for following in nouns:  # of a compound the last word: "recycling line", 回收生产线
            if before[1] <= following[0] <= before[1] + 1 and following[1] <= mark[0]:
                before = following
    chosen = before or (after[0] if after else None)
    return chosen is None or bool(chosen[2] & frame.governs)


OF_PLANTS = mask_of("plant", "mine", "project", "construction", "production", "ramp")
OF_POLICY = mask_of("control", "quota", "tariff", "stockpile", "demand", "supply_market", "price", "permit", "listing")
IN_PROGRESS = mask_of("in_progress")
SAY = mask_of("say")
OPENING = 3  # characters of a clause before a participle that opens it
NEAR = 40  # characters between a verb and its object
_SEEN_MASK = mask_of(*(name for name in bits() if name.startswith("@")))
