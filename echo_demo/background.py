"""The server in a thread of another program: a test, or a documentation build that serves pages."""

import asyncio
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from .server import EchoServer, Snapshot, new_event_loop
from .settings import Settings


class BackgroundServer:
    """Runs an echo server in a thread with its own event loop.

    A context manager; `start` and `stop` do the same by hand. All methods may be called from any
    thread but the server's.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._server = EchoServer(self._settings)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    def start(self) -> None:
        """Return once the server listens.

        Raises:
            OSError: the address is in use, unknown or not allowed.
            RuntimeError: the server runs already.
        """
        if self._thread is not None:
            raise RuntimeError("the server runs already")
        listening: Future[tuple[int, str]] = Future()
        thread = threading.Thread(
            target=self._run, args=(listening,), name="echo-demo", daemon=True
        )
        thread.start()
        try:
            self._port, self._address = listening.result()
        except BaseException:
            thread.join()
            raise
        self._thread = thread

    def stop(self) -> None:
        """Close all connections with 1001 and return once the thread has ended; may be repeated."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None

    @property
    def host(self) -> str:
        """The name or address listened on."""
        return self._settings.host

    @property
    def port(self) -> int:
        """The port listened on, also where the settings leave the choice."""
        return self._port

    @property
    def url(self) -> str:
        """The ws: address of the server, without a path."""
        return self._address

    def connections(self) -> list[Snapshot]:
        """The open connections, newest last.

        Raises:
            RuntimeError: the server does not run.
        """
        if self._thread is None:
            raise RuntimeError("the server does not run")

        async def snapshots() -> list[Snapshot]:
            return self._server.connections()

        return asyncio.run_coroutine_threadsafe(snapshots(), self._loop).result()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, listening: "Future[tuple[int, str]]") -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(self._serve(listening))

    async def _serve(self, listening: "Future[tuple[int, str]]") -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            await self._server.start()
        except BaseException as error:
            # Whatever it is: the caller of start() waits for it.
            listening.set_exception(error)
            return
        listening.set_result((self._server.port, self._server.address))
        await self._stopping.wait()
        await self._server.stop()
