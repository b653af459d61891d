"""Which files beside a page are run, and how: the `samples.toml` in the page's folder.

::

    tools = ["go"]                        # programs that must be on the PATH; without them: skipped
    build = [["go", "build", "./..."]]    # commands, run once in a copy of the folder

    [[sample]]
    file = "echo_server.go"               # what the page shows and lists under `samples`
    role = "server"                       # "client", "server" or "other"
    run = ["./echo_server"]               # the URL (client) or the port (server) is appended
    max_size = 65536                      # server: the longest message it accepts, in bytes

    [[sample]]
    file = "listen.go"
    role = "other"                        # keeps no contract, so it has a test of its own
    run = ["./listen"]
    test = "tests/samples/test_go_listen.py"

``{python}`` in a command stands for the interpreter that runs the tests.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAME = "samples.toml"


class ManifestError(ValueError):
    """A manifest does not say what it must; the message names the file and the remedy."""


@dataclass(frozen=True)
class Sample:
    """One file that the tests run."""

    file: str
    role: str
    run: tuple[str, ...]
    max_size: int | None = None
    test: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a folder's `samples.toml` says."""

    folder: Path
    samples: tuple[Sample, ...]
    tools: tuple[str, ...] = ()
    build: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def page(self) -> Path:
        """The page that the folder belongs to: `x.md` beside the folder `x`."""
        return self.folder.with_suffix(".md")

    @property
    def paths(self) -> set[str]:
        """The samples' paths under docs/, as the page's front matter lists them."""
        folder = self.folder.relative_to(DOCS).as_posix()
        return {f"{folder}/{sample.file}" for sample in self.samples}


def load(path: Path) -> Manifest:
    """Read one manifest; raises ManifestError where something is missing or unknown."""

    def fail(problem: str) -> ManifestError:
        return ManifestError(f"{path}: {problem}")

    def command(value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise fail(f"{where} must be a command: a list of strings, the program first")
        return tuple(value)

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise fail(str(error)) from error
    if unknown := set(data) - {"tools", "build", "sample"}:
        raise fail(f"unknown keys: {', '.join(sorted(unknown))}")
    samples = []
    for entry in data.get("sample", []):
        name = entry.get("file", "a sample")
        if unknown := set(entry) - {"file", "role", "run", "max_size", "test"}:
            raise fail(f"{name}: unknown keys: {', '.join(sorted(unknown))}")
        if missing := {"file", "role", "run"} - set(entry):
            raise fail(f"{name}: missing keys: {', '.join(sorted(missing))}")
        if not (path.parent / name).is_file():
            raise fail(f"{name}: there is no such file")
        needed = {"client": set(), "server": {"max_size"}, "other": {"test"}}.get(entry["role"])
        if needed is None:
            raise fail(f'{name}: role must be "client", "server" or "other"')
        if needed != set(entry) & {"max_size", "test"}:
            wants = " and ".join(needed) or "neither max_size nor test"
            raise fail(f"{name}: a sample with the role {entry['role']!r} has {wants}")
        test = entry.get("test")
        if test is not None and not (ROOT / test).is_file():
            raise fail(f"{name}: the test {test} does not exist")
        run = command(entry["run"], f"{name}: run")
        samples.append(Sample(name, entry["role"], run, entry.get("max_size"), test))
    if not samples:
        raise fail("add a [[sample]] for each file that the tests are to run")
    return Manifest(
        folder=path.parent,
        samples=tuple(samples),
        tools=command(data["tools"], "tools") if "tools" in data else (),
        build=tuple(command(step, "build") for step in data.get("build", [])),
    )


def load_all(docs: Path = DOCS) -> list[Manifest]:
    """Read every manifest under ``docs``."""
    skipped = {"node_modules", "target"}
    return [load(p) for p in sorted(docs.rglob(NAME)) if not skipped & set(p.parts)]
