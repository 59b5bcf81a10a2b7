"""The accounting's part of an audit: its sums against what topics and tables hold, and the identity of each day."""

import sqlite3
from collections.abc import Iterator

from pipelines.audit_findings import Audit, Day, Finding, StageCount
from pipelines.audit_scan import Looked
from pipelines.flow import TABLES, Stage, clean, quarantine, raw, valid

GONE = ("landed", "duplicate", "rejected")


class Sums:
    """The sums of one record over its scratch paper."""

    def __init__(self, db: sqlite3.Connection, record: str, looked: Looked, found: Audit) -> None:
        self._db, self.record, self.looked, self.found = db, record, looked, found
        self.first = TABLES[record][0]

    def run(self) -> None:
        """Check the sums, and count each stage."""
        self._accounting()
        self._stages()

    def _count(self, query: str, *values: object) -> int:
        return int(self._db.execute(query, values).fetchone()[0] or 0)

    def _accounting(self) -> None:
        """The sums of the table against what the topics hold up to where the table has read them, and the identity of each day."""
        counted = {(day, outcome): n for day, outcome, n in self._counted()}
        summed = dict(self._summed())
        names = dict(self._named())
        of_topic = {"pulled": raw, "replayed": raw, "validated": valid, "enriched": clean, "landed": clean, "duplicate": clean}
        for day, outcome in sorted(counted.keys() | summed.keys()):
            said, seen = summed.get((day, outcome), 0), counted.get((day, outcome), 0)
            source, day_on = names[day]
            topic = of_topic.get(outcome, quarantine)
            if said > seen and not self.looked.is_whole(topic(self.record)):
                where = f"{source} {day_on} {outcome}"
                self.found.not_provable.append(f"{where}: the accounting says {said}, {topic(self.record)} still holds {seen} of them")
            elif said != seen:
                what = f"{source} {day_on} {outcome}: the accounting says {said}, {topic(self.record)} and the tables say {seen}"
                self.found.findings.append(Finding("accounting", what, abs(said - seen)))
        for day, (source, day_on) in names.items():
            sums = {o: summed.get((day, o), 0) for o in ("pulled", "replayed", *GONE)}
            pending = sums["pulled"] + sums["replayed"] - sum(sums[o] for o in GONE)
            if any(sums.values()):
                self.found.days.append(Day(self.record, source, day_on, **sums, pending=pending))
            if pending < 0:
                what = f"{source} {day_on}: {-pending} records more were landed, duplicate or rejected than came in"
                self.found.findings.append(Finding("accounting", what, -pending))
        self._rows_of_sources(summed, names)

    def _rows_of_sources(self, summed: dict[tuple[int, str], int], names: dict[int, tuple[str, str]]) -> None:
        """Landed records by the accounting against the rows of the table: can be proven without any topic."""
        landed: dict[str, int] = {}
        for (day, outcome), n in summed.items():
            if outcome == "landed":
                landed[names[day][0]] = landed.get(names[day][0], 0) + n
        for source, said in landed.items():
            seen = self._count("SELECT count(*) FROM landed WHERE source = ?", source)
            if seen < said:
                what = f"{source}: the accounting says that {said} records landed, the table has {seen}"
                self.found.findings.append(Finding(self.first, what, said - seen))

    def _named(self) -> Iterator[tuple[int, tuple[str, str]]]:
        for day, source, day_on in self._db.execute("SELECT day, source, day_on FROM days ORDER BY source, day_on"):
            yield day, (source, day_on)

    def _summed(self) -> Iterator[tuple[tuple[int, str], int]]:
        for day, outcome, n in self._db.execute("SELECT day, outcome, sum(records) FROM accounting GROUP BY day, outcome"):
            yield (day, outcome), n

    def _counted(self) -> Iterator[tuple[int, str, int]]:
        """What the accounting must say: records of the topics that are before where it has read them."""
        before = "JOIN reached c ON c.what = 'accounting {0}' AND c.part = t.part AND t.at < c.offset"
        is_rejected = "EXISTS (SELECT 1 FROM quarantine q WHERE q.part = t.part AND q.place = t.place AND q.stage = 'land')"
        is_landed = "EXISTS (SELECT 1 FROM landed l WHERE l.key = t.key AND l.part = t.part AND l.place = t.place)"
        queries = {
            "raw": "SELECT day, iif(attempt = 1, 'pulled', 'replayed') AS outcome, count(*) FROM raw t {0} GROUP BY 1, 2",
            "valid": "SELECT day, 'validated', count(*) FROM valid t {0} GROUP BY day",
            "quarantine": "SELECT day, 'rejected', count(*) FROM quarantine t {0} GROUP BY day",
            "clean": f"SELECT day, iif({is_landed}, 'landed', 'duplicate'), count(*) FROM clean t {{0}}"  # noqa: S608 - fixed words
            f" WHERE NOT {is_rejected} GROUP BY 1, 2",
        }
        for name, query in queries.items():
            yield from self._db.execute(query.format(before.format(name)))
        enriched = f"SELECT day, 'enriched', count(*) FROM clean t {before.format('clean')} WHERE NOT {is_rejected} GROUP BY day"  # noqa: S608
        yield from self._db.execute(enriched)

    def _stages(self) -> None:
        """in, out, rejected and waiting of each stage, from the topics."""
        for verb, source, target in (("validate", "raw", "valid"), ("enrich", "valid", "clean"), ("land", "clean", None)):
            mark = verb if target else self.first
            behind = "JOIN reached c ON c.what = ? AND c.part = t.part AND t.at >= c.offset"
            waiting = self._count(f"SELECT count(*) FROM {source} t {behind}", mark)  # noqa: S608 - three words
            rejected = self._count("SELECT count(*) FROM quarantine WHERE stage = ?", verb)
            taken = self._count(f"SELECT count(*) FROM {source}")  # noqa: S608 - three words
            out = self._count(f"SELECT count(*) FROM {target}") if target else taken - rejected - waiting  # noqa: S608
            self.found.stages.append(StageCount(Stage(verb, self.record).name, taken, out, rejected, waiting))
