"""lib/close-codes.js: what codes mean, and the rule of the browser's close(), as it really is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from websockets.frames import CLOSE_CODE_EXPLANATIONS, EXTERNAL_CLOSE_CODES

from tests.browser.modules import Modules
from tests.reference.test_close_codes import TABLE, span
from tests.site import Site

# The browser checks the arguments before it looks at the state of the connection.
REFUSED = """([code, reason]) => {
  const socket = new WebSocket("ws://127.0.0.1:9");
  try { socket.close(Number(code), reason); return null; }
  catch (error) { return error.name; }
}"""


MODULE = "lib/close-codes.js"


@pytest.fixture
def module(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def problems(module: Modules, code: str, reason: str = "") -> list[dict[str, str]]:
    found: list[dict[str, str]] = module.run(
        MODULE, "(m, ...a) => m.closeProblems(...a)", code, reason
    )
    return found


def describe(module: Modules, code: int) -> dict[str, str]:
    found: dict[str, str] = module.run(MODULE, "(m, code) => m.closeCode(code)", code)
    return found


CODES = ["0", "999", "1000", "1001", "1004", "1005", "1006", "1011", "1015", "1016", "2999"]
CODES += ["3000", "3999", "4000", "4999", "5000", "70000", "-1", "abc"]

REASONS = ["", "x" * 123, "x" * 124, "é" * 61, "é" * 62, "👋" * 30, "👋" * 31]

RANGES = {
    "Not defined": (1016, 2999),
    "Registered use": (3001, 3999),
    "Private use": (4000, 4999),
    "Not valid": (999, 5000),
}


def test_the_rule_for_codes_is_the_browsers(module: Modules) -> None:
    for code in CODES:
        found = problems(module, code)
        assert module.page.evaluate(REFUSED, [code, ""]) == (
            "InvalidAccessError" if found else None
        ), code
        for problem in found:
            assert problem["field"] == "code"
            assert "1000" in problem["message"]
            assert "3000 to 4999" in problem["message"]


def test_a_fraction_is_refused_though_the_browser_would_round_it(module: Modules) -> None:
    for typed in ("1000.5", "0x3e8", "1e3"):
        (problem,) = problems(module, typed)
        assert typed in problem["message"]
        assert not problem["tried"]
    assert problems(module, "1001")[0]["tried"]


def test_the_rule_for_reasons_is_the_browsers_and_counts_bytes(module: Modules) -> None:
    for reason in REASONS:
        length = len(reason.encode())
        found = problems(module, "1000", reason)
        assert module.page.evaluate(REFUSED, ["1000", reason]) == ("SyntaxError" if found else None)
        assert bool(found) == (length > 123)
        for problem in found:
            assert problem["field"] == "reason"
            assert f"{length} bytes" in problem["message"]
            assert f"{length - 123} too many" in problem["message"]


def test_no_code_is_allowed_and_a_reason_without_one_is_not(module: Modules) -> None:
    assert problems(module, "") == []
    assert [problem["field"] for problem in problems(module, " ", "bye")] == ["code"]


def test_each_code_of_the_protocol_says_why_it_is_refused(module: Modules) -> None:
    messages = {code: problems(module, str(code))[0]["message"] for code in range(1001, 1016)}
    assert "the page goes away" in messages[1001]
    for code in (1005, 1006, 1015):
        assert f"{code} is never sent" in messages[code]


def test_every_defined_code_is_named_as_the_library_names_it(module: Modules) -> None:
    for code in range(1000, 1016):
        described = describe(module, code)
        assert described["meaning"].endswith(".")
        assert described["next"].endswith(".")
        # 1000 is "OK" there; 1004 is reserved and has no name.
        if code not in (1000, 1004):
            named = CLOSE_CODE_EXPLANATIONS[code].split()[0].lower()
            assert described["name"].lower().startswith(named), (described, named)


def test_ranges_are_told_apart(module: Modules) -> None:
    for name, codes in RANGES.items():
        for code in codes:
            assert describe(module, code)["name"] == name


def test_page_of_close_codes_says_the_same(module: Modules) -> None:
    for row in TABLE:
        codes = span(row[0])
        for code in (codes[0], codes[-1]):
            assert (row[3] == "yes") == (problems(module, str(code)) == []), row
        if len(codes) == 1:
            assert describe(module, codes[0])["name"] == row[1]


def test_what_may_travel_is_what_the_library_sends(module: Modules) -> None:
    found = module.run(MODULE, "(m) => [...Array(5002).keys()].filter((code) => m.mayTravel(code))")
    assert found == [*sorted(EXTERNAL_CLOSE_CODES), *range(3000, 5000)]
