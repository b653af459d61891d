"""The command line: `echo-demo`, or `python -m echo_demo`."""

import argparse
import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from .metrics import Metrics, shared_memory
from .server import EchoServer, authority, new_event_loop
from .settings import (
    SettingError,
    Settings,
    allowed,
    environment_name,
    fields,
    option_name,
    settings_from,
    shown,
)
from .tls import Certificate, CertificateError
from .version import __version__
from .workers import listen, supervise, supported

_EPILOG = """\
Each option can also be given in the environment under the name shown; the command line wins.
SIGTERM and SIGINT close all connections with 1001 and end the server with status 0; a second
signal ends it at once. SIGHUP reads the certificate again. A setting that is not allowed, an
address that can't be listened on, or a certificate that can't be used is named in one line on
standard error, and the exit status is 2.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, without the usage."""
        self.fail(f"{message}; see {self.prog} --help")

    def fail(self, message: str) -> NoReturn:
        """End with a line on standard error; a value in it may itself have more than one."""
        self.exit(2, f"{self.prog}: {' '.join(message.splitlines())}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="echo-demo",
        description="A WebSocket echo server that reports what it saw on the wire.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"echo-demo {__version__}")
    for field in fields():
        details = f"Default {shown(field.default)}; {allowed(field)}. {environment_name(field)}"
        parser.add_argument(
            option_name(field),
            dest=field.name,
            metavar=field.name.rpartition("_")[2].upper(),
            help=f"{field.metadata['help']} {details}".replace("%", "%%"),
        )
    return parser


def _announce(line: str) -> None:
    """Print a line, and serve on where nobody can read it."""
    try:
        print(line, flush=True)
    except OSError:
        # Python would try again at its end, and complain.
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), sys.stdout.fileno())


def _hold_standard_streams() -> None:
    """Open what is closed of the descriptors 0 to 2: no socket may be taken for a stream."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


async def _serve(
    settings: Settings, listening: socket.socket | None = None, metrics: Metrics | None = None
) -> None:
    server = EchoServer(settings, metrics)
    await server.start(listening)
    stopping = asyncio.Event()

    def stop(number: int) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    loop = asyncio.get_running_loop()
    # Windows's loops have no signal handlers: there, Ctrl-C ends the server at once.
    with suppress(NotImplementedError):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, server.reload)
    if listening is None:
        _announce_address(server.address)
    await stopping.wait()
    await server.stop()


def _announce_address(address: str) -> None:
    _announce(f"echo server on {address}/ (reports: {address}/demo)")


def _run(
    settings: Settings, listening: socket.socket | None = None, metrics: Metrics | None = None
) -> int:
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(settings, listening, metrics))
    except KeyboardInterrupt:  # Before the server handled signals.
        return 128 + signal.SIGINT
    return 0


def _run_workers(settings: Settings) -> int:
    """Listen, and serve in as many processes as the settings say."""
    if settings.cert:
        # Each worker reads it again; what is wrong with it is told once, here.
        Certificate(settings)
    sockets = listen(settings)
    memory = shared_memory(settings.workers)
    scheme = "wss" if settings.cert else "ws"
    where = authority(settings.host, sockets[0].getsockname()[1])

    def work(index: int) -> int:
        return _run(settings, sockets[index], Metrics(memory, index))

    _announce_address(f"{scheme}://{where}")
    return supervise(sockets, work)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until a signal ends it; return the exit status."""
    _hold_standard_streams()
    if hasattr(signal, "SIGHUP"):
        # Until the server reads its certificate again on it; a process ends on it by default.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    parser = _parser()
    try:
        settings = settings_from(vars(parser.parse_args(arguments)), os.environ)
    except SettingError as error:
        parser.error(str(error))
    if settings.workers > 1 and not supported():
        parser.fail("--workers needs SO_REUSEPORT, fork and sigtimedwait, which this system lacks")
    try:
        return _run(settings) if settings.workers == 1 else _run_workers(settings)
    except CertificateError as error:
        parser.fail(f"{error}; choose other files with --cert and --key")
    except OSError as error:
        where = authority(settings.host, settings.port)
        why = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            why = "it is in use"
        elif not isinstance(error, socket.gaierror) and error.errno:
            # The event loop's own text has the address once more.
            why = os.strerror(error.errno)
        parser.fail(
            f"can't listen on {where}: {why}; "
            "choose another address with --host or ECHO_HOST, --port or ECHO_PORT"
        )


if __name__ == "__main__":
    sys.exit(main())
