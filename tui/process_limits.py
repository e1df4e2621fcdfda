"""Limits that a process sets itself before it opens files that others wrote."""

import os
from contextlib import suppress

NICENESS = 5
MAX_MEMORY_BYTES = 1 << 30


def limit_this_process(memory_bytes: int = MAX_MEMORY_BYTES) -> None:
    """Let others go first, and bound the address space, where the platform can do that."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        os.nice(max(0, NICENESS - os.nice(0)))  # a process has that of the one that started it
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))  # nobody but root may raise what is the most
