"""Pages list exactly the files that are run, and a faulty manifest is named with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.content.tree import Tree
from tests.samples.manifest import DOCS, NAME, ManifestError, load, load_all

# Pages whose samples keep a contract of their own; the test named checks the list too.
TESTED_ELSEWHERE = {
    "protocol/handshake.md": "test_accept.py",
    "compare/index.md": "../race/test_limits.py",
    "deploy/index.md": "../deploy/test_haproxy.py",
    "deploy/aws-alb.md": "../deploy/test_aws.py",
    "deploy/cloudflare.md": "../deploy/test_cloudflare.py",
    "deploy/kubernetes.md": "../deploy/test_kubernetes.py",
    "deploy/nginx.md": "../deploy/test_nginx.py",
    "compare/http.md": "test_compare_http_page.py",
    "compare/sse.md": "../browser/test_compare_sse_page.py",
    "build/conformance.md": "test_conformance_page.py",
    "build/testing.md": "test_testing_page.py",
    "compare/webtransport.md": "test_webtransport_page.py",
    "frameworks/react.md": "../browser/test_react_page.py",
    "use-cases/chat.md": "../use_cases/test_chat.py",
    "use-cases/ai-streaming.md": "../use_cases/test_ai_streaming.py",
    "use-cases/notifications.md": "../use_cases/test_notifications.py",
}

PROGRAMS = {".cs", ".go", ".java", ".js", ".mjs", ".php", ".py", ".rs", ".sh", ".ts"}
BUILT = {"__pycache__", "node_modules", "target"}


def front_matter(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}
    found = yaml.safe_load(text[4:].split("\n---\n", 1)[0])
    assert isinstance(found, dict), page
    return found


def test_there_are_manifests() -> None:
    assert load_all()


def test_every_page_lists_exactly_the_samples_that_are_run() -> None:
    run = {manifest.page.relative_to(DOCS).as_posix(): manifest.paths for manifest in load_all()}
    listed = {page: set(front_matter(DOCS / page).get("samples", [])) for page in Tree().pages}
    for page in sorted((run.keys() | listed.keys()) - TESTED_ELSEWHERE.keys()):
        assert page in listed, f"docs/{page} is missing: its folder has a {NAME}"
        idle = listed[page] - run.get(page, set())
        assert not idle, f"docs/{page} lists what no {NAME} runs: {', '.join(sorted(idle))}"
        absent = run.get(page, set()) - listed[page]
        assert not absent, f"docs/{page}: add to `samples:` {', '.join(sorted(absent))}"


def test_every_program_beside_a_page_is_listed_by_one() -> None:
    listed = {
        path for page in Tree().pages for path in front_matter(DOCS / page).get("samples", [])
    }
    for path in sorted(DOCS.rglob("*")):
        name = path.relative_to(DOCS).as_posix()
        if path.suffix in PROGRAMS and not BUILT & set(path.parts):
            assert name in listed, (
                f"docs/{name} is run by no test: list it in its page's `samples:`"
            )


@pytest.mark.parametrize("page", TESTED_ELSEWHERE)
def test_pages_tested_elsewhere_are(page: str) -> None:
    test = Path(__file__).parent / TESTED_ELSEWHERE[page]
    assert Path(page).stem in test.read_text(encoding="utf-8")


def test_every_sample_with_a_test_of_its_own_is_named_in_it() -> None:
    for manifest in load_all():
        for sample in manifest.samples:
            if sample.test is not None:
                text = (DOCS.parent / sample.test).read_text(encoding="utf-8")
                assert sample.file in text, f"{sample.test} does not name {sample.file}"


GOOD = '[[sample]]\nfile = "a.py"\nrole = "client"\nrun = ["{python}", "a.py"]\n'


def test_a_manifest_in_order_is_read(tmp_path: Path) -> None:
    tmp_path.joinpath("a.py").touch()
    tmp_path.joinpath(NAME).write_text(GOOD)
    assert [sample.file for sample in load(tmp_path / NAME).samples] == ["a.py"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "add a"),
        ("tool = []", "unknown keys: tool"),
        ("[[sample", r"\[\[sample|Expected"),
        (GOOD.replace("a.py", "b.py"), "b.py: there is no such file"),
        (GOOD.replace("client", "klient"), "role must be"),
        (GOOD.replace("client", "server"), "a.py: add max_size"),
        (GOOD.replace("client", "broadcast"), "a.py: add max_size"),
        (GOOD.replace("client", "resilient") + "max_size = 1", "a.py: remove max_size"),
        (GOOD.replace("client", "other"), "a.py: add test"),
        (GOOD + "max_size = 1", "a.py: remove max_size"),
        (GOOD.replace("client", "server") + 'max_size = "64K"', "a number of bytes"),
        (GOOD + "mute_on_unmasked = true", "a.py: mute_on_unmasked is true for a server"),
        (GOOD + "takes_unmasked = true", "a.py: takes_unmasked is true for a server"),
        (GOOD.replace("[[sample]]", "[sample]"), "two pairs of brackets"),
        ('build = ["go", "build"]\n' + GOOD, "each command in build must be a list"),
        ('tools = "go"\n' + GOOD, "tools must be a list of strings"),
        (GOOD.replace('role = "client"\n', ""), "missing keys: role"),
        (GOOD.replace('["{python}", "a.py"]', '"python a.py"'), "run must be a list of strings"),
        (GOOD + "port = 1", "unknown keys: port"),
        (GOOD + GOOD, "a.py stands here twice"),
        (GOOD.replace("client", "other") + 'test = "tests/no.py"', "tests/no.py does not exist"),
    ],
)
def test_a_faulty_manifest_is_named(tmp_path: Path, text: str, problem: str) -> None:
    tmp_path.joinpath("a.py").touch()
    path = tmp_path / NAME
    path.write_text(text)
    with pytest.raises(ManifestError, match=problem) as caught:
        load(path)
    assert str(path) in str(caught.value)
