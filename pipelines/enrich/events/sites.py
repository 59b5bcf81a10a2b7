"""Sites: where an event takes place, by its own words or the text before."""

import re

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.discourse import PLANT, Discourse, parent_of
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.kinds import OF_PLANTS
from pipelines.enrich.events.parts import Cast
from pipelines.enrich.events.told import Told
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Mention
from pipelines.reference import register

FACTORY, AT_A_DEPOSIT = mask_of("plant"), mask_of("mine", "project", "resource", "study", "drilling")
NAMED_SO = re.compile(r"[\s«“\"]*[A-ZÀ-Þ][\w'’-]{3,}(?:\s[A-ZÀ-Þ][\w'’-]+)?\s(?:est|sera|reste|is|will be|remains)\s")
BEHIND = 60  # characters in which a name before a relative clause stands
APART = 3  # characters between that name and the clause
OPENING = 4  # characters before the name of a sentence's topic
CARRIED = frozenset({"facility_change", "production_milestone", "schedule_guidance", "resource_study"})
STAKE = 40  # characters before a project in which the part of it is named
WITHOUT_SITE = frozenset({"ownership_change", "policy_control", "price_move", "market_assessment"})


class Sites:
    """The sites of the events of one document."""

    def __init__(self, document: Document, discourse: Discourse, own_release: Mention | None) -> None:
        self.document, self.discourse, self.own_release = document, discourse, own_release

    def of(self, told: Told, found: Cast) -> str | None:  # noqa: PLR0911, PLR0912  a ladder: the nearest that the text gives
        """The site of an event, or None where the text gives none."""
        if told.type == "ownership_change":  # an interest in a deposit
            grammar, low = self.document.grammar, self.document.low
            owned = [
                s
                for s in told.clause.sites
                if grammar.interest_in.match(low, s.end) or grammar.stake_before.search(low, max(0, s.start - STAKE), s.start)
            ]
            return owned[0].entity_id if owned else None
        if told.type in WITHOUT_SITE:
            return None
        if told.type == "supply_agreement":
            return self._source(told, found)
        antecedent = self._antecedent(told)
        if antecedent:
            return antecedent
        for clause in told.domain:
            sites = [s for s in clause.sites if s.entity_id]
            sites = [s for s in sites if not s.is_anaphor] or sites
            if sites:
                return min(sites, key=lambda s: abs(s.start - told.fit.anchor[0])).entity_id
        if told.type == "resource_study" and self.discourse.deposit is not None:
            deposit = self.discourse.deposit
            fits = found.operator is None or parent_of(deposit.entity_id) in {None, found.operator.entity_id}
            return deposit.entity_id if fits else None
        if told.type == "disruption" and not any(c.concepts & PLANT for c in told.domain):
            return None
        if told.type == "superlative_claim" and not told.clause.concepts & PLANT:  # of the whole company
            return None
        named = NAMED_SO.match(self.document.text, told.clause.start) if told.type == "superlative_claim" else None
        if named and not self.document.mentions.any_within(*named.span()):
            return None  # of a mine that no register knows
        if told.type in OF_PLANTS and self.discourse.site is not None and self._is_there(told):
            return self.discourse.site.entity_id
        if told.type in OF_PLANTS or told.type == "resource_study":
            site = self.discourse.site_for(told.clause, found.operator)
            return None if self._is_of_a_plant(told, site) else site
        if told.type in {"financing", "permit"} and told.clause.concepts & PLANT:
            site = self.discourse.site_for(told.clause, found.operator)
            return site if self.discourse.definite(told.clause) and not self._is_of_a_plant(told, site) else None
        return None

    def _is_of_a_plant(self, told: Told, site_id: str | None) -> bool:
        """Whether the clause speaks of a plant, and the site spoken of before is only a deposit: "start-up of that plant" is elsewhere."""
        site = register().entities.get(site_id or "")
        is_deposit = site is not None and site.type == "deposit"
        return is_deposit and any(m[2] & FACTORY for m in told.clause.marks) and not any(m[2] & AT_A_DEPOSIT for m in told.clause.marks)

    def _antecedent(self, told: Told) -> str | None:
        """The site that a relative clause right behind its name is about (« L'usine de Narva, que Neo a ouverte … »)."""
        if not told.clause.is_relative or told.type not in OF_PLANTS or told.clause.sites or not self.document.grammar.has_borders:
            return None
        start = told.clause.start
        named = [m for m in self.document.mentions.within(max(0, start - BEHIND), start + 2) if m.end <= start + 2]
        last = max(named, key=lambda m: m.end, default=None)
        is_site = last is not None and last.type in {"facility", "deposit"} and start - last.end <= APART
        return last.entity_id if last is not None and is_site else None

    def _is_there(self, told: Told) -> bool:
        """Whether a pronoun stands for the place spoken of (« y a été mis en route »)."""
        return bool(self.document.grammar.there.search(self.document.low, told.clause.start, told.clause.end))

    def topic(self, told: Told, parts: list[Clause]) -> str | None:
        """The site that a Chinese sentence opens with, which its later clauses leave out; in other languages the only one before."""
        if self.document.grammar.has_borders:
            return self._of_sentence(told, parts)
        if told.type not in OF_PLANTS | {"permit"} or any(c.organisations for c in told.domain):
            return None
        earlier = [c for c in parts if c.start < told.clause.start and c.sites]
        sites = {s.entity_id for c in earlier for s in c.sites}
        is_topic = bool(earlier) and earlier[0] is parts[0] and parts[0].sites[0].start - parts[0].start <= OPENING
        return next(iter(sites)) if len(sites) == 1 and (is_topic or told.type == "permit") else None

    def _of_sentence(self, told: Told, parts: list[Clause]) -> str | None:
        """The one site that the clauses before speak of, where this one goes on about it (« … pour Nolans ; la construction, elle, … »)."""
        if told.type not in CARRIED or not told.clause.index or told.clause.organisations or self.discourse.definite(told.clause) is False:
            return None
        earlier = [c for c in parts if c.start < told.clause.start]
        sites = {s.entity_id for c in earlier for s in c.sites}
        places = [m for m in self.document.mentions.within(told.clause.start, told.clause.end) if m.type == "place"]
        return next(iter(sites)) if len(sites) == 1 and not places else None

    def _source(self, told: Told, found: Cast) -> str | None:
        """Where the material comes from: a site that is not the buyer's."""
        actors = found.actors[0] if found.actors else ()
        buyers = {a.entity_id for a in actors if a.role == "buyer"} if len(actors) > 1 else set()  # alone it may be either
        for clause in () if told.telling.factuality == "denied" and told.fit.frame.name == "purchase_denied" else told.domain:
            for site in clause.sites:
                if site.entity_id and parent_of(site.entity_id) not in buyers - {None}:
                    return site.entity_id
        if told.telling.factuality == "denied" and not self.document.grammar.has_borders:
            return None
        suppliers = {a.entity_id for a in (found.actors[0] if found.actors else ()) if a.role == "supplier"}
        own = [s for s in self.discourse.site_ids if parent_of(s) in suppliers - {None}]
        return own[0] if self.own_release and len(own) == 1 else None
