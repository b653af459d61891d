"""The programs that load what the deployment pages show, and those that run samples.

``python -m tests.deploy.programs`` installs those that are missing, where it may; the tests of one
that is not there are skipped and say so.
"""

from __future__ import annotations

import os
import shutil

import pytest

from tests import debian

# What is run, and the Debian package that brings it.
PACKAGES = {
    "apache2": "apache2-bin",
    "caddy": "caddy",
    "haproxy": "haproxy",
    "mcs": "mono-mcs",
    "nats-server": "nats-server",
    "nginx": "nginx-light",
    "php": "php-cli",
    "phpcs": "php-codesniffer",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
}
# Where Debian has what only root is expected to run.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def find(name: str) -> str | None:
    """The path of a program, None where the machine has none."""
    return shutil.which(name, path=_PATH)


def need(name: str) -> str:
    """The path of a program; skips the test where there is none."""
    if path := find(name):
        return path
    pytest.skip(f"{name} is not on this machine; on Debian: sudo apt install {PACKAGES[name]}")


def main() -> None:
    """Install what is missing, where that is possible."""
    if missing := [package for name, package in PACKAGES.items() if not find(name)]:
        debian.install(*missing)


if __name__ == "__main__":
    main()
