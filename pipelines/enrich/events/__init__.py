"""Events: what a text says happened, is planned or is forecast.

`read_events` goes through the sentences. A sentence without a word that tells an event costs one look. Else it is cut into
clauses; the first frame that a clause fits names the type; its word's form and the operators before it give the factuality;
the names around it give the actors by their case; figures and dates come from the clause and from neighbours that tell nothing.
"""

from pipelines.enrich.events.document import Document, Found
from pipelines.enrich.events.reader import read_events
from pipelines.enrich.events.relevance import speaks_of_chain

__all__ = ["Document", "Found", "read_events", "speaks_of_chain"]
