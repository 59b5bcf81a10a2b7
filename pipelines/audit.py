"""Audit: proves from topics, tables and exports that every record is accounted for, and names those that are not.

For each source and day: pulled + replayed = landed + duplicate + rejected + pending. What retention took from the topics is said to be not
provable, never to be fine. It changes nothing and may run beside everything else.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field, to_builtins

from pipelines.audit_exports import check_exports
from pipelines.audit_scan import SCHEMA, Looked, Scan
from pipelines.errors import NeedsPerson
from pipelines.flow import EVERY_TABLE, TABLES, Stage, clean, quarantine, raw, valid
from pipelines.io.lake import Lake
from pipelines.io.objects import Objects
from pipelines.io.scan import rows
from pipelines.io.scratch import scratch
from pipelines.settings import Settings
from schemas import CONTRACTS
from schemas.vocabulary import RECORDS

IDS = 1000  # ids that a finding lists
GONE = ("landed", "duplicate", "rejected")


class Unaccounted(NeedsPerson):
    """Records are missing, doubled, or counted wrong."""


class Finding(Struct, frozen=True):
    """Something that does not hold: where, how often, and the first ids it concerns."""

    where: str
    what: str
    records: int
    ids: list[str] = []


class Day(Struct):
    """One source on one day, as the accounting has it; `pending` is what is still on its way."""

    record: str
    source: str
    day_on: str
    pulled: int = 0
    replayed: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    pending: int = 0


class StageCount(Struct, frozen=True):
    """One stage over all that the topics hold: in = out + rejected + waiting, if nothing is lost."""

    stage: str
    taken: int
    out: int
    rejected: int
    waiting: int


class Audit(Struct):
    """What an audit found. It holds when there are no findings."""

    days: list[Day] = field(default_factory=list)
    stages: list[StageCount] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_provable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything that can be proven holds."""
        return not self.findings

    def held(self) -> dict[str, Any]:
        """JSON-able form; raises Unaccounted when it does not hold."""
        if self.findings:
            told = [f"{f.where}: {f.what} ({f.records}): {', '.join(f.ids)}" for f in self.findings]
            raise Unaccounted("the audit does not hold:\n" + "\n".join(told), "`lodestream audit` tells more; nothing was changed")
        return self.as_extra()

    def as_extra(self) -> dict[str, Any]:
        """JSON-able form."""
        plain: dict[str, Any] = to_builtins(self)
        return {"holds": self.holds, **plain}


def audit(settings: Settings, on_progress: Callable[[str], None] = lambda _: None) -> Audit:
    """Audit all records, dependants and exports."""
    found = Audit()
    lake, objects = Lake.open(settings), Objects(settings)
    for record in RECORDS:
        with scratch(settings, SCHEMA) as db:
            on_progress(f"reading topics and tables of {record}")
            _Checks(db, record, Scan(settings, lake, objects, db).run(record), found).run()
    for name in EVERY_TABLE:
        on_progress(f"checking the exports of {name}")
        findings, notes = check_exports(objects, name, lake.tables[name].load())
        found.findings += [Finding(f"exports of {name}", what, len(ids) or 1, ids[:IDS]) for what, ids in findings]
        found.notes += notes
    return found


class _Checks:
    """The checks of one record over its scratch paper."""

    def __init__(self, db: sqlite3.Connection, record: str, looked: Looked, found: Audit) -> None:
        self._db, self.record, self.looked, self.found = db, record, looked, found
        self.first = TABLES[record][0]

    def run(self) -> None:
        """All checks, what is lost first."""
        self._begins()
        self._lost()
        self._tables()
        self._dependants()
        self._contradictions()
        self._accounting()
        self._stages()

    def _find(self, where: str, what: str, query: str, *values: Any) -> None:
        """A finding of all ids that a query yields."""
        ids: list[str] = []
        n = 0
        for (i,) in self._db.execute(query, values):
            n += 1
            if len(ids) < IDS:
                ids.append(str(i))
        if n:
            self.found.findings.append(Finding(where, what, n, ids))

    def _count(self, query: str, *values: Any) -> int:
        return int(self._db.execute(query, values).fetchone()[0] or 0)

    def _begins(self) -> None:
        """From which origin on each topic can prove something: all where it still begins at 0, else above the oldest that it holds."""
        self._db.execute("CREATE TABLE floors (topic TEXT, part INT, floor INT, PRIMARY KEY (topic, part)) WITHOUT ROWID")
        for topic, offsets in self.looked.oldest.items():
            name = topic.split(".")[0]
            for part, offset in offsets.items():
                least = self._db.execute(f"SELECT min(place) FROM {name} WHERE part = ?", (part,)).fetchone()[0]  # noqa: S608 - four words
                floor = -1 if offset == 0 else least if least is not None else 2**62
                self._db.execute("INSERT INTO floors VALUES (?, ?, ?)", (name, part, floor))
            gone = {p: o for p, o in offsets.items() if o}
            if gone:
                parts = ", ".join(f"partition {p} before offset {o}" for p, o in gone.items())
                self.found.not_provable.append(f"{topic}: {parts}: retention took these records, the topic can no longer prove them")
        if self.looked.foreign:
            what = f"{self.looked.foreign} messages come from a raw topic that was made anew since"
            self.found.not_provable.append(f"{self.record}: {what}")

    def _lost(self) -> None:
        """Records that a stage has passed by its own offsets, and that are nowhere behind it."""
        is_rejected = (
            "(EXISTS (SELECT 1 FROM quarantine q WHERE q.part = r.part AND q.place = r.place AND q.stage = '{0}')"
            " OR EXISTS (SELECT 1 FROM quarantined q WHERE q.part = r.part AND q.place = r.place AND q.stage = '{0}' AND q.is_of_topic))"
        )
        for verb, source, target in (("validate", "raw", "valid"), ("enrich", "valid", "clean")):
            missing = (
                f"SELECT {{}} FROM {source} r JOIN reached c ON c.what = '{verb}' AND c.part = r.part AND r.at < c.offset"  # noqa: S608
                f" JOIN floors f ON f.topic = '{target}' AND f.part = r.part"
                f" WHERE NOT EXISTS (SELECT 1 FROM {target} t WHERE t.part = r.part AND t.place = r.place)"
                f" AND NOT {is_rejected.format(verb)} AND r.place {{}} f.floor"
            )
            self._find(f"{verb}.{self.record}", f"read, and neither passed on to {target} nor rejected", missing.format("r.id", ">"))
            n = self._count(missing.format("count(*)", "<="))
            if n:
                self.found.not_provable.append(f"{verb}.{self.record}: what became of {n} records (retention took it from {target})")
        self._find(
            self.first,
            "missing: passed by the lander, and the table has no row of that id and content",
            f"SELECT r.id FROM keys r JOIN reached c ON c.what = ? AND c.part = r.part AND r.at < c.offset"  # noqa: S608 - our own names
            f" WHERE NOT EXISTS (SELECT 1 FROM landed l WHERE l.key = r.key) AND NOT {is_rejected.format('land')}",
            self.first,
        )

    def _tables(self) -> None:
        """Rows that stand twice, or that no topic knows."""
        grouped = "SELECT id FROM landed GROUP BY {} HAVING {}"
        self._find(self.first, "doubled: the same id and content landed more than once", grouped.format("key", "count(*) > 1"))
        self._find(self.first, "doubled: the same revision stands twice", grouped.format("id, revision", "count(*) > 1"))
        self._find(self.first, "revisions are not counted from 1 without gap", grouped.format("id", "max(revision) > count(*)"))
        self._find(
            self.first,
            "row whose origin is not in the topic",
            "SELECT id FROM landed l JOIN reached o ON o.what = 'oldest clean' AND o.part = l.part AND l.at >= o.offset"
            " WHERE NOT EXISTS (SELECT 1 FROM clean c WHERE c.part = l.part AND c.place = l.place)"
            " AND NOT EXISTS (SELECT 1 FROM before b WHERE b.topic = 'clean' AND b.part = l.part AND b.at = l.at)",
        )
        self._find("quarantine", "doubled", "SELECT id FROM quarantined GROUP BY id HAVING count(*) > 1")
        self._find("decisions", "doubled", "SELECT id FROM decided GROUP BY id HAVING count(*) > 1")
        self._find(
            "quarantine",
            "missing: passed by the lander, and not in the table",
            "SELECT q.id FROM quarantine q JOIN reached c ON c.what = 'quarantine' AND c.part = q.part AND q.at < c.offset WHERE NOT EXISTS"
            " (SELECT 1 FROM quarantined t WHERE t.part = q.part AND t.place = q.place AND t.stage = q.stage AND t.is_of_topic)",
        )
        self._find(
            "decisions",
            "missing: passed by the lander, and not in the table",
            "SELECT d.id FROM decisions d JOIN reached c ON c.what = 'decisions' AND c.part = d.part AND d.at < c.offset"
            " WHERE d.id NOT IN (SELECT id FROM decided)",
        )
        if self._is_whole(quarantine):
            self._find(
                "quarantine",
                "row whose origin is not in the topic",
                "SELECT id FROM quarantined t WHERE t.is_of_topic"
                " AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.part = t.part AND q.place = t.place AND q.stage = t.stage)",
            )

    def _is_whole(self, topic: Callable[[str], str]) -> bool:
        return not any(self.looked.oldest[topic(self.record)].values())

    def _dependants(self) -> None:
        """Mentions, events and witnesses whose document and revision are not there, and rows of theirs that stand twice."""
        for name in TABLES[self.record][1:]:
            self._db.execute("CREATE TABLE dependants (id TEXT, revision INT, key TEXT PRIMARY KEY, n INT DEFAULT 1) WITHOUT ROWID")
            key = CONTRACTS[name].key
            found = ((row[0], row[1], "|".join(map(str, row))) for row in rows(self.looked.tables[name], key))
            insert = "INSERT INTO dependants (id, revision, key) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + 1"
            self._db.executemany(insert, found)
            self._find(name, "doubled rows", "SELECT key FROM dependants WHERE n > 1")
            self._find(
                name,
                f"belongs to a revision that is not in {self.first}",
                "SELECT DISTINCT id || ' revision ' || revision FROM dependants d"
                " WHERE NOT EXISTS (SELECT 1 FROM landed l WHERE l.id = d.id AND l.revision = d.revision)",
            )
            self._db.execute("DROP TABLE dependants")

    def _contradictions(self) -> None:
        """Records with two ends, and replays that were sent twice."""
        for stage, target in (("validate", "valid"), ("enrich", "clean")):
            self._find(
                f"{stage}.{self.record}",
                "both passed on and rejected",
                f"SELECT t.id FROM {target} t JOIN quarantine q USING (part, place) WHERE q.stage = ?",  # noqa: S608 - two words
                stage,
            )
        self._find(
            raw(self.record),
            "the same replay was sent more than once",
            "SELECT replay_of || ' attempt ' || attempt FROM raw WHERE replay_of IS NOT NULL"
            " GROUP BY replay_of, attempt HAVING count(*) > 1",
        )
        if self._is_whole(raw):
            self._find(
                raw(self.record),
                "replayed by its decision, and never sent",
                "SELECT replay_of || ' attempt ' || attempt FROM decisions d WHERE decision = 'replayed'"
                " AND NOT EXISTS (SELECT 1 FROM raw r WHERE r.replay_of = d.replay_of AND r.attempt = d.attempt)",
            )
        for name, topic in (("valid", valid), ("clean", clean), ("quarantine", quarantine)):
            self._find(
                topic(self.record),
                "comes from a raw record that is not in its topic",
                f"SELECT t.id FROM {name} t JOIN floors f ON f.topic = 'raw' AND f.part = t.part AND t.place >= f.floor"  # noqa: S608
                " WHERE NOT EXISTS (SELECT 1 FROM raw r WHERE r.part = t.part AND r.place = t.place)",
            )

    # -- accounting ------------------------------------------------------------------------------------------------------------

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
            if said > seen and not self._is_whole(topic):
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
