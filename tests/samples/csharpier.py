"""The formatter of the C# samples: a port to Rust of CSharpier, which itself needs the SDK of .NET.

It is kept outside the environment of the tests, as the runtime of .NET is, and takes its settings
from .editorconfig.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "rsharpier==0.1.0"
HASH = "34c2d1ba2044e2b3028b39d9169c29d79d05673ed75077a530012efbf14c3717"


def formatter() -> Path:
    """The program in the user's cache; installs the package there once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "websocket-reference" / f"csharpier-{HASH[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock, tempfile.TemporaryDirectory() as temporary:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not (folder / "complete").exists():
            wanted = Path(temporary) / "requirements.txt"
            wanted.write_text(f"{PACKAGE} --hash=sha256:{HASH}\n", "utf-8")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
            into = ["--target", str(folder), "--requirement", str(wanted)]
            subprocess.run([*pip, *into], check=True)
            (folder / "complete").touch()
    return folder / "bin" / "rsharpier"


def formatted(text: str, path: Path) -> str:
    """The text as the formatter has it, with the settings for ``path``."""
    done = subprocess.run(
        [formatter(), "format", "--write-stdout", "--stdin-path", path],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
