"""Who speaks in Chinese: officers of a company, persons by the name that an office introduced, speakers without a name.

"副总经理沈红介绍说 … 沈红还说 …": the word is the company's that the office is of, and the name alone stands for it afterwards.
"一家磁材企业的采购负责人表示": the office of a firm that nobody names is nobody's word.
"""

from pipelines.enrich.events.document import Document
from pipelines.enrich.events.people import NOT_SPEAKERS, Voice
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.reading import Mention

ADVERBS = 3  # at most, between a speaker and the verb: 昨日也表示
SURNAME = 5  # characters of a foreign name's last part
REACH = 60  # characters before a verb of speech in which its speaker stands


class Officers:
    """The offices and names of one document, for a language whose words have no borders."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.known: dict[str, Voice] = {}
        self.unwritten = unwritten(document.language)

    def beside(  # noqa: PLR0911  a ladder: the nearest that the text gives
        self, start: int, verb: int, spoken_of: Mention | None
    ) -> Voice | None:
        """Who stands right before a verb of speech: a name known from an office, or the holder of an office in a company."""
        document, grammar = self.document, self.document.grammar
        start = max(start, verb - REACH)
        words = document.low[start:verb].strip(grammar.quotation)
        for _ in range(ADVERBS):
            manner = grammar.manner.search(words)
            if manner is None:
                break
            words = words[: manner.start()]
        if words in self.known:
            return self.known[words]
        found = grammar.officer.search(words)
        if found is None:
            if (house := self._house(words, start, verb)) is not None:
                return house
            is_known = 0 < len(words) <= SURNAME and document.low.find(f"·{words}", 0, start) >= 0
            return Voice(None, words, True) if is_known else None  # 金说: 马德琳·金
        if grammar.nobody_named.search(words, 0, found.start()):
            return Voice(None, words, False)
        named = [m for m in document.mentions.within(start, verb) if m.type not in NOT_SPEAKERS]
        if not named and (body := self.unwritten.institution.search(words, 0, found.start())):
            return Voice(None, body["name"], True, is_office=True)
        whose = named[-1] if named else spoken_of
        if whose is None or whose.type != "company":
            return None
        voice = Voice(whose, whose.surface, True)
        if found["name"]:
            self.known[found["name"]] = self.known[found["name"].rpartition("·")[2]] = voice
        return voice

    def _house(self, words: str, start: int, verb: int) -> Voice | None:
        """A paper, or the house of an analyst, that no register knows (《矿业导报》, 中信证券分析师李明)."""
        found = self.unwritten.house_named.search(words)
        if found is None or self.document.mentions.any_within(start, verb):
            return None
        name = found["paper"] or found["latin"] or found["name"]
        at = self.document.low.find(name, start)
        return Voice(None, self.document.text[at : at + len(name)], True)
