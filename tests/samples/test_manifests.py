"""A faulty manifest is told with its line and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.samples.elsewhere import TESTED_ELSEWHERE
from tests.samples.manifest import NAME, ManifestError, faults, load, load_all


def test_there_are_manifests() -> None:
    assert load_all()


@pytest.mark.parametrize("page", TESTED_ELSEWHERE)
def test_pages_tested_elsewhere_are(page: str) -> None:
    test = Path(__file__).parent / TESTED_ELSEWHERE[page]
    assert Path(page).stem in test.read_text(encoding="utf-8")


GOOD = '[[sample]]\nfile = "a.py"\nrole = "client"\nrun = ["{python}", "a.py"]\n'


def test_a_manifest_in_order_is_read(tmp_path: Path) -> None:
    tmp_path.joinpath("a.py").touch()
    tmp_path.joinpath(NAME).write_text('tools = ["go"]\n' + GOOD.replace("{python}", "go"))
    (sample,) = load(tmp_path / NAME).samples
    assert (sample.file, sample.run) == ("a.py", ("go", "a.py"))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 0, "add a [[sample]]"),
        ("tool = []\n" + GOOD, 1, "unknown key `tool`; correct or remove it; known at the top"),
        (GOOD + "[[sample", 5, "this is not TOML: "),
        (GOOD + 'test = "a\n', 5, "this is not TOML: "),
        (GOOD + "test = a\n", 5, "this is not TOML: "),
        (GOOD + 'role = "server"\n', 5, "this is not TOML: "),
        (GOOD.replace("a.py", "b.py"), 2, "b.py: there is no such file"),
        (GOOD.replace("client", "klient"), 3, "role must be"),
        (GOOD.replace("client", "server"), 3, "a.py: add max_size"),
        (GOOD.replace("client", "broadcast"), 3, "a.py: add max_size"),
        (GOOD.replace("client", "resilient") + "max_size = 1", 5, "a.py: remove max_size"),
        (GOOD.replace("client", "other"), 3, "a.py: add test"),
        (GOOD + "max_size = 1", 5, "a.py: remove max_size"),
        (GOOD.replace("client", "server") + 'max_size = "64K"', 5, "a number of bytes"),
        (GOOD + "mute_on_unmasked = true", 5, "a.py: mute_on_unmasked is true for a server"),
        (GOOD + "takes_unmasked = true", 5, "a.py: takes_unmasked is true for a server"),
        (GOOD + "stop_code = 1012", 5, "a.py: stop_code is 1001, or 1012 for a server"),
        (GOOD + "joins_late = true", 5, "a.py: joins_late is true for a broadcast server"),
        (GOOD.replace("[[sample]]", "[sample]"), 1, "two pairs of brackets"),
        ('build = ["go", "build"]\n' + GOOD, 1, "each command in build must be a list"),
        ('versions = ["go"]\n' + GOOD, 1, "each command in versions must be a list"),
        ('tools = "go"\n' + GOOD, 1, "tools must be a list of strings"),
        (
            'build = [\n  ["go"],\n]\ntools = ["goo"]\n' + GOOD,
            4,
            "tools names `goo`, which is none",
        ),
        (GOOD.replace("{python}", "node"), 4, "a.py: run needs `node`; add it to tools at the top"),
        (GOOD.replace('role = "client"\n', ""), 2, "missing key `role`"),
        (GOOD.replace('["{python}", "a.py"]', '"python a.py"'), 4, "run must be a list of strings"),
        (
            GOOD + "port = 1",
            5,
            "a.py: unknown key `port`; correct or remove it, the keys are: file",
        ),
        (GOOD + GOOD, 6, "a.py stands here twice"),
        (GOOD + "\n" + GOOD.replace("a.py", "c.py"), 7, "c.py: there is no such file"),
        (GOOD.replace("client", "other") + 'test = "tests/no.py"', 5, "tests/no.py does not exist"),
    ],
)
def test_a_fault_of_a_manifest_is_told_with_line_and_remedy(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    tmp_path.joinpath("a.py").touch()
    path = tmp_path / NAME
    path.write_text(text)
    (fault,) = faults(path)
    assert problem in fault.message
    assert fault.line == line
    with pytest.raises(ManifestError, match=re.escape(f"{path}:{line}: " if line else f"{path}: ")):
        load(path)
