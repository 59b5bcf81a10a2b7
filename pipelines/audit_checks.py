"""The checks of an audit: records that are lost, doubled, from nowhere, or have two ends."""

import sqlite3
from typing import Any

from pipelines.audit_findings import IDS, Audit, Finding
from pipelines.audit_scan import Looked
from pipelines.flow import TABLES, clean, quarantine, raw, valid
from pipelines.io.scan import rows
from schemas import CONTRACTS


class Checks:
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
        if self.looked.is_whole(quarantine(self.record)):
            self._find(
                "quarantine",
                "row whose origin is not in the topic",
                "SELECT id FROM quarantined t WHERE t.is_of_topic"
                " AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.part = t.part AND q.place = t.place AND q.stage = t.stage)",
            )

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
        if self.looked.is_whole(raw(self.record)):
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
