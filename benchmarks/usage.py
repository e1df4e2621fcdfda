"""What a process uses now, as Linux tells it; elsewhere all is -1."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of CPU since its start, resident bytes, open files and connections. -1 where the system does not tell."""

    cpu_seconds: float = -1
    rss_bytes: int = -1
    descriptors: int = -1


def usage_of(process: int) -> Usage:
    """What the process with this id uses now."""
    folder = Path(f"/proc/{process}")
    try:
        times = (folder / "stat").read_text().rpartition(")")[2].split()
        resident = int((folder / "statm").read_text().split()[1])
        descriptors = sum(1 for _ in (folder / "fd").iterdir())
    except OSError:
        return Usage()
    cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return Usage(cpu, resident * os.sysconf("SC_PAGE_SIZE"), descriptors)
