"""Sections: lines that name a company and nothing else ("◆ Lynas", "二、北方稀土（600111）", "【大地熊】…"): what follows is about it.

A line of its own stands above all paragraphs up to the next such line; a label opens its paragraph alone.
"""

from pipelines.enrich.events.document import Document
from pipelines.enrich.reading import Mention, Sentence

SHORT = 24  # characters of a line that may head a section without a company ("◆ 会后")
OPENING = 40  # characters of a line in which its label stands


class Sections:
    """Whom the paragraphs of one document are about, where lines above or before them say so."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.headed: Mention | None = None  # by the last line of its own

    def of(self, sentence: Sentence) -> tuple[Mention | None, bool]:
        """(the company that the line of a paragraph's first sentence names, whether the line says whom what follows is about)."""
        text, grammar = self.document.text, self.document.grammar
        start = text.rfind("\n", 0, sentence.start) + 1
        stop = text.find("\n", sentence.start)
        line = text[start : stop if stop >= 0 else len(text)]
        lead = grammar.section_mark.match(line)
        at = start + (lead.end() if lead else 0)
        named = next((m for m in self.document.mentions.within(at, at + 1) if m.type == "company" and not m.is_anaphor), None)
        if named is None:
            is_marked = lead is not None and (lead.end() or grammar.has_borders)
            if is_marked and len(line) <= SHORT and not grammar.section_label.search(line):
                self.headed = None
                return None, True
            return self.headed, False
        after = grammar.section_end.match(text, named.end, start + min(len(line), OPENING + len(named.surface)))
        if after is None:
            return self.headed, False
        if after.end() - start >= len(line.rstrip()):
            self.headed = named
            return named, True
        return (named, True) if after["ends"] else (self.headed, False)
