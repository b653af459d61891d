"""What a result was measured on, and what the processes under measurement take."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil


def describe() -> dict[str, Any]:
    """The machine, the time and how busy the machine is, for the head of a file of results."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has taken, all its threads together, in seconds.

    The scheduler's own count, in nanoseconds: the usual one ticks a hundred times a second.
    """
    times = (task / "schedstat" for task in Path(f"/proc/{pid}/task").iterdir())
    return sum(int(time.read_text().split()[0]) for time in times) / 1e9


def memory(pid: int) -> int:
    """Resident memory of a process, in bytes."""
    return int(psutil.Process(pid).memory_info().rss)
