"""Installs Debian packages where that is possible: as root, where apt-get is."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(*packages: str) -> bool:
    """Install Debian packages where that is possible; return whether it was done."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    print(f"Installing Debian's {' and '.join(packages)} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages]
    return all(
        subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode == 0
        for step in (["apt-get", "-qq", "update"], command)
    )
