"""How a process takes memory: from one place, and gives it back.

The C library keeps an arena for each thread, and Arrow's own allocator another store, each with holes of its own; a lander's threads
leave more of them behind than its rows take. One arena for all halves what a full batch adds, and costs no time that could be measured
(`tests/faults/test_memory.py`).
"""

import ctypes
import os

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
LARGE_BYTES = 128 * 2**10  # from here on a buffer is given back when it is freed


def bound() -> None:
    """Keep to one arena; what the operator set in the environment stays. Without effect where the C library is not glibc."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # read when Arrow is imported
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    if "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(M_ARENA_MAX, 1)
    for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):  # else the C library raises both with the largest buffer it has seen
        mallopt(option, LARGE_BYTES)
