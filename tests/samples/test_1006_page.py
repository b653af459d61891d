"""What /troubleshoot/1006/ says that a drop, a close and a refusal look like."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

from tests.deploy.stack import PATIENCE, echo
from tests.site import ROOT

PAGE = ROOT / "docs" / "troubleshoot" / "1006.md"


def last_line(address: str) -> str:
    """Run the page's client until its connection has ended."""
    with subprocess.Popen(
        [sys.executable, "-m", "websockets", address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as client:
        assert client.stdout
        try:
            for line in client.stdout:
                # It rewrites the line of its prompt.
                if found := re.search(rb"(Connection closed:|Failed to connect).*", line):
                    return found[0].decode().strip()
        finally:
            client.kill()
            client.wait(PATIENCE)
    raise AssertionError("the client said nothing of an end")


def test_the_commands_print_what_the_page_shows() -> None:
    text = PAGE.read_text("utf-8")
    commands = re.findall(r"^python -m websockets (.*)$", text, re.M)
    shown = re.search(r"```text title=\"Last line of each.*?\n(.*?)\n```", text, re.S)
    assert shown
    with echo() as server:
        port = str(server.port)
        lines = [last_line(shlex.split(part)[0].replace("8765", port)) for part in commands]
    assert [line.replace(port, "8765") for line in lines] == shown[1].splitlines()
