"""check.py of /build/conformance/ runs against a server and with client.py, and bites."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from echo_demo.background import BackgroundServer
from tests.samples.conformance_page import PAGE, sections, with_results
from tests.samples.manifest import DOCS
from tests.samples.programs import environment, free_port

FOLDER = DOCS / "build" / "conformance"
TEXT = PAGE.read_text("utf-8")


def check(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "check.py", *arguments],
        cwd=FOLDER,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    return done.returncode, done.stdout + done.stderr


def failing(lines: str) -> list[str]:
    """The lines on failures, and how many cases there were: what no machine's speed changes."""
    return re.findall(r"^.*FAILED, .*$|^\d+ cases", lines, re.M)


def shown(title: str) -> str:
    return TEXT.split(f'```text title="{title}"\n', 1)[1].split("```", 1)[0]


def test_the_core_cases_against_a_server(echo_server: BackgroundServer) -> None:
    address = f"{echo_server.host}:{echo_server.port}"
    status, said = check("server", address, "--expect", "7.1.5")
    assert status == 0, said
    output = shown("Output")
    assert failing(output) == failing(said)
    # Whether a case ends strictly can depend on who is faster.
    assert re.findall(r"^.*INFORMATIONAL.*$", output.rpartition("246")[0], re.M) == re.findall(
        r"^.*INFORMATIONAL.*$", said.rpartition("246")[0], re.M
    )


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ([], "7.1.5: FAILED, closing WRONG CODE\n"),
        (["7.1.5", "7.1.1"], "7.1.1: expected to fail, passed\n"),
        (["7.1.5", "9.9.9"], "9.9.9: expected to fail, did not run\n"),
    ],
)
def test_a_result_that_is_not_the_expected_one_fails(
    echo_server: BackgroundServer, expected: list[str], line: str
) -> None:
    address = f"{echo_server.host}:{echo_server.port}"
    status, said = check("server", address, "--cases", "7.1.*", "--expect", *expected)
    assert status == 1, said
    assert line in said


def test_a_client_is_driven_through_its_cases() -> None:
    command = ("client", "--cases", "1.1.*", "7.*", "--expect", "7.1.5")
    status, said = check(*command, "--", sys.executable, "client.py")
    assert status == 0, said
    assert "7.1.5: FAILED, closing WRONG CODE (expected)\n" in said


def test_what_cannot_run_is_no_success() -> None:
    status, said = check("server", f"127.0.0.1:{free_port()}", "--cases", "1.1.1")
    assert (status, said) == (2, "no case could be run: is the address right?\n")
    assert check("client", "--cases", "1.1.1", "--", "false")[0] == 2


def test_the_tables_are_the_kept_results() -> None:
    again = "make the table again: .venv/bin/python -m tests.samples.conformance_page"
    assert with_results(TEXT) == TEXT, again
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \|", TEXT, re.M)
    found = sections()
    assert {int(row[1]): (row[0], int(row[2])) for row in rows} == found
    assert f"{sum(cases for _, cases in found.values())} cases" in TEXT


def test_the_version_is_the_one_that_ran() -> None:
    assert f'"kosoku=={version("kosoku")}"' in TEXT
    assert f'"websockets=={version("websockets")}"' in TEXT
