"""Lighthouse and the W3C's checker, installed from the lock file beside this, outside the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def install() -> Path:
    """Install what package-lock.json names where it is not yet; return its node_modules.

    Exits with what is missing: Node.js 18 with npm, and Java 11 for the checker.
    """
    for program in ("node", "npm", "java"):
        if shutil.which(program) is None:
            sys.exit(f"make audit needs {program}; on Debian: apt install nodejs npm default-jre")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "websocket-audit"
    cache.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    done = cache / "installed-lock.json"
    if not done.is_file() or done.read_bytes() != lock:
        print(f"Installing Lighthouse and the W3C's checker into {cache} ...", flush=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, cache / name)
        # Their install scripts fetch a browser and a Java, which the machine has.
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=cache,
            check=True,
        )
        done.write_bytes(lock)
    return cache / "node_modules"
