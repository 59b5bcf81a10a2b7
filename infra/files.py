"""Files of a home: written whole or not at all, with clear words when the disk or the permissions refuse."""

import errno
import os
import shutil
from pathlib import Path

from pipelines.errors import NeedsPerson

ROTATED_BYTES = 10 * 2**20
ROTATED_KEPT = 3
LEAST_FREE_BYTES = 500 * 2**20


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace the file's text; a reader, also after a crash, sees the old or the new one. `mode` holds from the first byte on."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def prepare_home(home: Path) -> None:
    """Make the home and its folders; raises NeedsPerson if it cannot be written or the disk is nearly full."""
    try:
        for folder in (home, home / "run", home / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        write_atomically(home / "run" / "writable", "")
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise cannot_write(home, error) from None
    if free < LEAST_FREE_BYTES:
        raise NeedsPerson(
            f"the disk of {home} has {free // 2**20} MB left, the stack needs {LEAST_FREE_BYTES // 2**20} MB",
            "free some space, or set LODESTREAM_HOME to a folder on another disk",
        )


def cannot_write(home: Path, error: OSError) -> NeedsPerson:
    """The error in words, with the remedy for its kind."""
    where = error.filename or home
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NeedsPerson(f"no space left for {where}", f"free some space on the disk of {home}, or set LODESTREAM_HOME elsewhere")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return NeedsPerson(f"{where} is not writable for you", f"make {home} writable, or set LODESTREAM_HOME to a folder that is")
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return NeedsPerson(f"{where} is a file where a folder is needed", "remove it, or set LODESTREAM_HOME elsewhere")
    return NeedsPerson(f"cannot write {where}: {error.strerror}", "set LODESTREAM_HOME to a folder on a local disk")


def rotate(log: Path) -> None:
    """Move a log that has grown large to `NAME.log.1`, keeping the last few."""
    if not log.exists() or log.stat().st_size < ROTATED_BYTES:
        return
    for number in range(ROTATED_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def last_lines(path: Path, count: int, size: int = 64 * 2**10) -> list[str]:
    """The last lines of a log, of at most `size` bytes."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read().decode("utf-8", "replace").splitlines()[-count:]
