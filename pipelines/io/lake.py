"""The Iceberg tables: made from their contracts, appended to by commits that carry how far they reached in a topic.

A commit holds, in the snapshot's summary and as a table property, the next offset of each partition and the highest origins. It is
refused when the table no longer stands where the writer believes, so a writer that was paused cannot land anything twice.
"""

import logging
import time
import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
import pyarrow as pa
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.io.pyarrow import _dataframe_to_data_files  # no public way to name data files
from pyiceberg.table import Table
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import NeedsPerson, StaleWriter, Transient
from pipelines.io.deadline import deadline
from pipelines.settings import Settings
from schemas import CONTRACTS
from schemas.iceberg import iceberg_schema, partition_spec, sort_order

log = logging.getLogger(__name__)
STATE = "lodestream.topic."
ATTEMPTS = 6
UNKNOWN = (CommitStateUnknownException, SQLAlchemyError, OSError)
PROPERTIES = {
    "commit.retry.num-retries": "0",  # a retry of the library would land a paused writer's rows on top of its successor's
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
}


class Reached(msgspec.Struct, frozen=True):
    """How far a table has read one topic: next offsets by partition, and the highest origin by scope."""

    topic_id: str
    offsets: dict[str, int] = {}
    origins: dict[str, int] = {}

    def next_offset(self, partition: int) -> int:
        """Offset to continue from; 0 where nothing was read yet."""
        return self.offsets.get(str(partition), 0)

    def advanced(self, offsets: dict[int, int], origins: dict[str, int]) -> "Reached":
        """Merged by maximum, so that neither ever goes back."""
        return Reached(
            self.topic_id,
            self.offsets | {str(p): max(o, self.next_offset(p)) for p, o in offsets.items()},
            self.origins | {scope: max(o, self.origins.get(scope, -1)) for scope, o in origins.items()},
        )


Progress = dict[str, tuple[Reached, Reached]]  # topic → where the table stands, where the commit takes it


@dataclass(frozen=True)
class Lake:
    """All tables of a namespace."""

    settings: Settings
    catalog: Catalog
    tables: dict[str, "LakeTable"] = field(default_factory=dict)

    @classmethod
    def open(cls, settings: Settings) -> "Lake":
        """Connect to the catalog and make the tables that are missing."""
        if not settings.catalog and not settings.home.is_dir():
            remedy = "`lodestream up` makes it; or set LODESTREAM_HOME"
            raise NeedsPerson(f"nothing ran in {settings.home} yet: the folder is not there", remedy)
        with deadline(settings.deadline_seconds, "opening the catalog"), NamedErrors("opening the catalog"):
            catalog = load_catalog(settings.namespace, **catalog_properties(settings))
            catalog.create_namespace_if_not_exists(settings.namespace)
            lake = cls(settings, catalog)
            for name in CONTRACTS:
                lake.tables[name] = LakeTable(settings, catalog, name)
                lake.tables[name].ensure()
        return lake


def catalog_properties(settings: Settings) -> dict[str, str]:
    """Properties of the pyiceberg catalog: the settings', else a SQL catalog in the home."""
    store = {
        "s3.endpoint": settings.store_endpoint,
        "s3.region": settings.s3_region,
        "s3.access-key-id": settings.s3_access_key,
        "s3.secret-access-key": settings.s3_secret_key.get_secret_value(),
        "s3.connect-timeout": "5",
        "s3.request-timeout": "20",
        "warehouse": f"s3://{settings.bucket}/warehouse",
    }
    return store | (settings.catalog or {"type": "sql", "uri": f"sqlite:///{settings.home}/catalog.db"})


class LakeTable:
    """One table."""

    def __init__(self, settings: Settings, catalog: Catalog, name: str) -> None:
        self.settings, self.catalog, self.name = settings, catalog, name
        self.contract = CONTRACTS[name]
        self.identifier = (settings.namespace, name)

    def ensure(self) -> None:
        """Make the table where it is missing; raises NeedsPerson when its columns are not the contract's."""
        try:
            table = self.catalog.load_table(self.identifier)
        except NoSuchTableError:
            self._create()
            return
        there = {field.name for field in table.schema().fields}
        missing = [f.name for f in self.contract.fields if f.name not in there]
        if missing:
            with table.update_schema() as update:
                update.union_by_name(iceberg_schema(self.contract))
        surplus = there - {f.name for f in self.contract.fields}
        if surplus:
            raise NeedsPerson(f"the table {self.name} has columns that its contract does not name: {', '.join(sorted(surplus))}")

    def _create(self) -> None:
        try:
            self.catalog.create_table(
                self.identifier,
                iceberg_schema(self.contract),
                partition_spec=partition_spec(self.contract),
                sort_order=sort_order(self.contract),
                properties=PROPERTIES | {"comment": self.contract.description},
            )
        except TableAlreadyExistsError:
            log.info("the table %s was made by another process at the same time", self.name)

    def load(self) -> Table:
        """The table as it stands now; raises Transient when catalog or store do not answer."""
        doing = f"loading the table {self.name}"
        with deadline(self.settings.deadline_seconds, doing), NamedErrors(doing):
            return self.catalog.load_table(self.identifier)

    def reached(self, topic: str, topic_id: str, table: Table | None = None) -> Reached:
        """How far the table has read a topic; raises no error for a topic that it never read."""
        text = (table or self.load()).properties.get(STATE + topic)
        return msgspec.json.decode(text, type=Reached) if text else Reached(topic_id)

    def append(self, rows: pa.Table, progress: Progress) -> Table:
        """Land rows together with the progress in topics that they stand for; returns the table as it then is.

        Raises StaleWriter when the table does not stand where `progress` begins. A commit whose outcome is unknown is looked up: if
        the table stands where `progress` ends, it was applied. Before that it stands there by another writer, whose rows may be
        others. Writers of other topics may commit in between.
        """
        doing = f"committing to {self.name}"
        is_unknown = False
        with deadline(self.settings.deadline_seconds, doing):
            for attempt in range(ATTEMPTS):
                table = self.load()
                now = {topic: self.reached(topic, before.topic_id, table) for topic, (before, _) in progress.items()}
                if is_unknown and all(now[topic] == after for topic, (_, after) in progress.items()):
                    return table
                for topic, (before, _) in progress.items():
                    if now[topic] != before:
                        raise StaleWriter(f"{self.name} stands at {now[topic].offsets} of {topic}, this writer believed {before.offsets}")
                try:
                    return self._commit(table, rows, progress)
                except CommitFailedException as error:
                    log.info("%s: another writer came first (%s)", doing, error)
                except UNKNOWN as error:
                    is_unknown = True
                    log.warning("%s: outcome unknown, looking it up (%s: %s)", doing, type(error).__name__, error)
                time.sleep(min(0.1 * 2**attempt, 2))
        raise Transient(f"{doing} did not succeed in {ATTEMPTS} attempts")

    def _commit(self, table: Table, rows: pa.Table, progress: Progress) -> Table:
        state = {STATE + topic: msgspec.json.encode(after).decode() for topic, (_, after) in progress.items()}
        with table.transaction() as transaction:
            transaction.set_properties(state)
            with transaction.update_snapshot(snapshot_properties=state).fast_append() as append:
                if rows.num_rows:
                    metadata = transaction.table_metadata
                    for data_file in _dataframe_to_data_files(metadata, rows, table.io, write_uuid=_content_uuid(rows, state)):
                        append.append_data_file(data_file)
        return table


def _content_uuid(rows: pa.Table, state: dict[str, str]) -> uuid.UUID:
    """Name of the data files: made from what they hold, so a repeated commit writes the same files and leaves no others behind."""
    digest = sha256(repr((state, pa.__version__)).encode())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    digest.update(sink.getvalue())
    return uuid.UUID(bytes=digest.digest()[:16])


class NamedErrors:
    """Errors of catalog and store by our names."""

    def __init__(self, doing: str) -> None:
        self.doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        if isinstance(error, (SQLAlchemyError, OSError)):
            said = str(error).split("\n")[0]
            raise Transient(f"{self.doing}: {type(error).__name__}: {said}", "are store and catalog up? `lodestream status`") from error
