"""Every regular expression that reading compiles."""

import subprocess
import sys

COMPILED = """
import gc, re
from re import _parser as parser
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

for text in (
    "Acme Ltd has agreed to buy 1,200 tonnes of neodymium oxide from Other Ltd for $30 million.",
    "Acme SA a mis en service le 12 mars 2026 son usine de 1 200 tonnes d'oxyde de néodyme par an. Elle vend du néodyme.",
    "某某稀土有限公司2026年3月12日公告称，拟投资3亿元建设年产1200吨氧化钕项目。",
):
    assert read(Page("x", text)).events, text
compiled = [one for one in gc.get_objects() if isinstance(one, re.Pattern) and isinstance(one.pattern, str)]
assert len(compiled) > 500, len(compiled)
for one in compiled:
    parsed = repr(parser.parse(one.pattern, one.flags).data)
    if "POSSESSIVE_REPEAT" in parsed or "ATOMIC_GROUP" in parsed:
        print(one.pattern)
"""


def test_no_expression_gives_up_its_way_back() -> None:
    """Python before 3.11.5 loses the groups inside possessive repeats and atomic groups, and ends in a SystemError."""
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=False)  # alone: libraries have such
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
