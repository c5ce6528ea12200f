"""The web server's threads, each of which waits for requests itself.

gunicorn's own threads get each request from the process's main thread and give the connection back to it
behind the answer: two changes of threads a request, which cost more than taking in an event.

Needs Linux; ``gunicorn.conf.py`` says who serves elsewhere.
"""

from __future__ import annotations

import select
import threading
import time
from contextlib import suppress

from gunicorn.workers.gthread import (
    DEFAULT_WORKER_DATA_TIMEOUT,
    STOP_KEEPALIVE_LINGER,
    TConn,
    ThreadWorker,
)


class Worker(ThreadWorker):
    """A process of gunicorn: the main thread takes connections in, its threads share all that are open.

    A connection is *resting* until its first byte, and between requests. The kernel tells one thread that
    something has come (``EPOLLONESHOT``). Whoever takes a connection out of ``resting`` owns it: a thread, to
    answer what has come, or the main thread, to close what has rested too long. So nobody who sends nothing
    holds a thread.
    """

    def init_process(self) -> None:
        """In the process that serves, before it begins; returns when it ends."""
        self.resting: dict[int, TConn] = {}  # by file descriptor
        self.readable = select.epoll()
        super().init_process()

    def run(self) -> None:
        """Take in connections until the process is to end and those that are open are closed."""
        for number in range(self.cfg.threads):
            # Who is still busy when the time for a graceful end is over keeps no process alive.
            threading.Thread(target=self._serve, name=f"serving-{number}", daemon=True).start()
        super().run()

    def enqueue_req(self, conn: TConn) -> None:
        """Take in a new connection."""
        conn.data_ready = True  # it is looked at when there is something to read
        descriptor = self._rest(conn, seconds=DEFAULT_WORKER_DATA_TIMEOUT + self.cfg.keepalive)
        self.readable.register(descriptor, select.EPOLLIN | select.EPOLLONESHOT)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what has rested too long; with ``force`` everything that rests."""
        now = time.monotonic()
        # A process that ends stays for those who may be sending just now, and no longer.
        grace = 0.0 if self.alive else max(0.0, self.cfg.keepalive - STOP_KEEPALIVE_LINGER)
        for descriptor, conn in list(self.resting.items()):
            if (force or conn.timeout - grace < now) and self.resting.pop(descriptor, None) is conn:
                self.nr_conns -= 1
                conn.close()

    def _serve(self) -> None:
        while True:
            for descriptor, _ in self.readable.poll(maxevents=1):
                if conn := self.resting.pop(descriptor, None):
                    self._answer(conn)

    def _answer(self, conn: TConn) -> None:
        try:
            if self.handle(conn):
                self._await_more(conn)
                return
        except Exception:
            self.log.exception("A connection is given up")
        conn.close(graceful=True)
        # By the main thread, which takes in no more than so many.
        self.method_queue.defer(self._count_off)

    def _await_more(self, conn: TConn) -> None:
        """Have the kernel tell of the next request. One that has been read already waits for its turn, too:
        that its connection can be written to is told at once."""
        events = select.EPOLLIN | select.EPOLLONESHOT
        if conn.parser.unreader.buf.getvalue():
            events |= select.EPOLLOUT
        descriptor = self._rest(conn, seconds=self.cfg.keepalive)
        with suppress(OSError):  # the main thread has closed it meanwhile
            self.readable.modify(descriptor, events)

    def _rest(self, conn: TConn, *, seconds: float) -> int:
        conn.timeout = time.monotonic() + seconds
        descriptor: int = conn.sock.fileno()
        self.resting[descriptor] = conn
        return descriptor

    def _count_off(self) -> None:
        self.nr_conns -= 1
