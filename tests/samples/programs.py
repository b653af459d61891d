"""Builds the samples in a temporary copy and runs them as a reader would."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.samples.manifest import Manifest, Sample

CLIENT_LIMIT = 10.0  # seconds in which the contract makes a client end
START_LIMIT = 60.0  # seconds until a server must be ready: the JVM on a busy machine is slow
STOP_LIMIT = 15.0  # seconds from SIGTERM to the end of a server
BUILD_LIMIT = 900.0

LEFT_OUT = shutil.ignore_patterns("node_modules", "target", "__pycache__", "bin", "obj", "vendor")


@dataclass(frozen=True)
class Program:
    """A sample that is ready to run in ``folder``."""

    sample: Sample
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """Return what to execute, ``arguments`` last."""
        return [*(_resolve(part) for part in self.sample.run), *arguments]


@dataclass(frozen=True)
class Result:
    """How a client ended."""

    status: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """What a reader's shell has: no proxy between loopback ports, no help with flushing output.

    Without colour, which some programs take a machine with CI set to be able to show.
    """
    hidden = {"PYTHONUNBUFFERED", "PYTHONPATH"}
    kept = {k: v for k, v in os.environ.items() if k not in hidden and "proxy" not in k.lower()}
    return {**kept, "NO_COLOR": "1", "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}


def prepare(manifest: Manifest, folder: Path) -> dict[str, Program]:
    """Copy the samples into ``folder`` and build them; without a tool skips, or fails in CI."""
    for tool in manifest.tools:
        if shutil.which(tool) is None:
            missing = f"{tool}, which the samples of {manifest.folder.name} need, is not here"
            if os.environ.get("CI") == "true":  # a skip would hide a broken sample
                pytest.fail(missing)
            pytest.skip(missing)
    shutil.copytree(manifest.folder, folder, dirs_exist_ok=True, ignore=LEFT_OUT)
    for step in manifest.build:
        done = subprocess.run(
            [_resolve(part) for part in step],
            cwd=folder,  # with the caller's environment: a build may need its proxy
            capture_output=True,
            text=True,
            timeout=BUILD_LIMIT,
        )
        assert done.returncode == 0, f"{' '.join(step)} failed:\n{done.stdout}{done.stderr}"
    return {sample.file: Program(sample, folder) for sample in manifest.samples}


def versions(manifest: Manifest, folder: Path) -> list[str]:
    """What the manifest's commands say of the library and the toolchain, one line for each."""
    return [
        subprocess.run(
            [_resolve(part) for part in command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=BUILD_LIMIT,
            check=True,
        ).stdout.strip()
        for command in manifest.versions
    ]


def run_client(program: Program, *arguments: str, **variables: str) -> Result:
    """Run a client to its end; fails where that takes longer than the contract allows.

    ``variables`` are added to its environment.
    """
    try:
        done = subprocess.run(
            program.command(*arguments),
            cwd=program.folder,
            env={**environment(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=CLIENT_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise AssertionError(f"the client did not end within {CLIENT_LIMIT:g} s") from None
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


class Running:
    """A process whose output can be waited for."""

    def __init__(self, command: list[str], folder: Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment(), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.errors: list[str] = []
        self.error_lines: queue.Queue[str] = queue.Queue()
        self.threads = [
            threading.Thread(target=self._read_out),
            threading.Thread(target=self._read_err),
        ]
        for thread in self.threads:
            thread.start()

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _read_err(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line)
            self.error_lines.put(line.rstrip("\n"))

    def line(self, within: float) -> str:
        """Return the next line of standard output, waiting at most ``within`` seconds."""
        try:
            line = self.lines.get(timeout=within)
        except queue.Empty:
            raise AssertionError(f"no line on standard output within {within:g} s") from None
        assert line is not None, f"the program ended early: {''.join(self.errors)}"
        return line

    def errors_with(self, start: str, count: int, within: float) -> list[str]:
        """Return the next ``count`` lines of standard error that begin with ``start``."""
        found: list[str] = []
        until = time.monotonic() + within
        while len(found) < count:
            try:
                line = self.error_lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                said = "".join(self.errors)
                raise AssertionError(
                    f"not {count} lines {start!r} within {within:g} s: {said}"
                ) from None
            if line.startswith(start):
                found.append(line)
        return found

    def stop(self, *, told: bool = False) -> int:
        """Send SIGTERM and return the exit status, negative where a signal ended the process.

        Who was ``told`` already gets no second signal: an interpreter that is ending dies of it.
        """
        if not told:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_LIMIT)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {STOP_LIMIT:g} s after SIGTERM") from None

    def end(self) -> None:
        """Kill what is left, and collect the output."""
        self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@contextlib.contextmanager
def running_server(program: Program, **variables: str) -> Iterator[tuple[Running, int]]:
    """Start a server on a free port and wait until it is ready; gives the process and the port.

    ``variables`` are added to its environment.
    """
    port = free_port()
    running = Running(program.command(str(port)), program.folder, **variables)
    try:
        line = running.line(START_LIMIT)
        assert line == f"listening on ws://127.0.0.1:{port}", f"the server printed {line!r}"
        yield running, port
    finally:
        running.end()


def free_port() -> int:
    """Return a loopback port that nothing listens on, and that nobody else is given."""
    while True:
        port = next(_PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _ports() -> Iterator[int]:
    """Ports in turn, for as long as somebody asks.

    A program that is told a port binds it seconds later. Until then the system may give a port of
    its own choice to any socket of the tests that run side by side, and gives each out again. So
    these are below those (Linux's begin at 32768), and each worker of pytest-xdist has its share.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16
    for number in itertools.count(random.randrange(1300)):  # two runs at a time shall not meet
        yield 11_000 + 1300 * worker + number % 1300


_PORTS = _ports()


def _resolve(part: str) -> str:
    part = part.replace("{tests}", str(Path(__file__).parent))
    return part.replace("{python}", sys.executable)
