"""Versions that the repository names, beside the newest that their registries have.

Each registry is asked by its own client, so that a mirror or a proxy set there is used.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.content.tree import ROOT

_TIMEOUT = 300
_MAVEN = ("groupId", "artifactId", "version")


class UnknownError(Exception):
    """A registry was not asked, or gave no answer; says why."""


@dataclass(frozen=True)
class Pin:
    """A version of something, as a file of the repository names it."""

    file: str
    name: str
    version: str


def python() -> list[tuple[Pin, str]]:
    """What pyproject.toml asks for by name, as the lock has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(one for extra in extras for one in extra)]
    names = {re.split(r"[\s\[<>=!~;]", one, maxsplit=1)[0].lower() for one in asked}
    file = "requirements-test.lock"
    lock = (ROOT / file).read_text("utf-8")
    locked = {
        name.lower(): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock, re.M)
    }
    # Without a network `pip list` says after minutes that nothing is outdated.
    pip = [sys.executable, "-m", "pip"]
    try:
        _run([*pip, "index", "versions", "--retries", "1", "--timeout", "15", "pip"])
    except UnknownError:
        raise UnknownError("pip gets no answer from its registry") from None
    told = _run([*pip, "list", "--outdated", "--format", "json"])
    newest = {one["name"].lower(): one["latest_version"] for one in json.loads(told)}
    pins = (Pin(file, name, locked[name]) for name in sorted(names & set(locked)))
    return [(pin, newest.get(pin.name, pin.version)) for pin in pins]


def npm() -> list[tuple[Pin, str]]:
    """The dependencies of each package.json, and the packages of the data on browser support."""
    pins = []
    for file in _files("package.json"):
        listed = json.loads((ROOT / file).read_text("utf-8"))
        lock = json.loads((ROOT / file).with_name("package-lock.json").read_text("utf-8"))
        asked = {**listed.get("dependencies", {}), **listed.get("devDependencies", {})}
        locked = {name: lock["packages"][f"node_modules/{name}"] for name in asked}
        pins += [Pin(file, name, one["version"]) for name, one in locked.items()]
    file = "docs/reference/browser-support/compat.json"
    taken = json.loads((ROOT / file).read_text("utf-8"))["sources"]
    pins += [Pin(file, name, source["version"]) for name, source in taken.items()]
    # Without a network npm would answer from what it remembers.
    with tempfile.TemporaryDirectory() as empty:
        view = ["npm", "view", "--cache", empty, "--fetch-retries", "1"]
        return [(pin, _run([*view, pin.name, "version"]).strip()) for pin in pins]


def go() -> list[tuple[Pin, str]]:
    """What each go.mod requires directly."""
    found = []
    update = "{{with .Update}}{{.Version}}{{end}}"
    template = (
        f"{{{{if not (or .Main .Indirect)}}}}{{{{.Path}}}} {{{{.Version}}}} {update}{{{{end}}}}"
    )
    for file in _files("go.mod"):
        told = _run(
            ["go", "list", "-mod=readonly", "-m", "-u", "-f", template, "all"], (ROOT / file).parent
        )
        for name, version, *newer in filter(None, map(str.split, told.splitlines())):
            found.append((Pin(file, name, version), newer[0] if newer else version))
    return found


def rust() -> list[tuple[Pin, str]]:
    """The dependencies of each Cargo.toml, as its Cargo.lock has them."""
    found = []
    for file in _files("Cargo.toml"):
        manifest = tomllib.loads((ROOT / file).read_text("utf-8"))
        lock = tomllib.loads((ROOT / file).with_name("Cargo.lock").read_text("utf-8"))
        locked = {one["name"]: one["version"] for one in lock["package"]}
        for name in manifest.get("dependencies", {}):
            # Where there is no lock file it tells the newest version.
            told = _run(["cargo", "info", "--color", "never", name], Path(tempfile.gettempdir()))
            newest = re.search(r"^version: (\S+)", told, re.M)
            if not newest:
                raise UnknownError(f"cargo info tells no version of {name}")
            found.append((Pin(file, name, locked[name]), newest[1]))
    return found


def java() -> list[tuple[Pin, str]]:
    """The dependencies of each pom.xml; what is no release is passed over."""
    found = []
    for file in _files("pom.xml"):
        told = _run(
            [
                *("mvn", "--batch-mode", "--no-transfer-progress", "--update-snapshots"),
                *("--file", str(ROOT / file)),
                "-Dmaven.version.ignore=.*[-.](?i:alpha|beta|m|rc|snapshot).*",
                "org.codehaus.mojo:versions-maven-plugin:2.18.0:display-dependency-updates",
            ]
        )
        if lost := re.search(r"Could not transfer metadata (\S+)", told):
            raise UnknownError(f"mvn could not transfer {lost[1]}")
        # A line that would be too long is continued on the next.
        told = re.sub(r"\.\.\.\n\[INFO\] +", "... ", told)
        newer = dict(re.findall(r"^\[INFO\] +(\S+:\S+) \.+ +\S+ -> (\S+)$", told, re.M))
        for one in ElementTree.parse(ROOT / file).getroot().iterfind(".//{*}dependency"):
            group, artifact, version = (one.findtext(f"{{*}}{part}", "") for part in _MAVEN)
            name = f"{group}:{artifact}"
            found.append((Pin(file, name, version), newer.get(name, version)))
    return found


def dotnet() -> list[tuple[Pin, str]]:
    """The package that brings the runtime of the C# samples; newer ones are a single program."""
    file = "tests/samples/dotnet.py"
    pinned = re.search(r'^PACKAGE = "(\S+)@(\S+)"', (ROOT / file).read_text("utf-8"), re.M)
    if not pinned:
        raise UnknownError(f"{file} names no PACKAGE")
    newest = _run(["npm", "view", pinned[1], "version"]).strip()
    return [(Pin(file, pinned[1], pinned[2]), newest)]


REGISTRIES: dict[str, Callable[[], list[tuple[Pin, str]]]] = {
    "Python packages": python,
    "npm packages": npm,
    "Go modules": go,
    "Rust crates": rust,
    "Maven artifacts": java,
    ".NET runtime": dotnet,
}


def _files(name: str) -> Iterator[str]:
    told = _run(["git", "ls-files", "--", name, f"**/{name}"])
    return iter(told.splitlines())


def _run(command: list[str], folder: Path = ROOT) -> str:
    """Return what a program prints.

    Raises:
        UnknownError: it is not there, fails, or takes longer than five minutes.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except FileNotFoundError:
        raise UnknownError(f"{command[0]} is not on this machine") from None
    except subprocess.TimeoutExpired:
        raise UnknownError(f"{command[0]} gave no answer in {_TIMEOUT} s") from None
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        # npm ends with where its log is.
        reason = [line for line in told if "complete log" not in line] or ["no reason given"]
        raise UnknownError(f"{' '.join(command[:3])} failed: {reason[-1]}")
    return done.stdout
