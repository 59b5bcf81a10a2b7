"""The one oracle of all fault tests: what must be true of topics, tables and exports, whatever was done to the parts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow.compute as pc
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import EqualTo
from pyiceberg.table import Table

from pipelines.flow import EVERY_TABLE, clean, quarantine, raw, topics_of, valid
from pipelines.io.exports import read_latest
from pipelines.io.lake import STATE, Reached, catalog_properties
from pipelines.io.objects import Objects
from pipelines.io.topics import Topics
from pipelines.settings import Settings

FED_BY = {raw: "accounting", valid: "accounting", clean: "documents", quarantine: "quarantine"}


@dataclass
class Fed:
    """What was put into the raw topic for one source."""

    source: str
    revisions: Counter[str] = field(default_factory=Counter)  # document id → different contents of it
    bad: Counter[str] = field(default_factory=Counter)  # record id → messages of it that break a rule
    messages: int | None = 0  # records published, repetitions included; None where only the accounting can tell


def complaints(settings: Settings, fed: list[Fed], *, is_drained: bool = True, mentions_each: int | None = 1) -> list[str]:
    """All that is not as it must be; empty when everything holds."""
    tables = load_tables(settings)
    found: list[str] = []
    for one in fed:
        found += _landed(tables, one, mentions_each)
        found += _quarantined(tables, one)
        found += _balanced(tables, one)
    for name, table in tables.items():
        found += _never_back(name, table)
    if is_drained:
        found += _at_the_end(settings, tables)
    found += _exports(settings, tables)
    return found


def load_tables(settings: Settings) -> dict[str, Table]:
    """All tables as they stand."""
    catalog = load_catalog(settings.namespace, **catalog_properties(settings))
    return {name: catalog.load_table((settings.namespace, name)) for name in EVERY_TABLE}


def landed(settings: Settings, source: str) -> int:
    """Documents of a source that have landed, in all revisions; 0 while nothing answers."""
    try:
        return len(_rows(load_tables(settings)["documents"], source, "document_id"))
    except (NoSuchTableError, OSError):
        return 0


def audit_findings(settings: Settings) -> list[str]:
    """What `lodestream audit` finds."""
    from pipelines.audit import audit  # noqa: PLC0415 - the tests of single faults need it not

    return [f"audit: {f.where}: {f.what} ({f.records})" for f in audit(settings).findings]


def _rows(table: Table, source: str, *names: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.scan(row_filter=EqualTo("source", source), selected_fields=names).to_arrow().to_pylist()
    return rows


def _landed(tables: dict[str, Table], fed: Fed, mentions_each: int | None) -> list[str]:
    """Each id landed in as many revisions as it has contents, numbered without gap; what depends on it agrees."""
    rows = _rows(tables["documents"], fed.source, "document_id", "revision", "text_sha256")
    counts = Counter(r["document_id"] for r in rows)
    found = _difference("documents", fed.source, fed.revisions, counts)
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row["document_id"], []).append(row["revision"])
    wrong = {i: sorted(n) for i, n in numbers.items() if sorted(n) != list(range(1, len(n) + 1))}
    found += [f"{fed.source}: revisions of documents are not counted up: {_few(wrong)}"] if wrong else []
    contents = Counter((r["document_id"], r["text_sha256"]) for r in rows)
    twice = [key for key, n in contents.items() if n > 1]
    found += [f"{fed.source}: {len(twice)} contents landed more than once: {_few(twice)}"] if twice else []
    if mentions_each is not None:
        ids = pc.is_in(tables["mentions"].scan().to_arrow()["document_id"], value_set=_strings(list(numbers)))
        mentions = tables["mentions"].scan(selected_fields=("document_id", "revision")).to_arrow().filter(ids).to_pylist()
        wanted = Counter({(r["document_id"], r["revision"]): mentions_each for r in rows})
        found += _difference("mentions", fed.source, wanted, Counter((m["document_id"], m["revision"]) for m in mentions))
    return found


def _quarantined(tables: dict[str, Table], fed: Fed) -> list[str]:
    """Each bad record stands in quarantine once for each time that it was published."""
    rows = _rows(tables["quarantine"], fed.source, "quarantine_id", "record_id", "origin_partition", "origin_offset", "stage")
    seen = Counter(r["record_id"] for r in rows)
    wanted = fed.bad
    if fed.messages is None:  # how often is not known, only which
        wanted, seen = Counter(set(wanted)), Counter(set(seen))
    found = _difference("quarantine", fed.source, wanted, seen)
    places = Counter((r["stage"], r["origin_partition"], r["origin_offset"]) for r in rows)
    twice = [place for place, n in places.items() if n > 1]
    return found + ([f"{fed.source}: {len(twice)} records stand in quarantine more than once: {_few(twice)}"] if twice else [])


def _balanced(tables: dict[str, Table], fed: Fed) -> list[str]:
    """pulled = landed + duplicate + rejected, and each is what was fed."""
    counts: Counter[str] = Counter()
    for row in _rows(tables["accounting"], fed.source, "outcome", "records"):
        counts[row["outcome"]] += row["records"]
    landed, messages, rejected = sum(fed.revisions.values()), fed.messages, sum(fed.bad.values())
    if messages is None:
        messages, rejected = counts["pulled"], len(_rows(tables["quarantine"], fed.source, "record_id"))
    good = messages - rejected
    wanted = {
        "pulled": messages, "validated": good, "enriched": good, "landed": landed, "duplicate": good - landed, "rejected": rejected,
    }  # fmt: skip
    seen = {word: counts[word] for word in wanted}
    return [] if seen == wanted else [f"{fed.source}: the accounting says {seen}, fed was {wanted}"]


def _never_back(name: str, table: Table) -> list[str]:
    """Offsets and origins in the summaries only rise, and the table's properties are not below them."""
    highest: dict[str, Reached] = {}
    found: list[str] = []
    for snapshot in sorted(table.metadata.snapshots, key=lambda s: s.sequence_number or 0):
        summary = snapshot.summary.additional_properties if snapshot.summary else {}
        states = {k: msgspec.json.decode(v, type=Reached) for k, v in summary.items() if k.startswith(STATE)}
        for key, now in states.items():
            found += _below(f"{name} snapshot {snapshot.snapshot_id} {key}", highest.get(key), now)
            highest[key] = now
    for key, last in highest.items():
        now = msgspec.json.decode(table.properties[key], type=Reached)
        found += _below(f"{name} property {key}", last, now)
    return found


def _below(where: str, before: Reached | None, now: Reached) -> list[str]:
    if before is None or before.topic_id != now.topic_id:
        return []
    pairs = ((before.offsets, now.offsets), (before.origins, now.origins))
    lost = [(k, v, b.get(k)) for a, b in pairs for k, v in a.items() if b.get(k, -1) < v]
    return [f"{where} went back: {_few(lost)}"] if lost else []


def _at_the_end(settings: Settings, tables: dict[str, Table]) -> list[str]:
    """Every table is past all that its topic holds."""
    found = []
    with Topics(settings) as topics:
        for topic in topics_of("document"):
            feeds = {clean("document"): ("documents", "mentions", "events", "witnesses"), quarantine("document"): ("quarantine",)}
            for name in (*feeds.get(topic, ()), "accounting"):
                text = tables[name].properties.get(STATE + topic)
                reached = msgspec.json.decode(text, type=Reached) if text else Reached("")
                behind = {p: (reached.next_offset(p), end) for p, end in topics.ends(topic).items() if reached.next_offset(p) < end}
                found += [f"{name} is behind in {topic}: {behind}"] if behind else []
    return found


def _exports(settings: Settings, tables: dict[str, Table]) -> list[str]:
    """What `latest.json` lists is exactly what lies there, and holds exactly the table's rows."""
    objects = Objects(settings)
    found = []
    for name, table in tables.items():
        latest = read_latest(objects, name)
        listed = {f["key"] for f in (*latest.get("files", []), *latest.get("retired", []))}
        there = {o["Key"] for o in objects.list(f"exports/{name}/")} - {f"exports/{name}/latest.json"}
        if listed != there:
            found.append(f"exports of {name}: listed and not there {_few(listed - there)}, there and not listed {_few(there - listed)}")
        rows = table.scan().count()
        if latest.get("rows", 0) != rows:
            found.append(f"exports of {name} hold {latest.get('rows', 0)} rows, the table {rows}")
    return found


def orphan_data_files(settings: Settings) -> int:
    """Data files in the warehouse that no snapshot of their table refers to: invisible to readers, and maintenance's to remove."""
    objects, orphans = Objects(settings), 0
    for table in load_tables(settings).values():
        prefix = table.location().removeprefix(f"s3://{settings.bucket}/") + "/data/"
        there = {o["Key"] for o in objects.list(prefix)}
        manifests = {m.manifest_path: m for snapshot in table.metadata.snapshots for m in snapshot.manifests(table.io)}
        entries = (e for m in manifests.values() for e in m.fetch_manifest_entry(table.io, discard_deleted=False))
        known = {e.data_file.file_path.removeprefix(f"s3://{settings.bucket}/") for e in entries}
        orphans += len(there - known)
    return orphans


def _difference(what: str, source: str, wanted: Counter[Any], seen: Counter[Any]) -> list[str]:
    missing, surplus = wanted - seen, seen - wanted
    found = [f"{source}: {sum(missing.values())} missing in {what}: {_few(missing)}"] if missing else []
    return found + ([f"{source}: {sum(surplus.values())} too many in {what}: {_few(surplus)}"] if surplus else [])


def _strings(values: list[str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.array(values, pa.string())


def _few(things: Any) -> str:
    shown = [str(thing) for thing in list(things)[:5]]
    return ", ".join(shown) + (" …" if len(things) > 5 else "")
