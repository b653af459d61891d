"""Which files beside a page are run, and how: the `samples.toml` in the page's folder.

::

    tools = ["go"]                        # programs on the PATH; without one: skipped, failed in CI
    build = [["go", "build", "echo_server.go"], ["go", "build", "echo_client.go"]]  # run once
    versions = [["go", "list", "-m", "example.com/library"], ["go", "version"]]  # library first

    [[sample]]
    file = "echo_server.go"               # what the page shows and lists under `samples`
    role = "server"                       # or "client", "resilient", "broadcast", "other"
    run = ["./echo_server"]               # the URL (client) or the port (server) is appended
    max_size = 65536                      # servers: the longest message they accept, in bytes
    mute_on_unmasked = true               # server, if its library ends TCP there without 1002
    takes_unmasked = true                 # server, if its library reads on there
    stop_code = 1012                      # server, if its framework closes so on SIGTERM, not 1001

    [[sample]]
    file = "test_echo.py"
    role = "other"                        # keeps no contract, so it has a test of its own
    run = ["{python}", "-m", "pytest", "test_echo.py"]
    test = "tests/samples/test_python_page.py"

The folder of ``languages/go.md`` is ``languages/go/``, and every command runs in a copy of it.
``{python}`` in a command stands for the interpreter that runs the tests, ``{tests}`` for the folder
of this file. What each role must do is in docs/about/writing.md; `contract.py`, `resilient.py` and
`broadcast.py` are that text as checks.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAME = "samples.toml"
# What a server's library does with a frame that is not masked, if not what section 5.1 asks.
UNMASKED = ("mute_on_unmasked", "takes_unmasked")
KEYS = {"file", "role", "run", "max_size", "test", "stop_code", *UNMASKED}
# The key that a role needs beside file, role and run.
NEEDED = {
    "client": None,
    "server": "max_size",
    "resilient": None,
    "broadcast": "max_size",
    "other": "test",
}


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
    mute_on_unmasked: bool = False
    takes_unmasked: bool = False
    stop_code: int = 1001


@dataclass(frozen=True)
class Manifest:
    """What a folder's `samples.toml` says."""

    folder: Path
    samples: tuple[Sample, ...]
    tools: tuple[str, ...] = ()
    build: tuple[tuple[str, ...], ...] = field(default=())
    versions: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def page(self) -> Path:
        """The page that the folder belongs to: `x.md` beside the folder `x`."""
        return self.folder.parent / f"{self.folder.name}.md"

    @property
    def paths(self) -> set[str]:
        """The samples' paths under docs/, as the page's front matter lists them."""
        folder = self.folder.relative_to(DOCS).as_posix()
        return {f"{folder}/{sample.file}" for sample in self.samples}


def load(path: Path) -> Manifest:
    """Read one manifest; raises ManifestError where something is missing or unknown."""

    def fail(problem: str) -> ManifestError:
        return ManifestError(f"{path}: {problem}")

    def strings(value: Any, key: str, example: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise fail(f"{key} must be a list of strings, such as {example}")
        return tuple(value)

    def tables(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise fail("write [[sample]], in two pairs of brackets, before each file")
        return value

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise fail(str(error)) from error
    if unknown := set(data) - {"tools", "build", "versions", "sample"}:
        known = "tools, build, versions, [[sample]]"
        raise fail(f"unknown keys: {', '.join(sorted(unknown))}; known: {known}")
    samples: list[Sample] = []
    for entry in tables(data.get("sample", [])):
        name = entry.get("file", "a sample")
        if unknown := set(entry) - KEYS:
            raise fail(f"{name}: unknown keys: {', '.join(sorted(unknown))}")
        if name in [sample.file for sample in samples]:
            raise fail(f"{name} stands here twice; remove one")
        if missing := {"file", "role", "run"} - set(entry):
            raise fail(f"{name}: missing keys: {', '.join(sorted(missing))}")
        if not (path.parent / str(name)).is_file():
            raise fail(f"{name}: there is no such file beside {NAME}")
        role, size, test = entry["role"], entry.get("max_size"), entry.get("test")
        if not isinstance(role, str) or role not in NEEDED:
            raise fail(f"{name}: role must be one of {', '.join(NEEDED)}")
        for key in ("max_size", "test"):
            if (key == NEEDED[role]) != (key in entry):
                verb = "add" if key == NEEDED[role] else "remove"
                raise fail(f"{name}: {verb} {key}, because the role is {role!r}")
        if size is not None and (type(size) is not int or size < 1):
            raise fail(f"{name}: max_size must be a number of bytes, such as 65_536")
        if test is not None and not (ROOT / str(test)).is_file():
            raise fail(f"{name}: the test {test} does not exist; its path starts with tests/")
        unmasked = {key: entry.get(key, False) for key in UNMASKED}
        for key, value in unmasked.items():
            if type(value) is not bool or (value and role != "server"):
                raise fail(f"{name}: {key} is true for a server or false")
        code = entry.get("stop_code", 1001)
        if code not in (1001, 1012) or (code == 1012 and role != "server"):
            raise fail(f"{name}: stop_code is 1001, or 1012 for a server")
        run = strings(entry["run"], f"{name}: run", '["./echo_server"]')
        samples.append(Sample(name, role, run, size, test, **unmasked, stop_code=code))
    if not samples:
        raise fail("add a [[sample]] for each file that the tests are to run")
    return Manifest(
        folder=path.parent,
        samples=tuple(samples),
        tools=strings(data["tools"], "tools", '["go"]') if "tools" in data else (),
        build=tuple(
            strings(step, "each command in build", '["go", "build", "echo_server.go"]')
            for step in data.get("build", [])
        ),
        versions=tuple(
            strings(step, "each command in versions", '["go", "version"]')
            for step in data.get("versions", [])
        ),
    )


def load_all(docs: Path = DOCS) -> list[Manifest]:
    """Read every manifest under ``docs``."""
    skipped = {"node_modules", "target"}
    return [load(p) for p in sorted(docs.rglob(NAME)) if not skipped & set(p.parts)]
