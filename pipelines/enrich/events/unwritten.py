"""Patterns for what a language without word borders or forms tells by the words beside a word; other languages have none of them."""

import re
from functools import cache

from msgspec import Struct

from pipelines.enrich.knowledge import knowledge

NEVER = re.compile("(?!)")


class Unwritten(Struct, frozen=True):
    """The table `unwritten` of a language's grammar, compiled; what it leaves out never matches."""

    unsaid: re.Pattern[str] = NEVER  # before a verb of speech: nothing was said (没有回复)
    weighs: re.Pattern[str] = NEVER  # before a verb that gives up: it is only thought of (考虑放弃)
    to_come: re.Pattern[str] = NEVER  # a clause about a market that speaks of what is to come (还会涨, 往后)
    own_rate: re.Pattern[str] = NEVER  # of one's own plant, not of the market (自有矿山开工率)
    span_of_chain: re.Pattern[str] = NEVER  # "from ore to oxide": no one step
    names_a_day: re.Pattern[str] = NEVER  # a clause that only names what has a date (…的目标日期)
    aims: re.Pattern[str] = NEVER  # a date of this kind is aimed at
    in_period: re.Pattern[str] = NEVER  # "in the period under report"
    compiler: re.Pattern[str] = NEVER  # before the name of who only wrote a text down
    house_of_analysts: re.Pattern[str] = NEVER  # the name of one
    house_named: re.Pattern[str] = NEVER  # a paper, or whose analyst speaks, outside the register
    institution: re.Pattern[str] = NEVER  # a body outside the register, before the office of who speaks for it
    output_heading: re.Pattern[str] = NEVER  # a line that tells the unit of what was produced
    compared_with: re.Pattern[str] = NEVER  # right before a time: a figure of now is compared with it
    holds: re.Pattern[str] = NEVER  # says who holds a part of a firm
    report_title: re.Pattern[str] = NEVER  # of a report of a year or a part of it
    whom: re.Pattern[str] = NEVER  # a clause that only says to whom a rule applies
    parent_of_next: re.Pattern[str] = NEVER  # between a parent and its part that takes part in its stead
    firm: re.Pattern[str] = NEVER  # a firm outside the register that a sentence opens with, before its verb of speech
    states: re.Pattern[str] = NEVER  # a reporter's question states what somebody else announced before it asks


@cache
def unwritten(language: str) -> Unwritten:
    """The patterns of `language`."""
    table = knowledge(language, "grammar").get("unwritten", {})
    return Unwritten(**{name: re.compile(pattern) for name, pattern in table.items()})
