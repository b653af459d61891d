"""The Chromium that the browser tests drive: found on the machine, else installed.

``python -m tests.browser.chromium`` prints the path of one, after installing it where there was
none: Debian's package where apt-get may be used, else the build that Playwright downloads.

Of one version, the headless shell goes before the whole browser: the same engine, without the
windows and toolbars that nobody sees. A test's fresh context costs 0.16 s of processor time in
it, and 0.58 s in the whole browser (Debian's 156, two cores).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import debian

SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# No request to anywhere but the pages under test.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",
    "--no-first-run",
)


def arguments() -> list[str]:
    """Return the command-line arguments that Chromium is started with."""
    # Chromium refuses to start its sandbox as root, which is who tests are in a container.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, "--no-sandbox"] if root else [*ARGUMENTS]


def find(*, whole: bool = False) -> str | None:
    """Return the path of a Chromium: $CHROMIUM, or one on the machine; None leaves Playwright's.

    ``whole`` asks for the browser that readers have, not for the headless shell.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if path := shutil.which(chosen):
            return path
        sys.exit(f"CHROMIUM={chosen} is not a program that can be run")
    for name in (*NAMES, *MACOS) if whole else (SHELL, *NAMES, *MACOS):
        if path := shutil.which(name):
            return path
    return None


def playwrights_own() -> str | None:
    """Return the path of the Chromium that Playwright downloaded, if it did.

    Asked of another process: Playwright cannot start twice in one.
    """
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True)
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def _driver_runs() -> bool:
    """Whether Playwright's driver starts: it needs libatomic, which a bare Debian lacks."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, capture_output=True).returncode == 0


def main() -> None:
    """Name the Chromium of the tests, installing one if need be; exit 1 where none can be had."""
    if not _driver_runs() and not (debian.install("libatomic1") and _driver_runs()):
        sys.exit("Playwright's driver does not start; on Debian run: sudo apt install libatomic1")
    if not os.environ.get("CHROMIUM") and shutil.which(SHELL) is None:
        debian.install(SHELL)
    path = find() or playwrights_own()
    if path is None:
        if not debian.install("chromium"):
            print("Installing Playwright's Chromium ...", flush=True)
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
        path = find() or playwrights_own()
    if path is None:
        sys.exit("no Chromium can be installed; install one and name it: CHROMIUM=/path/to/it")
    print(f"browser tests run in {path}")


if __name__ == "__main__":
    main()
