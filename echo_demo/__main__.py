"""The command line: `echo-demo`, or `python -m echo_demo`."""

import argparse
import asyncio
import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

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
from .version import __version__

_EPILOG = """\
Each option can also be given in the environment under the name shown; the command line wins.
SIGTERM and SIGINT close all connections with 1001 and end the server with status 0; a second
signal ends it at once. A setting that is not allowed, or an address that can't be listened on, is
named in one line on standard error, and the exit status is 2.
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


async def _serve(settings: Settings) -> None:
    server = EchoServer(settings)
    await server.start()
    stopping = asyncio.Event()

    def stop(number: int) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    address = server.address
    _announce(f"echo server on {address}/ (reports: {address}/demo)")
    await stopping.wait()
    await server.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until a signal ends it; return the exit status."""
    _hold_standard_streams()
    parser = _parser()
    try:
        settings = settings_from(vars(parser.parse_args(arguments)), os.environ)
    except SettingError as error:
        parser.error(str(error))
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(settings))
    except KeyboardInterrupt:  # Before the server handled signals.
        return 128 + signal.SIGINT
    except OSError as error:
        where = authority(settings.host, settings.port)
        why = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        parser.fail(
            f"can't listen on {where}: {why}; "
            "choose another address with --host or ECHO_HOST, --port or ECHO_PORT"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
