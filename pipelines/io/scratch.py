"""A command's own scratch paper: a SQLite file that is gone when the command ends, however it ends."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

PRAGMAS = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA locking_mode=EXCLUSIVE;"


@contextmanager
def scratch(settings: Settings, schema: str) -> Iterator[sqlite3.Connection]:
    """An empty database with the tables of `schema`; memory stays under 64 MB, the rest lies in the home's `work` folder."""
    folder = settings.home / "work"
    path = folder / f"{uuid.uuid4()}.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None)
        db.executescript(PRAGMAS + schema)
    except (OSError, sqlite3.OperationalError) as error:
        raise NeedsPerson(f"cannot write to {folder}: {error}", "is the folder writable, is the disk full?") from error
    path.unlink()  # the open file stays until it is closed, also by a kill
    with closing(db):
        try:
            yield db
        except sqlite3.OperationalError as error:
            if "full" not in str(error) and "I/O" not in str(error):
                raise
            raise NeedsPerson(f"the disk of {folder} is full: {error}", "free some space and repeat the command") from error
