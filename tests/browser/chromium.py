"""The Chromium that the browser tests drive: found on the machine, else installed.

``python -m tests.browser.chromium`` prints the path of one, after installing it where there was
none: Debian's package where apt-get may be used, else the build that Playwright downloads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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
    "--no-first-run",
)


def arguments() -> list[str]:
    """Return the command-line arguments that Chromium is started with."""
    # Chromium refuses to start its sandbox as root, which is who tests are in a container.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, "--no-sandbox"] if root else [*ARGUMENTS]


def find() -> str | None:
    """Return the path of a Chromium: $CHROMIUM, one on the machine, or Playwright's own."""
    if chosen := os.environ.get("CHROMIUM"):
        if shutil.which(chosen) is None:
            sys.exit(f"CHROMIUM={chosen} is not a program that can be run")
        return chosen
    for name in (*NAMES, *MACOS):
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Install a Chromium, saying which.

    Raises subprocess.CalledProcessError where the installation fails.
    """
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Debian's chromium ...", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], check=True, env=environment)
        command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"]
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode == 0:
            return
        print("Debian's chromium cannot be installed here; trying Playwright's", flush=True)
    print("Installing Playwright's Chromium ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> None:
    """Print the path of a Chromium, installing one if need be; exit 1 where none can be had."""
    if find() is None:
        try:
            install()
        except subprocess.CalledProcessError as error:
            sys.exit(f"no Chromium: {error}; install one and name it: CHROMIUM=/path/to/chromium")
    path = find()
    if path is None:
        sys.exit("no Chromium after installing one; name yours: CHROMIUM=/path/to/chromium")
    print(f"browser tests run in {path}")


if __name__ == "__main__":
    main()
