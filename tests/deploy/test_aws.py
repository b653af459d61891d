"""The templates of /deploy/aws-alb/, linted by cfn-lint; no account is asked.

cfn-lint knows properties, not the keys and ranges of attributes: those are held to the API's own.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from echo_demo.settings import Settings
from tests.content.front_matter import read
from tests.site import ROOT

PAGE = ROOT / "docs" / "deploy" / "aws-alb.md"
FOLDER = PAGE.with_suffix("")
HOPS = ROOT / "docs" / "deploy" / "index.md"
ALB, NLB = FOLDER / "alb.yaml", FOLDER / "nlb.yaml"
TRUTH = ("true", "false")
# Keys and the values that they may have, from the API's model of 2015-12-01 in botocore 1.44.8.
ATTRIBUTES: dict[str, range | tuple[str, ...]] = {
    "idle_timeout.timeout_seconds": range(1, 4001),
    "client_keep_alive.seconds": range(60, 604_801),
    "routing.http.drop_invalid_header_fields.enabled": TRUTH,
    "tcp.idle_timeout.seconds": range(60, 6001),
    "deregistration_delay.timeout_seconds": range(3601),
    "deregistration_delay.connection_termination.enabled": TRUTH,
    "load_balancing.algorithm.type": (
        "round_robin",
        "least_outstanding_requests",
        "weighted_random",
    ),
    "stickiness.enabled": TRUTH,
    "target_health_state.unhealthy.connection_termination.enabled": TRUTH,
}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms, such as !Ref, as their arguments."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: f"{suffix} {node.value}")


def resources(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.load(path.read_text("utf-8"), _Loader)["Resources"]
    return found


def attributes(path: Path) -> dict[str, str]:
    return {
        entry["Key"]: entry["Value"]
        for resource in resources(path).values()
        for name, entries in resource["Properties"].items()
        if name.endswith("Attributes")
        for entry in entries
    }


MISTAKES = {
    "HealthCheckPath": "HealthCheckpath",
    "Type: application": "Type: aplication",  # codespell:ignore
    "!Ref Servers": "!Ref Server",
}


def test_cfn_lint_accepts_the_templates_and_finds_mistakes(tmp_path: Path) -> None:
    """All in one run, most of which is the start."""
    text = ALB.read_text("utf-8")
    for right, wrong in MISTAKES.items():
        assert right in text
        text = text.replace(right, wrong)
    mistaken = tmp_path / "mistaken.yaml"
    mistaken.write_text(text, "utf-8")
    program = str(Path(sysconfig.get_path("scripts"), "cfn-lint"))
    command = [program, "--format", "parseable", str(ALB), str(NLB), str(mistaken)]
    found = subprocess.run(command, capture_output=True, text=True).stdout
    assert {line.partition(":")[0] for line in found.splitlines()} == {str(mistaken)}
    for wrong in ("'HealthCheckpath' was unexpected", "'aplication'", "'Server' is not one of"):
        assert wrong in found


@pytest.mark.parametrize("path", [ALB, NLB], ids=lambda path: path.stem)
def test_the_attributes_are_ones_that_aws_has(path: Path) -> None:
    for key, value in attributes(path).items():
        allowed = ATTRIBUTES[key]
        assert (int(value) if isinstance(allowed, range) else value) in allowed, key


def test_pings_come_before_the_shortest_idle_timeout() -> None:
    idle = min(
        int(attributes(ALB)["idle_timeout.timeout_seconds"]),
        int(attributes(NLB)["tcp.idle_timeout.seconds"]),
    )
    assert Settings().ping_interval * 3 <= idle


@pytest.mark.parametrize("path", [ALB, NLB], ids=lambda path: path.stem)
def test_targets_drain_longer_than_the_server_closes(path: Path) -> None:
    settings = Settings()
    delay = int(attributes(path)["deregistration_delay.timeout_seconds"])
    assert settings.drain_time + settings.close_timeout < delay


def test_health_is_asked_for_as_plain_http_asks() -> None:
    alb, nlb = (resources(path)["Servers"]["Properties"] for path in (ALB, NLB))
    assert (alb["Protocol"], alb["ProtocolVersion"], alb["HealthCheckPath"]) == (
        "HTTP",
        "HTTP1",
        "/readyz",
    )
    assert (nlb["HealthCheckProtocol"], nlb["HealthCheckPath"]) == ("HTTPS", "/readyz")


def test_the_page_and_the_table_of_hops_agree() -> None:
    page, hops = PAGE.read_text("utf-8"), HOPS.read_text("utf-8")
    for hop, limit in {
        "aws-alb": "60 s, settable from 1 to 4000 s",
        "aws-nlb": "350 s, settable from 60 to 6000 s",
        "aws-nlb-tls": "350 s, fixed",
        "aws-cloudfront": "10 min, fixed",
    }.items():
        row = re.search(rf'^\| <span id="{hop}">[^|]*\| ([^|]*) \|', hops, re.MULTILINE)
        assert row is not None
        assert row[1] == limit
        assert f"| {limit} |" in page


def test_the_page_lists_its_files() -> None:
    files = sorted(path.relative_to(ROOT / "docs").as_posix() for path in FOLDER.iterdir())
    assert read(PAGE.read_text("utf-8"))["samples"] == files
