"""What /troubleshoot/timeout/ says: its command, its numbers, and a hop that it finds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.stack import PATIENCE, echo, nginx_of_its_page
from tests.samples.test_accept import tool
from tests.site import ROOT

PAGE = ROOT / "docs" / "troubleshoot" / "timeout.md"
HOPS = ROOT / "docs" / "deploy" / "index.md"


def run(address: str, *options: str) -> str:
    """Run the page's command with another address; return what it prints, as the page shows it."""
    found = re.search(r"```sh\n(curl .*?)```", PAGE.read_text("utf-8"), re.S)
    assert found
    command = found[1].replace("'http://127.0.0.1:8765/drop?after=2000'", f"'{address}'")
    assert address in command
    command = command.replace("--output reply", "--output /dev/null " + " ".join(options))
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=3 * PATIENCE
    )
    return re.sub(r"(\d+\.\d)\d+ s", r"\1 s", done.stdout + done.stderr)


def test_the_command_prints_what_the_page_shows() -> None:
    shown = re.search(r'```text title="Seen with curl.*?\n(.*?)```', PAGE.read_text("utf-8"), re.S)
    assert shown
    with echo() as server:
        printed = run(f"http://127.0.0.1:{server.port}/drop?after=2000")
    assert re.sub(r"2\.\d s", "2.0 s", printed) == shown[1]


def test_it_shows_the_limit_of_a_hop(tmp_path: Path) -> None:
    short = {"proxy_read_timeout 60s": "proxy_read_timeout 3s"}
    with (
        echo("--ping-interval", "0") as server,
        nginx_of_its_page(tmp_path, server.port, short) as proxy,
    ):
        printed = run(f"https://127.0.0.1:{proxy.port}/", "--insecure")
    # TCP was closed in order, which curl takes for an answer without a body.
    assert re.match(r"status 101, ended after 3\.\d s\n", printed)
    assert "curl: (52) Empty reply from server" in printed


def hops() -> dict[str, tuple[str, str]]:
    """The idle and the lifetime limit of each hop in the table, by its id."""
    found = {}
    for line in HOPS.read_text("utf-8").splitlines():
        if named := re.match(r'\| <span id="([\w-]+)">', line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found[named[1]] = (cells[1], cells[3])
    assert len(found) >= 20
    return found


def test_its_numbers_are_those_of_the_table_of_hops() -> None:
    known = hops()
    compared = 0
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not re.fullmatch(r"\d+ (s|min|h)", cells[0]) or "Reported" in line:
            continue
        for column, cell in enumerate(cells[1:3]):
            for name in re.findall(r"deploy/index\.md#([\w-]+)", cell):
                assert re.match(rf"{cells[0]}\b", known[name][column]), (name, cells[0])
                compared += 1
    assert compared >= 15


def test_each_default_that_can_be_found_is_in_it() -> None:
    page = PAGE.read_text("utf-8")
    for name, limits in hops().items():
        for limit in limits:
            found = re.match(r"\d+ (s|min|h)\b", limit)
            if found and not name.endswith("-tls"):
                assert re.search(rf"^\| {found[0]} \|.*#{name}\)", page, re.M), (name, limit)


@pytest.fixture(autouse=True)
def curl() -> None:
    tool("curl")
