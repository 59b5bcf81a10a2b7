"""Every regular expression that reading compiles."""

import gc
import re
from re import _parser as parser  # type: ignore[attr-defined]

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

TEXTS = {
    "en": "Acme Ltd has agreed to buy 1,200 tonnes of neodymium oxide from Other Ltd for $30 million. Acme Ltd makes NdFeB magnets.",
    "fr": "Acme SA a mis en service le 12 mars 2026 son usine de 1 200 tonnes d'oxyde de néodyme par an. Acme SA vend du néodyme.",
    "zh": "某某稀土有限公司2026年3月12日公告称，拟投资3亿元建设年产1200吨氧化钕项目。氧化镨钕价格上涨。",
}


def test_no_expression_gives_up_its_way_back() -> None:
    """Python before 3.11.5 loses the groups inside possessive repeats and atomic groups, and ends in a SystemError."""
    for language, text in TEXTS.items():
        assert read(Page(language, text)).events
    compiled = [one for one in gc.get_objects() if isinstance(one, re.Pattern) and isinstance(one.pattern, str)]
    assert len(compiled) > 500
    parsed = {one.pattern: repr(parser.parse(one.pattern, one.flags).data) for one in compiled}
    assert [pattern for pattern, data in parsed.items() if "POSSESSIVE_REPEAT" in data or "ATOMIC_GROUP" in data] == []
