"""Limits that a process sets itself before it opens files that others wrote."""

import os
from contextlib import suppress

NICENESS = 5
MAX_MEMORY_BYTES = 1 << 30


def limit_this_process(memory_bytes: int = MAX_MEMORY_BYTES) -> None:
    """Let others go first, and bound the address space, where the platform can do that."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        os.nice(NICENESS)
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.RLIM_INFINITY))
