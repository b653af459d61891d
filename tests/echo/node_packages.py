"""The packages that a folder of the tests locks, installed into a cache outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("node")
_FILES = ("package.json", "package-lock.json")


def node_packages(folder: Path = FOLDER) -> Path:
    """A copy of ``folder`` with its scripts and the locked packages; skips without node.

    A changed lock is a folder of its own, so that an installation is never half old.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(
                f"{tool} is not here: the tests with Node's packages need Node.js 20 or newer"
            )
    lock = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "websocket-reference"
    installed = cache / f"node-{lock[:16]}"
    if not installed.exists():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        for name in _FILES:
            shutil.copy(folder / name, fresh)
        done = subprocess.run(
            ["npm", "ci", "--silent", "--no-audit", "--no-fund"],
            cwd=fresh,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"npm ci failed:\n{done.stdout}{done.stderr}"
        try:
            fresh.rename(installed)
        except OSError:
            # Another process was quicker.
            shutil.rmtree(fresh)
    for script in folder.glob("*.mjs"):
        # Copied aside and moved: another process may run it now.
        part = installed / f"{script.name}.{os.getpid()}"
        shutil.copy(script, part)
        part.replace(installed / script.name)
    return installed
