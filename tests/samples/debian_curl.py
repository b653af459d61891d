"""A curl with WebSocket where the machine's own has none: Debian 13's, kept outside the system.

`apt` resolves and downloads it with all that it needs, as for an empty machine; the packages are
unpacked into a folder of the cache, and its own loader starts it. Nothing is installed.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITES = ("trixie", "trixie-backports")
_SOURCES = "".join(
    f"deb [signed-by={_KEYS}] http://deb.debian.org/debian {suite} main\n" for suite in SUITES
)
_STARTER = """#!/bin/sh
root={root}
exec "$root/usr/lib64/ld-linux-x86-64.so.2" \\
  --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/curl" "$@"
"""


def curl_of(suite: str) -> Path:
    """The folder that holds the curl of one of ``SUITES``, for the PATH."""
    tools = all(map(shutil.which, ("apt-get", "dpkg")))
    if platform.machine() != "x86_64" or not tools or not _KEYS.exists():
        pytest.skip(
            "no curl with WebSocket to be had: on Debian, apt install debian-archive-keyring"
        )
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = caches / "websocket-reference" / "curl-debian13"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=kept.parent))
        _unpack(fresh)
        for name in SUITES:
            starter = fresh / name / "curl"
            starter.write_text(_STARTER.format(root=kept / name), "utf-8")
            starter.chmod(0o755)
        try:
            fresh.rename(kept)
        except OSError:
            shutil.rmtree(fresh)  # another process was quicker
    return kept / suite


def _unpack(folder: Path) -> None:
    """Download each suite's curl and what it needs, and unpack it into a folder of that name."""
    apt = folder / "apt"
    (apt / "lists" / "partial").mkdir(parents=True)
    (apt / "sources.list").write_text(_SOURCES, "utf-8")
    (apt / "status").touch()
    options = {
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    command = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*command, f"-oDir::Cache={apt}", "update"])
    install = ["--yes", "--no-install-recommends", "--download-only", "install", "curl"]
    for suite in SUITES:
        archives = apt / suite / "archives"
        (archives / "partial").mkdir(parents=True)
        _run([*command, f"-oDir::Cache={apt / suite}", "-t", suite, *install])
        for package in archives.glob("*.deb"):
            _run(["dpkg", "-x", str(package), str(folder / suite)])
    shutil.rmtree(apt)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
