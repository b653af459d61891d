"""Fixtures that every kind of test shares: an echo server, and the built site being served."""

from __future__ import annotations

import os
import signal
import textwrap
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.site import Site, build, serve


@pytest.fixture
def echo_server() -> Iterator[BackgroundServer]:
    """An echo server of the test's own, with its default settings, on a free port."""
    with BackgroundServer(Settings(port=0)) as server:
        yield server


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, built for the address it is served at, its pages connected to ``site.echo``."""
    folder = tmp_path_factory.mktemp("site")
    with BackgroundServer(Settings(port=0)) as echo, serve(folder) as served:
        build(folder, site_url=served.url(), echo_url=f"{echo.url}/demo")
        served.echo = echo
        yield served


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    # Half of the tests' time is waiting: for a heartbeat, a compiler's download, a closed socket.
    # Where there are many cores, memory for as many browsers is what there is less of.
    cores = os.cpu_count() or 1
    return min(2 * cores, cores + 4)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright's synchronous API leaves an event loop running in the main thread, in which no
    # asyncio test can start; so the files with browser tests come last, as whole files, which are
    # what each of several processes takes in this order.
    browser = {item.path for item in items if "playwright" in getattr(item, "fixturenames", ())}
    items.sort(
        key=lambda item: (item.path in browser, "playwright" in getattr(item, "fixturenames", ()))
    )


class _Failures:
    """Tells a failure when it happens: a run that is ended from outside has no summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            reason = crash.message if crash else report.longreprtext
            reason = textwrap.shorten(reason, 200)
            self.terminal.write(f"\n{report.when} of {report.nodeid} failed: {reason}\n")


class _Skips:
    """Collects the tests that were skipped, for `CI=true` to fail on."""

    def __init__(self) -> None:
        self.reports: list[pytest.TestReport | pytest.CollectReport] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.reports.append(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.reports.append(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reports and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for report in self.reports:
            terminalreporter.write_line(f"skipped, which CI counts as a failure: {report.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    # A shell that starts this in the background has it ignore Ctrl-C, and so what the tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Playwright's five seconds are too few where processes outnumber cores.
    expect.set_options(timeout=20_000)
    # Material prints a notice about its own end of life on import.
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        config.pluginmanager.register(_Failures(terminal), "failures")
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(_Skips(), "skips")
