"""The patterns of a language's grammar, `[groups]` of `languages/*/grammar.toml`: what each of them tells.

A pattern that a language leaves out never matches: it has no such words, or tells it by its forms.
"""

import re
from dataclasses import dataclass

NEVER = re.compile("(?!)")


@dataclass(frozen=True, kw_only=True)
class Forms:
    """Patterns that every language has: forms of verbs, articles, and what stands beside dates and figures."""

    passive: re.Pattern[str]  # before a verb: it is in the passive voice
    progressive: re.Pattern[str]  # before a verb: it is going on
    purpose: re.Pattern[str]  # before a verb: it is what something is for
    perfect: re.Pattern[str]  # before a verb: it is done
    question: re.Pattern[str]  # ends a sentence that asks
    annual: re.Pattern[str]  # beside a figure: a year's
    old_value: re.Pattern[str]  # before a figure: what was before the change
    total: re.Pattern[str]  # before a figure: the sum of others
    until: re.Pattern[str]  # before a date: until then
    since: re.Pattern[str]  # before a date: from then on
    unnamed: re.Pattern[str]  # opens a clause whose subject has no name
    that: re.Pattern[str]  # after a verb of speech: what is said begins
    quoted: re.Pattern[str]  # before a verb of speech: right after a quotation
    parts_follow: re.Pattern[str]  # the figures after it are parts of the one before
    indefinite: re.Pattern[str]  # before a noun that was not told of yet
    definite: re.Pattern[str]  # before a noun that was told of
    copula: re.Pattern[str]  # before a noun that says what something is


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Patterns of who speaks; a language may leave each of them out."""

    turn: re.Pattern[str] = NEVER  # opens a line in which somebody else speaks
    turn_named: re.Pattern[str] = NEVER  # a sentence that only names who speaks from there on, and his house
    reported: re.Pattern[str] = NEVER  # before a verb: somebody has told it
    hearsay: re.Pattern[str] = NEVER  # before a verb: nobody's word
    source: re.Pattern[str] = NEVER  # before a verb of speech: whose word it is
    proper: re.Pattern[str] = NEVER  # a name in a script of its own
    aside: re.Pattern[str] = NEVER  # between a verb of speech and the speaker after it
    told_to: re.Pattern[str] = NEVER  # whom the speaker after it tells
    speaker_name: re.Pattern[str] = NEVER  # of a speaker outside the register, after the verb
    they: re.Pattern[str] = NEVER  # a pronoun and what may stand between it and its verb
    its: re.Pattern[str] = NEVER  # "its", of a name that may come after
    invites: re.Pattern[str] = NEVER  # says that somebody is asked
    proceedings: re.Pattern[str] = NEVER  # titles of what was said before an authority
    answer: re.Pattern[str] = NEVER  # who answers in an interview, before a colon
    they_say: re.Pattern[str] = NEVER  # « dit-on »: nobody's word
    rumour: re.Pattern[str] = NEVER  # the same, where the sentence names nobody else
    rivals: re.Pattern[str] = NEVER  # "its competitors": not itself
    chair: re.Pattern[str] = NEVER  # of a meeting, or of the company whose meeting it is
    speaks_for: re.Pattern[str] = NEVER  # between a speaker and the verb: of whose house he is
    namesakes: re.Pattern[str] = NEVER  # words that tell a name from another
    on_behalf: re.Pattern[str] = NEVER  # after a verb of speech: for whom it is said
    quoted_verb: re.Pattern[str] = NEVER  # what stands between a quotation and its speaker tells that he speaks
    own_office: re.Pattern[str] = NEVER  # "the department", of whose word a sentence is
    public_office: re.Pattern[str] = NEVER  # of no company
    opinion: re.Pattern[str] = NEVER  # « Pour Marie Blanc, économiste chez X, »
    of_another: re.Pattern[str] = NEVER  # after an authority: whose it is
    writer: re.Pattern[str] = NEVER  # "I"
    guests: re.Pattern[str] = NEVER  # a line that introduces who is asked
    offices: re.Pattern[str] = NEVER  # "the chief executive", of the company spoken of
    of_paper: re.Pattern[str] = NEVER  # "our" and what a paper has
    office: re.Pattern[str] = NEVER  # an authority outside the register
    statistics: re.Pattern[str] = NEVER  # who counts and does not assess
    board: re.Pattern[str] = NEVER  # whose consent is a plan
    house: re.Pattern[str] = NEVER  # "at X they expect": whose word a sentence is
    kind_of_authority: re.Pattern[str] = NEVER  # what kind of authority speaks
    press: re.Pattern[str] = NEVER  # papers without a name
    office_after: re.Pattern[str] = NEVER  # an authority outside the register, after its verb of speech
    public_body: re.Pattern[str] = NEVER  # in the name of who speaks: an authority or its head
    nationality: re.Pattern[str] = NEVER  # whose an authority is
    employs: re.Pattern[str] = NEVER  # after a person: whose staff he is
    officer: re.Pattern[str] = NEVER  # who speaks by his office
    manner: re.Pattern[str] = NEVER  # between who speaks and the verb
    nobody_named: re.Pattern[str] = NEVER  # before an office: whose it is stays untold
    tellers_house: re.Pattern[str] = NEVER  # a speaker whose name is only that of a kind of house
    unnamed_firm: re.Pattern[str] = NEVER  # a firm without a name


@dataclass(frozen=True, kw_only=True)
class Clauses:
    """Patterns of clauses and verbs; a language may leave each of them out."""

    infinitive: re.Pattern[str] = NEVER  # before a verb: it is an infinitive
    after_which: re.Pattern[str] = NEVER  # ends a clause that only tells when
    absolute: re.Pattern[str] = NEVER  # joins a clause whose verb is a participle
    level: re.Pattern[str] = NEVER  # after a date: only compared with
    since_then: re.Pattern[str] = NEVER  # before a date: what has held since
    resumes: re.Pattern[str] = NEVER  # where the clause that an aside broke off goes on
    joined: re.Pattern[str] = NEVER  # between a verb and one of the same subject
    done: re.Pattern[str] = NEVER  # beside a verb without forms: it is done
    nominal: re.Pattern[str] = NEVER  # after a verb that is a noun there
    object_before: re.Pattern[str] = NEVER  # before a verb: what it is done to
    about: re.Pattern[str] = NEVER  # before a verb: what it is about
    definite_any: re.Pattern[str] = NEVER  # a noun that was told of
    joined_future: re.Pattern[str] = NEVER  # "and will", before an infinitive
    no_cut: re.Pattern[str] = NEVER  # after "before" and "after": "tax", "costs"
    not_even: re.Pattern[str] = NEVER  # after "one", where there is none
    elliptic: re.Pattern[str] = NEVER  # "theirs": the thing of the clause before, of another
    latter: re.Pattern[str] = NEVER  # "the latter will supply the former with …"
    noun_of: re.Pattern[str] = NEVER  # before a verb that is a noun there
    future_form: re.Pattern[str] = NEVER  # a verb in the future tense, in the lexicon or not
    of_it: re.Pattern[str] = NEVER  # a pronoun for what was granted
    there: re.Pattern[str] = NEVER  # a pronoun for the place spoken of
    future_perfect: re.Pattern[str] = NEVER  # before a verb: it will be done
    future_then: re.Pattern[str] = NEVER  # the same before an infinitive
    negated: re.Pattern[str] = NEVER  # a verb with its negation
    respectively: re.Pattern[str] = NEVER  # parts the figures among the names before
    past_attribute: re.Pattern[str] = NEVER  # a negation before it describes a noun
    attributive: re.Pattern[str] = NEVER  # before a verb: it describes a noun
    being: re.Pattern[str] = NEVER  # before a participle: it is going on


@dataclass(frozen=True, kw_only=True)
class Matters:
    """Patterns of sites, goods, dates, prices and headings; a language may leave each of them out."""

    price_paid: re.Pattern[str] = NEVER  # of what was bought
    bought_for: re.Pattern[str] = NEVER  # between a sum that is paid and the company that is bought
    pays: re.Pattern[str] = NEVER  # right before such a sum
    spent_on: re.Pattern[str] = NEVER  # before the work that money is given for
    sum_of_above: re.Pattern[str] = NEVER  # says that figures told above are added up
    common_basis: re.Pattern[str] = NEVER  # of all the figures of a notice
    base_date: re.Pattern[str] = NEVER  # after the day of a figure that is compared with
    former: re.Pattern[str] = NEVER  # calls a plan the former one
    aside_date: re.Pattern[str] = NEVER  # right before the day of what is told aside
    former_price: re.Pattern[str] = NEVER  # right before the day of another price
    former_period: re.Pattern[str] = NEVER  # right before the period that a figure is compared with
    at_once: re.Pattern[str] = NEVER  # "with immediate effect"
    part_of: re.Pattern[str] = NEVER  # between a plant and its part
    of_rare_earths: re.Pattern[str] = NEVER  # in the name of a deposit
    interest_in: re.Pattern[str] = NEVER  # after a site that is owned in part
    goods: re.Pattern[str] = NEVER  # between a verb of buying and the goods that are bought
    output_bought: re.Pattern[str] = NEVER  # after a verb of buying: a share of what is made
    named_as: re.Pattern[str] = NEVER  # before the name that a new company is given
    put_into: re.Pattern[str] = NEVER  # production that a plant is put into is its opening
    bare_value: re.Pattern[str] = NEVER  # after a price: the new one, without its unit
    suffers: re.Pattern[str] = NEVER  # names what stops a plant from outside
    rules: re.Pattern[str] = NEVER  # introductions and rules of conduct, which tell no event
    compares: re.Pattern[str] = NEVER  # opens a clause that only compares a figure
    equivalent: re.Pattern[str] = NEVER  # before a figure that says the same of another form
    outsider: re.Pattern[str] = NEVER  # a clause whose subject is a name of no register
    owned_by: re.Pattern[str] = NEVER  # names whose a plant is
    bare_office: re.Pattern[str] = NEVER  # an office that needs no article to be that of the company spoken of
    under_deal: re.Pattern[str] = NEVER  # says by what agreement something is delivered
    deal_done: re.Pattern[str] = NEVER  # the same, after the verb: an agreement that has been signed
    act_of: re.Pattern[str] = NEVER  # before the day of a decree, which somebody recalls
    stake_in: re.Pattern[str] = NEVER  # right before the company that a part is held of
    stake_before: re.Pattern[str] = NEVER  # before a project that a part is held of
    same_goods: re.Pattern[str] = NEVER  # "the oxide": goods told of before
    other_work: re.Pattern[str] = NEVER  # work that is no plant
    heading_period: re.Pattern[str] = NEVER  # a heading that tells a period
    funds_whom: re.Pattern[str] = NEVER  # whom money is given
    section_mark: re.Pattern[str] = NEVER  # before a company in a line that names nothing else
    section_end: re.Pattern[str] = NEVER  # after such a company
    section_label: re.Pattern[str] = NEVER  # what no such line holds
