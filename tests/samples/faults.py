"""Faults in the resilient client and the broadcast server, which their checks must find."""

from __future__ import annotations

from collections.abc import Callable

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.samples import broadcast, resilient
from tests.samples.programs import Program

RESILIENT, BROADCAST = "resilient_client.py", "broadcast_server.py"
# The file, the sound text, the broken text, the check that must fail, and what it must say.
Fault = tuple[str, str, str, Callable[[Program], None], str]


def at(path: str, check: Callable[[Program, str, str], None]) -> Callable[[Program], None]:
    """The check against the echo server's ``path``."""

    def checked(program: Program) -> None:
        with BackgroundServer(Settings(port=0)) as server:
            check(program, server.url, path)

    return checked


FAULTS: dict[str, Fault] = {
    "resilient: no jitter": (
        RESILIENT,
        "random.uniform(0, min(2 ** min(attempt - 1, 10) * SECOND, LONGEST))",
        "min(2 ** min(attempt - 1, 10) * SECOND, LONGEST)",
        resilient.waits_exponentially_with_full_jitter,
        "no short pauses",
    ),
    "resilient: half the jitter": (
        RESILIENT,
        "random.uniform(0, min(",
        "random.uniform(0.5, 1) * (min(",
        resilient.waits_exponentially_with_full_jitter,
        "no short pauses",
    ),
    "resilient: pauses that do not grow": (
        RESILIENT,
        "2 ** min(attempt - 1, 10) * SECOND",
        "SECOND",
        resilient.waits_exponentially_with_full_jitter,
        "no long pauses",
    ),
    "resilient: long pauses from the start": (
        RESILIENT,
        "2 ** min(attempt - 1, 10) * SECOND",
        "LONGEST",
        resilient.waits_exponentially_with_full_jitter,
        "is longer than",
    ),
    "resilient: pauses without an end": (
        RESILIENT,
        "2 ** min(attempt - 1, 10) * SECOND, LONGEST",
        "2 ** min(attempt - 1, 10) * SECOND, 100 * SECOND",
        resilient.waits_exponentially_with_full_jitter,
        "is longer than",
    ),
    "resilient: says a pause and does not wait": (
        RESILIENT,
        "asyncio.sleep(wait)",
        "asyncio.sleep(0)",
        resilient.waits_exponentially_with_full_jitter,
        "was not waited for",
    ),
    "resilient: never starts over": (
        RESILIENT,
        "> STABLE:",
        "> 1000:",
        resilient.starts_over_after_a_good_connection,
        "attempt=4",
    ),
    "resilient: starts over after each connection": (
        RESILIENT,
        "> STABLE:",
        "> 0:",
        at("/drop?after=1", resilient.connects_again),
        "attempt=1, .*attempt=1, ",
    ),
    "resilient: comes back at once after 1012": (
        RESILIENT,
        "if code == 1012:",
        "if code == 0:",
        at("/close/1012?after=1", resilient.connects_again),
        r"Loss\(reason='ConnectionClosedError: received 1012",
    ),
    "resilient: comes back at once after 1013": (
        RESILIENT,
        "if code == 1013:",
        "if code == 0:",
        at("/close/1013?after=1", resilient.connects_again),
        r"Loss\(reason='ConnectionClosedError: received 1013",
    ),
    "resilient: tries again after 1008": (
        RESILIENT,
        "in (1000, 1008)",
        "in (1000,)",
        at("/close/1008?after=1", resilient.gives_up),
        "did not end within",
    ),
    "resilient: tries again after 403": (
        RESILIENT,
        "400 <= ",
        "404 <= ",
        at("/reject/403", resilient.gives_up),
        "did not end within",
    ),
    "resilient: tries again after 1000": (
        RESILIENT,
        "in (1000, 1008)",
        "in (1008,)",
        resilient.ends_when_the_server_is_done,
        "did not end within",
    ),
    "resilient: no heartbeat": (
        RESILIENT,
        "ping_interval=20 * SECOND",
        "ping_interval=None",
        at("/silent", resilient.connects_again),
        "not 3 lines 'lost: '",
    ),
    "resilient: leaves with 1011": (
        RESILIENT,
        "await websocket.close()  # without",
        "pass  # without",
        resilient.prints_messages_and_closes,
        "closed with 1011",
    ),
    "resilient: dies of SIGTERM in a pause": (
        RESILIENT,
        "(signal.SIGINT, signal.SIGTERM)",
        "(signal.SIGINT,)",
        resilient.stops_while_it_waits,
        "exit status -15",
    ),
    "broadcast: whatever is sent is kept for who does not read": (
        BROADCAST,
        "            client.queue.put_nowait(message)\n",
        "            __import__('websockets').broadcast([client.websocket], message)\n",
        broadcast.survives_who_reads_nothing,
        "the server grew by|cut with 1011",  # on a slow machine its pings come before
    ),
    "broadcast: a queue without a bound": (
        BROADCAST,
        "asyncio.Queue(QUEUE)",
        "asyncio.Queue()",
        broadcast.survives_who_reads_nothing,
        "a client that reads nothing was kept",
    ),
    "broadcast: a slow client misses messages": (
        BROADCAST,
        'client.end(1013, "too slow")',
        "pass",
        broadcast.survives_who_reads_nothing,
        "timed out",
    ),
    "broadcast: all wait for the slowest": (
        BROADCAST,
        "            broadcast(message)\n",
        "            for each in list(clients):\n"
        "                await each.websocket.send(message)\n",
        broadcast.survives_who_reads_nothing,
        "did not reach all readers",
    ),
    "broadcast: a queue shorter than a burst": (
        BROADCAST,
        "QUEUE = 64",
        "QUEUE = 1",
        broadcast.survives_who_reads_nothing,
        "a client that reads was cut with 1013",
    ),
    "broadcast: not to the sender": (
        BROADCAST,
        "            broadcast(message)\n",
        "            clients.remove(client)\n"
        "            broadcast(message)\n"
        "            clients.add(client)\n",
        broadcast.sends_to_all,
        "timed out",
    ),
    "broadcast: no authentication": (
        BROADCAST,
        "if not hmac.compare_digest(session.encode(), TOKEN.encode()):",
        "if session == 0:",
        broadcast.admits_who_has_the_token,
        "admitted .* which deserve 401",
    ),
    "broadcast: no origin check": (
        BROADCAST,
        "origins=[ORIGIN, None]",
        "origins=None",
        broadcast.admits_who_has_the_token,
        "admitted .* which deserve 403",
    ),
    "broadcast: no limit on clients": (
        BROADCAST,
        ">= MAX_CLIENTS:",
        ">= 1000:",
        broadcast.limits_clients,
        "admitted .* which deserve 503",
    ),
    "broadcast: one client too many": (
        BROADCAST,
        ">= MAX_CLIENTS:",
        "> MAX_CLIENTS:",
        broadcast.limits_clients_who_come_at_once,
        "admitted 5 where there are 4 places",
    ),
    "broadcast: joins after its answer": (
        BROADCAST,
        "    clients.add(client)\n",
        "    await asyncio.sleep(0.5)\n    clients.add(client)\n",
        broadcast.joins_before_it_answers,
        "missed what was sent before",
    ),
    "broadcast: no limit on messages": (
        BROADCAST,
        "max_size=MAX_SIZE",
        "max_size=None",
        broadcast.limits_messages,
        "instead of a close frame",
    ),
    "broadcast: passes broken text on": (
        BROADCAST,
        "async for message in websocket:",
        "while (message := await websocket.recv(decode=False)) is not None:",
        broadcast.keeps_broken_text_to_itself,
        "instead of a close frame",
    ),
    "broadcast: stops with 1000": (
        BROADCAST,
        "client.end(1001,",
        "client.end(1000,",
        broadcast.stops_on_sigterm,
        "closed with 1000 instead of 1001",
    ),
    "broadcast: stops when the slowest lets it": (
        BROADCAST,
        "asyncio.timeout(5)",
        "asyncio.timeout(500)",
        broadcast.stops_with_a_full_queue,
        "still running",
    ),
    "broadcast: runs without a secret": (
        BROADCAST,
        "or not TOKEN or",
        "or",
        broadcast.wants_its_settings,
        "did not end within",
    ),
}
