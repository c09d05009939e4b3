"""A lean HTTP client: what it costs is taken from the server, since both share the machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

Make = Callable[[], bytes]
SAFE = "/?&=%:+,@-._~"


class Refused(Exception):
    """The server gave an answer that is not the one to be measured."""


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._open()

    def _open(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Send one request; return status, head and body. A connection that the server has closed is opened anew."""
        for again in (True, False):
            try:
                self.sock.sendall(request)
                answer = self._answer()
                if b"connection: close" in answer[1].lower():
                    self.sock.close()
                    self._open()
                return answer
            except (ConnectionError, BrokenPipeError):
                if not again:
                    raise
                self._open()
        raise AssertionError

    def _answer(self) -> tuple[int, bytes, bytes]:
        data = self.sock.recv(262144)
        while b"\r\n\r\n" not in data:
            if not (more := self.sock.recv(262144)):
                raise ConnectionError("closed")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        status = int(head[9:12])
        if status in (204, 304):
            return status, head, b""
        at = head.lower().find(b"\r\ncontent-length:")
        if at < 0:
            raise Refused(f"an answer without length: {head[:200]!r}")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0])
        parts = [body]
        got = len(body)
        while got < length:
            if not (more := self.sock.recv(262144)):
                raise ConnectionError("closed")
            parts.append(more)
            got += len(more)
        return status, head, b"".join(parts)

    def close(self) -> None:
        self.sock.close()


def request(path: str, *, cookie: str = "", body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a request: POST of JSON when there is a body. Chinese in *path* is sent as a browser sends it."""
    lines = [f"{'POST' if body else 'GET'} {quote(path, safe=SAFE)} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Round:
    """What one round gave: requests per second, and how long each took (ms)."""

    rate: float = 0.0
    times: list[float] = field(default_factory=list)
    size: int = 0


def load(port: int, make: Make, *, seconds: float, connections: int, good: tuple[int, ...]) -> Round:
    """Ask over and over on some connections for some seconds. Raises Refused for an answer not in *good*."""
    found = Round()
    failures: list[BaseException] = []
    gate = threading.Barrier(connections)

    def run() -> None:
        try:
            _one(port, make, gate, seconds, good, found)
        except BaseException as error:
            failures.append(error)
            gate.abort()

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    found.rate = len(found.times) / (time.perf_counter() - began)
    return found


# A connection stays with the process that took it, and two that are opened at once may both go to one process and
# leave the other idle for the whole round. Opened anew now and then, as browsers do, it goes to the one that is free.
RENEW = 1.0  # seconds


def _one(port: int, make: Make, gate: threading.Barrier, seconds: float, good: tuple[int, ...], found: Round) -> None:
    times = []
    gate.wait()
    now = time.perf_counter()
    end, renew = now + seconds, now + RENEW
    connection = Connection(port)
    while now < end:
        if now > renew:
            connection.close()
            connection, renew = Connection(port), now + RENEW
        asked = make()
        began = time.perf_counter()
        status, head, body = connection.ask(asked)
        now = time.perf_counter()
        times.append((now - began) * 1000)
        if status not in good:
            raise Refused(f"{asked.split(b' HTTP', 1)[0]!r}: {status} {body[:300]!r}")
    connection.close()
    found.times.extend(times)
    found.size = len(body)


def percentile(times: list[float], share: float) -> float:
    """Return the value below which *share* of the times lie."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
