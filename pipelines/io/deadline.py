"""Deadlines for calls that may never return: past the deadline the process ends itself, and the restart recovers."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)
EXIT_CODE = 75  # EX_TEMPFAIL: start again


@contextmanager
def deadline(seconds: float, doing: str) -> Iterator[None]:
    """Run the body; when it takes longer than `seconds`, say what hung and end the process.

    Only ending the process helps: a client thread that waits for ever cannot be interrupted, and what it would still do is unknown.
    """
    timer = threading.Timer(seconds, _end, (seconds, doing))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(seconds: float, doing: str) -> None:
    end_process(f"deadline of {seconds:.0f} s passed while {doing}")


def end_process(why: str) -> None:
    """End this process at once, from any thread: nothing more of it is written, and a restart recovers."""
    log.critical("%s; this process ends now and a restart recovers", why)
    sys.stderr.write(f"lodestream: {why}; the process ends, start it again\n")
    sys.stderr.flush()
    os._exit(EXIT_CODE)
