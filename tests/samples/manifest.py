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
    joins_late = true                     # broadcast server, if a client joins only after its 101

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

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAME = "samples.toml"
# What a server's library does with a frame that is not masked, if not what section 5.1 asks.
UNMASKED = ("mute_on_unmasked", "takes_unmasked")
KEYS = ("file", "role", "run", "max_size", "test", "stop_code", "joins_late", *UNMASKED)
# The programs that may be named under `tools`: those that continuous integration has. A name that
# no machine knows would skip its samples everywhere, and nobody would see it.
TOOLS = ("cargo", "cc", "go", "java", "javac", "mcs", "mvn", "node", "npm", "openssl", "php")
# What every machine has that runs the tests.
_EVERYWHERE = ("{python}", "env", "sh")
# The key that a role needs beside file, role and run.
NEEDED = {
    "client": None,
    "server": "max_size",
    "resilient": None,
    "broadcast": "max_size",
    "other": "test",
}


class ManifestError(ValueError):
    """A manifest does not say what it must; the message names file, line and remedy."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a manifest, and the line that is to be mended; 0 where it is missing."""

    line: int
    message: str


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
    joins_late: bool = False


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


def faults(path: Path, root: Path = ROOT) -> Iterator[Fault]:
    """Yield all that is wrong in the manifest ``path`` of the repository ``root``."""
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield _no_toml(text, str(error))
        return
    known = ("tools", "build", "versions", "sample")
    for key in data:
        if key not in known:
            remedy = (
                "correct or remove it; known at the top are tools, build, versions and [[sample]]"
            )
            yield Fault(_line(text, key), f"unknown key `{key}`; {remedy}")
    yield from _commands(text, data)
    entries = data.get("sample", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield Fault(
            _line(text, "sample"), "write [[sample]], in two pairs of brackets, before each file"
        )
    elif not entries:
        yield Fault(0, "add a [[sample]] for each file that the tests are to run")
    else:
        names: list[Any] = []
        for index, entry in enumerate(entries):
            name = entry.get("file", "a sample")
            if name in names:
                yield Fault(_line(text, "file", index), f"{name} stands here twice; remove one")
            names.append(name)
            for key, message in _sample(path.parent, root, entry, data.get("tools", [])):
                yield Fault(_line(text, key, index), f"{name}: {message}")


def _no_toml(text: str, error: str) -> Fault:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", error)
    line = int(place[1]) if place else text.count("\n") + 1
    what = f"{error.removesuffix(place[0])} in column {place[2]}" if place else error
    remedy = "each line is `key = value`, strings stand in quotes, lists in [brackets]"
    return Fault(line, f"this is not TOML: {what}; {remedy}")


def _commands(text: str, data: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the toolchains and with the commands that come before a sample."""
    if "tools" in data:
        tools, line = data["tools"], _line(text, "tools")
        if not _are_strings(tools):
            yield Fault(line, 'tools must be a list of strings, such as ["go"]')
        else:
            for tool in tools:
                if tool not in TOOLS:
                    yield Fault(
                        line,
                        f"tools names `{tool}`, which is none of {', '.join(TOOLS)}; correct it, "
                        "or add it to TOOLS in tests/samples/manifest.py, and to PACKAGES in "
                        "tests/deploy/programs.py the Debian package that brings it",
                    )
    for key, example in (("build", '["go", "build", "a.go"]'), ("versions", '["go", "version"]')):
        steps = data.get(key, [])
        if not isinstance(steps, list) or not all(map(_are_strings, steps)):
            remedy = f"a list of strings, such as {key} = [{example}]"
            yield Fault(_line(text, key), f"each command in {key} must be {remedy}")


def _sample(
    folder: Path, root: Path, entry: dict[str, Any], tools: Any
) -> Iterator[tuple[str, str]]:
    """Yield the keys of a sample that are wrong or missing, and what to do."""
    for key in entry:
        if key not in KEYS:
            yield key, f"unknown key `{key}`; correct or remove it, the keys are: {', '.join(KEYS)}"
    for key in ("file", "role", "run"):
        if key not in entry:
            yield "file", f"missing key `{key}`; tests/samples/manifest.py says what it holds"
    if "file" in entry and not (folder / str(entry["file"])).is_file():
        yield "file", f"there is no such file beside {NAME}; correct the name, or add the file"
    if "role" in entry:
        yield from _role(root, entry)
    if "run" in entry:
        run = entry["run"]
        if not _are_strings(run):
            yield "run", 'run must be a list of strings, such as ["./echo_server"]'
        elif entry.get("role") != "other" and "/" not in run[0] and _unlisted(run[0], tools):
            yield "run", f"run needs `{run[0]}`; add it to tools at the top of the file"


def _role(root: Path, entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    role = entry["role"]
    if not isinstance(role, str) or role not in NEEDED:
        yield "role", f"role must be one of {', '.join(NEEDED)}"
        return
    for key in ("max_size", "test"):
        if (key == NEEDED[role]) != (key in entry):
            verb = "add" if key == NEEDED[role] else "remove"
            yield key if key in entry else "role", f"{verb} {key}, because the role is {role!r}"
    size, test = entry.get("max_size"), entry.get("test")
    if size is not None and (type(size) is not int or size < 1):
        yield "max_size", "max_size must be a number of bytes, such as 65_536"
    if test is not None and not (root / str(test)).is_file():
        yield "test", f"the test {test} does not exist; its path starts with tests/"
    for key in UNMASKED:
        value = entry.get(key, False)
        if type(value) is not bool or (value and role != "server"):
            yield key, f"{key} is true for a server or false"
    code = entry.get("stop_code", 1001)
    if code not in (1001, 1012) or (code == 1012 and role != "server"):
        yield "stop_code", "stop_code is 1001, or 1012 for a server"
    late = entry.get("joins_late", False)
    if type(late) is not bool or (late and role != "broadcast"):
        yield "joins_late", "joins_late is true for a broadcast server or false"


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _unlisted(program: str, tools: Any) -> bool:
    return program not in _EVERYWHERE and _are_strings(tools or [program]) and program not in tools


_HEADER = re.compile(r"^[ \t]*\[{1,2}[ \t]*[\w.-]+[ \t]*\]{1,2}[ \t]*(?:#.*)?$", re.M)


def _line(text: str, key: str, sample: int | None = None) -> int:
    """Return where ``key`` stands, in the file or in a sample; if nowhere, where that begins."""
    headers = list(_HEADER.finditer(text))
    samples = [found.start() for found in headers if "[[" in found[0] and "sample" in found[0]]
    start = 0 if sample is None or sample >= len(samples) else samples[sample]
    after = [found.start() for found in headers if found.start() > start]
    end = len(text) if sample is None else next(iter(after), len(text))
    written = rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=\].]"
    found = re.compile(written, re.M).search(text, start, end)
    return text.count("\n", 0, found.start() if found else start) + 1


def load(path: Path, root: Path = ROOT) -> Manifest:
    """Read one manifest; raises ManifestError where something is missing or unknown."""
    for fault in faults(path, root):
        place = f"{path}:{fault.line}" if fault.line else f"{path}"
        raise ManifestError(f"{place}: {fault.message}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Manifest(
        folder=path.parent,
        samples=tuple(Sample(**{**one, "run": tuple(one["run"])}) for one in data["sample"]),
        tools=tuple(data.get("tools", ())),
        build=tuple(map(tuple, data.get("build", ()))),
        versions=tuple(map(tuple, data.get("versions", ()))),
    )


def paths(docs: Path = DOCS) -> list[Path]:
    """Return every manifest under ``docs``."""
    skipped = {"node_modules", "target"}
    return [p for p in sorted(docs.rglob(NAME)) if not skipped & set(p.parts)]


def load_all(docs: Path = DOCS) -> list[Manifest]:
    """Read every manifest under ``docs``."""
    return [load(path) for path in paths(docs)]
