"""Audit: proves from topics, tables and exports that every record is accounted for, and names those that are not.

For each source and day: pulled + replayed = landed + duplicate + rejected + pending. What retention took from the topics is said to be not
provable, never to be fine. It changes nothing and may run beside everything else.
"""

from collections.abc import Callable

from pipelines.audit_checks import Checks
from pipelines.audit_exports import check_exports
from pipelines.audit_findings import IDS, Audit, Finding
from pipelines.audit_scan import SCHEMA, Scan
from pipelines.audit_sums import Sums
from pipelines.flow import EVERY_TABLE
from pipelines.io.lake import Lake
from pipelines.io.objects import Objects
from pipelines.io.scratch import scratch
from pipelines.settings import Settings
from schemas.vocabulary import RECORDS


def audit(settings: Settings, on_progress: Callable[[str], None] = lambda _: None) -> Audit:
    """Audit all records, dependants and exports."""
    found = Audit()
    lake, objects = Lake.open(settings), Objects(settings)
    for record in RECORDS:
        with scratch(settings, SCHEMA) as db:
            on_progress(f"reading topics and tables of {record}")
            looked = Scan(settings, lake, objects, db).run(record)
            Checks(db, record, looked, found).run()
            Sums(db, record, looked, found).run()
    for name in EVERY_TABLE:
        on_progress(f"checking the exports of {name}")
        findings, notes = check_exports(objects, name, lake.tables[name].load())
        found.findings += [Finding(f"exports of {name}", what, len(ids) or 1, ids[:IDS]) for what, ids in findings]
        found.notes += notes
    return found
