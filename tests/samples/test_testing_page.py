"""The test suites of /build/testing/ pass, and fail where the code that they test is broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.echo.node_packages import node_packages
from tests.samples.manifest import DOCS
from tests.samples.programs import environment

# Beside the suites: room.py, server.py, client.py, line.py and live.js, which they test.
FOLDER = DOCS / "build" / "testing"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
SUITES = ("test_room.py", "test_server.py", "test_client.py")
# What the tests' browser needs and a reader's does not.
LAUNCH = f"""
import pytest

@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {{**browser_type_launch_args, "args": {chromium.arguments()!r}, **{{}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "testing"))


def run(folder: Path, *command: str) -> tuple[int, str]:
    variables = environment()
    del variables["PYTHONWARNINGS"]  # pytest-playwright has one of its own
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=240
    )
    return done.returncode, done.stdout + done.stderr


def suites(folder: Path, *names: str) -> tuple[int, str]:
    # Of our many plugins for pytest these need one; the others take seconds to load.
    command = ("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "pytest_asyncio.plugin")
    return run(folder, sys.executable, *command, *names)


def test_the_suites_without_a_browser_pass_as_shown(folder: Path) -> None:
    status, said = suites(folder, *SUITES)
    assert status == 0, said
    shown = PAGE.split('```text title="Output"\n', 1)[1].split(" in ", 1)[0]
    assert shown in said


def test_the_suite_with_a_browser_passes(folder: Path) -> None:
    path = chromium.find()
    launch = LAUNCH.replace("**{}", f"'executable_path': {path!r}" if path else "**{}")
    (folder / "conftest.py").write_text(launch, "utf-8")
    status, said = run(folder, sys.executable, "-m", "pytest", "-q", "test_page.py")
    assert status == 0, said


def test_the_suite_of_node_passes(folder: Path) -> None:
    packages = node_packages(FOLDER)
    (folder / "node_modules").symlink_to(packages / "node_modules")
    status, said = run(folder, "node", "--test")
    assert status == 0, said
    live = folder / "live.js"
    live.write_text(live.read_text("utf-8").replace("2 ** this.#attempt", "2"), "utf-8")
    assert run(folder, "node", "--test")[0] != 0


@pytest.mark.parametrize(
    ("file", "sound", "broken", "failing"),
    [
        ("room.py", ", RecursionError)", ")", "test_what_breaks_the_rules_is_rejected"),
        ("server.py", "        self.present.add(websocket)\n", "", "test_everyone_hears"),
        ("server.py", "close(1008", "close(1000", "test_who_breaks_the_rules_goes_alone"),
        ("client.py", "2**attempt", "2", "test_pauses_double_up_to_a_minute"),
        ("client.py", "(OSError, WebSocketException)", "ValueError", "test_it_comes_back"),
    ],
)
def test_the_suites_find_what_is_broken(
    folder: Path, file: str, sound: str, broken: str, failing: str
) -> None:
    # Each wait of the suites has a limit, which need not pass here.
    for suite in SUITES[1:]:
        text = (folder / suite).read_text("utf-8")
        assert "timeout=30" in text
        (folder / suite).write_text(text.replace("timeout=30", "timeout=1"), "utf-8")
    text = (folder / file).read_text("utf-8")
    assert sound in text
    (folder / file).write_text(text.replace(sound, broken), "utf-8")
    status, said = suites(folder, *SUITES, "-x", "-k", failing)
    assert status == 1, said
    assert failing in said


CUT = """
import asyncio
from line import line

async def read(reader, _):
    await reader.read()

async def main():
    async with await asyncio.start_server(read, "127.0.0.1", 0) as server:
        async with line("{}:{}".format(*server.sockets[0].getsockname())) as bad:
            reader, _ = await asyncio.open_connection(*bad.address.split(":"))
            while not bad.writers:
                await asyncio.sleep(0)
            bad.cut()
            print(await asyncio.wait_for(reader.read(), 30))

asyncio.run(main())
"""


def test_the_line_ends_with_a_reset_and_not_as_a_friend_does(folder: Path) -> None:
    status, said = run(folder, sys.executable, "-c", CUT)
    assert status == 1 and said.endswith(
        "ConnectionResetError: [Errno 104] Connection reset by peer\n"
    )


def test_the_versions_are_those_that_ran() -> None:
    for name in ("websockets", "pytest", "pytest-asyncio", "pytest-playwright"):
        assert f'"{name}=={version(name)}"' in PAGE
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert f"ws {lock['node_modules/ws']['version']}" in PAGE.replace("`", "")
    assert os.sep not in version("playwright")
    assert f"Playwright {version('playwright')}" in PAGE
