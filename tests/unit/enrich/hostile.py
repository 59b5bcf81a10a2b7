"""Texts that nobody writes and everybody meets: what the modules of enrichment must read without harm, and in linear time."""

from hypothesis import strategies as st

PIECES = [
    "Rare earths", "稀土", "2026", "3 000", "1,200.5", "５６．２", "万吨", "tonnes", "a year", "par an", "$", "€", "Nov.", "le 12",
    "janvier",
    "第四季度", "年底", "“", "”", "« ", " »", "(", ")", "【", "】", ">>", "》",
    "|", ">", "http://x.y", "U.S.", "Inc.", ".", "。", "!", "?", "…",
    "\n", "\r\n", "\u2028", "\x00", "\u200f", "\u202e", "\ud800", "\udfff", "😀",
    "e\u0301", "İ", "ﬁ",
    "\u00a0", "\u3000", "-", "—", "~", "%", "至",
]  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=80),
)
languages = st.sampled_from(["en", "fr", "zh", "de", "", "xx"])

MEGABYTE = 1_000_000
HUGE = [
    "a" * MEGABYTE,
    "1" * MEGABYTE,
    "1," * (MEGABYTE // 2),
    "1 " * (MEGABYTE // 2),
    " " * MEGABYTE,
    "\n" * MEGABYTE,
    "." * MEGABYTE,
    "。" * MEGABYTE,
    "(" * MEGABYTE,
    "A. " * (MEGABYTE // 3),
    "5 tonnes of " * (MEGABYTE // 12),
    "年产3万吨" * (MEGABYTE // 6),
    "from 2025 to " * (MEGABYTE // 13),
    "le 3 mars " * (MEGABYTE // 10),
    "> > " * (MEGABYTE // 4),
    "\u202e😀\ud800" * (MEGABYTE // 3),
]

# What repeats in a text that was made to hurt: the reading of twice as much takes twice as long.
REPEATED = [
    "1", "12 345 ", "5 tonnes of ", "5-10 tonnes ", "年产3万吨", "US$5 million ", "5% ", "from 5 to 6 tonnes ", "51% stake and ",
    "on 3 March 2026 ", "2026年3月4日", "last month ", "in 2026 to 2027 ", "the year to ",
    "Lynas Rare Earths ", "MP ", "Neo ", "北方稀土", "Foo Ltd ", "某某有限公司",
    "Lynas opened a plant in Texas. ", "Lynas opened a plant in Texas and ", "北方稀土新建工厂投产，", "It opened the company. ",
    "neodymium oxide, ", "NdNd2O3/", "multiply by 1.17 oxide ", "according to the ", "“said ”", "U.S. ",
    "(", "【", "😀", "\u202e\u200fabc ", "a\n", " - ", "Home > ", "> > ", " ", "\n", ". ", "。", "\u202e😀\ud800",
    "Lynas 在 Texas 投产 5 tonnes, dit-il. ",
]  # fmt: skip
