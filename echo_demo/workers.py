"""Several processes that listen on one port (SO_REUSEPORT), and the one that looks after them."""

import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import cast

from .settings import Settings

# Not every system has the last two; `supported` says whether this one does.
_SIGNALS = {
    number
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGCHLD")
    if (number := getattr(signal, name, None)) is not None
}


def supported() -> bool:
    """Whether this system has what several workers need."""
    return (
        hasattr(socket, "SO_REUSEPORT") and hasattr(os, "fork") and hasattr(signal, "sigtimedwait")
    )


def listen(settings: Settings) -> list[socket.socket]:
    """One listening socket for each worker, all on one port.

    Raises:
        OSError: the address is in use, unknown or not allowed.
    """
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except ValueError as error:
        raise socket.gaierror(socket.EAI_NONAME, "it is not a host name") from error
    family, where = found[0][0], cast(tuple[str | int, ...], found[0][4])
    # Without SO_REUSEPORT first: another server of this user that has it would go unnoticed.
    with _bound(family, where, reuse_port=False) as probe:
        where = (where[0], probe.getsockname()[1], *where[2:])
    sockets = [_bound(family, where, reuse_port=True) for _ in range(settings.workers)]
    for bound in sockets:
        bound.listen(1024)
    return sockets


def _bound(family: int, where: tuple[str | int, ...], *, reuse_port: bool) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            # As with one worker: the event loop takes :: for IPv6 alone.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(where)
    except BaseException:
        bound.close()
        raise
    return bound


def supervise(sockets: list[socket.socket], work: Callable[[int], int]) -> int:
    """Run `work(index)` in a process for each socket until a signal; return the exit status.

    A worker that dies is replaced, at most once a second. SIGTERM, SIGINT and SIGHUP are passed
    on. A second signal to end ends all at once. Workers whose supervisor dies end as by SIGTERM.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    # Nothing is written to it: it ends when the process that holds its other end does.
    life = os.pipe()
    workers = {_fork(index, sockets, work, life): index for index in range(len(sockets))}
    missing: list[int] = []
    due = time.monotonic() + 1
    ending = 0
    while workers or (missing and not ending):
        number = _next_signal(max(0.0, due - time.monotonic()) if missing else None)
        if number in (signal.SIGTERM, signal.SIGINT):
            if ending:
                _pass_on(signal.SIGKILL, workers)
                return 128 + number
            ending = number
            # As long as one process has it open, clients would still be queued.
            for listening in sockets:
                listening.close()
        if number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            _pass_on(number, workers)
        missing += _reap(workers, ending)
        if missing and not ending and time.monotonic() >= due:
            due = time.monotonic() + 1
            workers |= {_fork(index, sockets, work, life): index for index in missing}
            missing = []
    return 0


def _end_with(life: int) -> None:
    """Wait for the supervisor's end, then drain as it would have said."""
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _next_signal(seconds: float | None) -> int:
    """The next signal, 0 when the time is up."""
    if seconds is None:
        return signal.sigwait(_SIGNALS)
    found = signal.sigtimedwait(_SIGNALS, seconds)
    return found.si_signo if found is not None else 0


def _pass_on(number: int, workers: dict[int, int]) -> None:
    for process in workers:
        os.kill(process, number)


def _reap(workers: dict[int, int], ending: int) -> list[int]:
    """Forget the workers that have ended; return their places."""
    places = []
    for process, index in list(workers.items()):
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            places.append(index)
            del workers[process]
            if not ending:
                code = os.waitstatus_to_exitcode(status)
                print(f"echo-demo: worker {index} ended with {code}", file=sys.stderr, flush=True)
    return places


def _fork(
    index: int, sockets: list[socket.socket], work: Callable[[int], int], life: tuple[int, int]
) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        # The terminal's Ctrl-C goes to the supervisor alone, which passes it on once.
        os.setpgid(0, 0)
        for place, other in enumerate(sockets):
            if place != index:
                other.close()
        os.close(life[1])
        # Started while signals are blocked, so that the main thread gets them.
        threading.Thread(target=_end_with, args=life[:1], daemon=True).start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        status = work(index)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
