"""Starts the echo server beside ``mkdocs serve`` and tells the pages its address.

Does nothing in ``mkdocs build``, nor in ``mkdocs serve --clean``, which asks for exactly what
``mkdocs build`` makes. The server's settings come from the environment: ``ECHO_PORT`` is 8765 by
default, and 0 takes any free port. It outlives rebuilds, so connections stay open across them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import Abort

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ENDPOINT = "/demo"
# As in the Makefile.
_DEFAULTS = {"PORT": 8000, "ECHO_PORT": 8765}


class _Announcement(logging.Handler):
    """Prints both addresses when MkDocs logs that it listens.

    MkDocs has no event for that moment: ``on_serve`` comes before it binds its port, and not at
    all under ``--no-livereload``.
    """

    def __init__(self, site: str, echo: str) -> None:
        super().__init__()
        self._lines = [f"site  {site}"] + ([f"echo  {echo}"] if echo else [])

    def emit(self, record: logging.LogRecord) -> None:
        if "Serving on" in record.getMessage():
            _say(*self._lines)


class _Serving:
    """What lives as long as one ``mkdocs serve``: the echo server and the signal handler."""

    def __init__(self) -> None:
        self._resources = contextlib.ExitStack()
        self._started = False
        self.url = ""

    def start(self, config: MkDocsConfig) -> None:
        """Start the echo server, on the first call only.

        Raises Abort with one line where a setting is wrong or the site's own port is taken.
        """
        if self._started:
            return
        self._started = True
        # Imported here, so that a build needs no echo server.
        from echo_demo.background import BackgroundServer
        from echo_demo.settings import SettingError, settings_from

        self._stop_on_sigterm()
        try:
            settings = settings_from({}, os.environ)
        except SettingError as error:
            raise Abort(str(error)) from None
        host, port = settings.host, settings.port
        _check_site_port(*config.dev_addr, port)
        if port == config.dev_addr[1]:
            raise Abort(
                f"PORT and ECHO_PORT are both {port}; they must differ: "
                f"make serve PORT={port} ECHO_PORT={_another(port)}"
            )
        try:
            server = self._resources.enter_context(BackgroundServer(settings))
        except socket.gaierror as error:
            _say(
                f"echo  not started: the host {host} cannot be found ({error.strerror}); "
                "choose another: make serve ECHO_HOST=127.0.0.1"
            )
        except OSError as error:
            ports = _ports("ECHO_PORT", port, "PORT", config.dev_addr[1])
            # The site is worth reading without it: its pages show their recordings.
            _say(
                f"echo  not started: port {port} of {host} cannot be used ({_reason(error)}); "
                f"choose another: make serve {ports}"
            )
        else:
            self.url = f"{_reachable(server.url)}{ENDPOINT}"
        self._announce(config.site_url or "")

    def stop(self) -> None:
        """Close the echo server's connections with 1001, and it; undo the rest."""
        self._resources.close()

    def _stop_on_sigterm(self) -> None:
        # MkDocs ends properly on Ctrl-C alone; a process manager sends SIGTERM.
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGTERM, _interrupt)
            self._resources.callback(signal.signal, signal.SIGTERM, before)

    def _announce(self, site: str) -> None:
        logger = logging.getLogger("mkdocs.livereload")
        handler = _Announcement(site, self.url)
        logger.addHandler(handler)
        self._resources.callback(logger.removeHandler, handler)


_serving: _Serving | None = None


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether this process serves; MkDocs calls this once, without the configuration."""
    global _serving
    _serving = _Serving() if command == "serve" else None


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the echo server's address where the templates read it, at each build and rebuild."""
    if _serving is not None:
        _serving.start(config)
        config.extra["echo"] = {**(config.extra.get("echo") or {}), "url": _serving.url}
    return config


def on_shutdown() -> None:
    """Stop the echo server; MkDocs calls this when serving ends, whatever ended it."""
    global _serving
    if _serving is not None:
        _serving.stop()
        _serving = None


def _check_site_port(host: str, port: int, echo_port: int) -> None:
    """Raise Abort where MkDocs could not listen, which it would find out only after the build."""
    if not 1 <= port <= 65535:
        raise Abort(f"PORT is {port}; it must be a port from 1 to 65535: make serve PORT=8000")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As MkDocs does, so that a connection of a server just stopped is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Abort(
                f"site  not started: port {port} of {host} cannot be used ({_reason(error)}); "
                f"choose another: make serve {_ports('PORT', port, 'ECHO_PORT', echo_port)}"
            ) from None


def _interrupt(signum: int, _frame: FrameType | None) -> None:
    # Once: a second one, such as make passes on, must not break off the closing handshakes.
    signal.signal(signum, signal.SIG_IGN)
    raise KeyboardInterrupt


def _ports(key: str, port: int, other_key: str, other: int) -> str:
    """Return variables for make: another port for ``key``, and the other one as it was given."""
    another = _another(port)
    if another == other:
        another = _another(another)
    kept = "" if other == _DEFAULTS[other_key] else f" {other_key}={other}"
    return f"{key}={another}{kept}"


def _another(port: int) -> int:
    # Below 1024 the next port would need the same privilege.
    return port + 1 if 1024 <= port < 65535 else 8001


def _reachable(url: str) -> str:
    # "Every address of this machine" can be listened on; a browser needs one of them.
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _reason(error: OSError) -> str:
    # asyncio repeats the address in its message; a failed look-up has an errno of its own kind.
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error)
    return os.strerror(error.errno)


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)
