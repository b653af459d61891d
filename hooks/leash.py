"""Runs a program in this process, and ends it with SIGTERM when standard input ends.

``python hooks/leash.py PROGRAM.py ARGUMENT ...``: whoever holds the other end of standard input
need not end properly, and the program need not know of it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
from pathlib import Path


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_watch, daemon=True).start()
    del sys.argv[0]
    # As Python itself does for a program: what lies beside it can be imported.
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
