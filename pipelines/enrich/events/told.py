"""An event as a clause tells it."""

from collections.abc import Sequence

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.factuality import Telling
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.reading import MaterialMention

QUOTAS = frozenset({"quota_stated", "quota_set", "notice_of_targets"})
STOPS = frozenset({"pause", "shutdown"})
NOW_DATED = frozenset({"planned", "targeted", "forecast"})
OF_PLANTS = frozenset({"facility_change", "production_milestone", "schedule_guidance"})


class Told(Struct, gc=False):
    """An event as a clause tells it: the frame, how it is told, and the clauses that it may draw on."""

    clause: Clause
    fit: Fit
    telling: Telling
    type: str
    domain: list[Clause]
    lender: Clause | None = None  # of a clause that leaves out what the one before named: that clause
    shared: Sequence[MaterialMention] = ()  # what other clauses of the sentence say of the product
