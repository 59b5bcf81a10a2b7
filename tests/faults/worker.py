"""A worker as a process of its own that dies, hangs or is hindered at a named step.

Everything is done by wrapping the production code's methods in this process; the production code knows nothing of it.
"""

import faulthandler
import logging
import os
import signal
import sys
import traceback
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from pipelines import run, transforming
from pipelines.enrich.story import Fingerprint, pack
from pipelines.errors import LodestreamError
from pipelines.flow import TABLES
from pipelines.messages import Message
from pipelines.settings import Settings
from schemas import CONTRACTS
from tests.faults import hindrances, protections, steps

EXIT_NEEDS_PERSON = 2


@dataclass(frozen=True)
class Task:
    """What a worker process shall do, and what shall happen to it."""

    settings: Settings
    log: Path
    names: tuple[str, ...] = tuple(f"{verb}.document" for verb in ("validate", "enrich", "land"))
    how: str = "drain"  # or work, pull
    slot: str | None = None
    at: str = ""  # step at which it kills itself
    count: int = 1  # … the how-manieth time
    deed: str = "kill"  # or stop, which is SIGSTOP
    removed: tuple[str, ...] = ()  # protections taken out
    hindered: tuple[str, ...] = ()  # faults of this process's surroundings
    is_enrich_real: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def main(task: Task) -> None:
    """Body of the process; the exit code is 0, 2 for an error that needs a person, 1 for a defect, 75 past a deadline."""
    _log_to(task.log)
    os.setpgid(0, 0)
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # what it was doing when a test lost its patience
    if not task.is_enrich_real:
        real = transforming.function_of
        transforming.function_of = lambda verb: cheap_enrich if verb == "enrich" else real(verb)
    for name in task.removed:
        protections.REMOVALS[name]()
    for name in task.hindered:
        hindrances.HINDRANCES[name](task.options)
    if task.at:
        steps.STEPS[task.at](steps.Trigger(task.count, task.deed, task.log.with_suffix(".reached")))
    code = 1
    try:
        code = _run(task)
    except LodestreamError as error:
        logging.critical("ended: %s: %s", type(error).__name__, error)
        code = EXIT_NEEDS_PERSON
    except BaseException:  # noqa: BLE001 - the log is all that is left of this process
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(task: Task) -> int:
    if task.how == "drain":
        for name in task.names:
            logging.info("drained: %s", run.drain(task.settings, name).line())
    elif task.how == "work":
        for report in run.work_all(task.settings, task.names, task.slot):
            logging.info("worked: %s", report.line())
    elif task.how == "maintain":
        from pipelines.maintain import maintain  # noqa: PLC0415

        logging.info("maintained: %s", maintain(task.settings, logging.info))
    else:
        hindrances.pull_from_memory(task.settings, task.options)
    return 0


def cheap_enrich(record: str, messages: Sequence[Message]) -> list[bytes]:
    """Contract-true clean records at no cost: the text is taken as it is, with one mention of it."""
    if record != "document":
        from pipelines.enrich.stage import enrich  # noqa: PLC0415 - only where it is asked for

        return enrich(record, messages)
    return [msgspec.json.encode(_cheap_clean(msgspec.json.decode(m.value or b""))) for m in messages]


def _cheap_clean(served: dict[str, Any]) -> dict[str, Any]:
    text = served["served_text"]
    said = {
        "title": served["served_title"],
        "text": text,
        "language": "en",
        "text_sha256": sha256(text.encode("utf-8", "replace")).hexdigest(),
        "rules_version": "cheap",
        "fingerprint": b64encode(pack(Fingerprint("en", "", (), (), (), ()))).decode(),
    }
    named = {"document_id": served["document_id"], "fetched_at": served["fetched_at"], "surface": text[:1]}
    first = {"documents": served | _plainest("documents") | said, "mentions": _plainest("mentions") | named}
    return {name: [first[name]] if name in first else [] for name in TABLES["document"]}


@cache
def _plainest(table: str) -> dict[str, Any]:
    """The plainest value that the contract takes, for each field that enrichment fills."""
    plain: dict[type | str, Any] = {str: "", int: 1, float: 1.0, bool: False, "list": []}
    fields = CONTRACTS[table].filled_by("enrich")
    return {f.name: None if f.nullable else f.column.one_of[0] if f.column.one_of else plain.get(f.type) for f in fields}


def _log_to(path: Path) -> None:
    """Everything that this process says goes to its own file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(handle, stream)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    form = "%(asctime)s %(levelname)s %(threadName)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, force=True, format=form)
    for noisy in ("pyiceberg", "botocore", "great_expectations", "urllib3", "kafka"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
