"""`bd run`: the web server and the worker, started, watched and stopped together."""

from __future__ import annotations

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bdlib import install
from bdlib.base import PYTHON, ROOT, Sorry, elapsed, environment, home, say, tell

HOST = "127.0.0.1"
ANSWER_LIMIT = 60  # seconds for the server's first answer
STOP_LIMIT = 12  # seconds from "please stop" to "stop"
GRACE = 8  # seconds gunicorn gives to requests under way
LONGEST_PAUSE = 30  # seconds between two restarts
STEADY = 60  # seconds after which a child counts as healthy again
PR_SET_PDEATHSIG = 1


def run(port: int) -> int:
    """Set up, prepare, start, watch until a signal; return the exit status."""
    check_port(port)
    install.ensure()
    if install.manage("prepare") != 0:
        raise Sorry("Preparing the database and files failed; the lines above say why.")
    check_port(port)
    return Supervisor(port).run()


def check_port(port: int) -> None:
    """Raise Sorry when the port cannot be opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Sorry(f"Port {port} is in use. Try another one: ./bd run --port {port + 1}") from error
            raise Sorry(f"Port {port} cannot be opened: {error.strerror}.") from error


def gunicorn(port: int) -> list[str]:
    """The web server's command: 2 processes of 4 threads; heartbeats kept in memory, off slow disks."""
    memory = Path("/dev/shm")  # noqa: S108
    temporary = ["--worker-tmp-dir", str(memory)] if os.access(memory, os.W_OK) else []
    return [
        str(PYTHON), "-m", "gunicorn", "bandeng.config.wsgi:application", "--bind", f"{HOST}:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket",
        "--graceful-timeout", str(GRACE), "--log-level", "warning", *temporary,
    ]  # fmt: skip


def die_with_parent() -> None:
    """In the child: be told to stop when bd itself is killed (Linux), so that nothing stays behind."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One program that must always run: started anew when it ends, with growing pauses."""

    def __init__(self, name: str, argv: list[str], env: dict[str, str]) -> None:
        self.name = name
        self.argv = argv
        self.env = env
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started = 0.0
        self.not_before = 0.0

    def start(self) -> None:
        """Start it in a group of its own: Ctrl-C in the terminal reaches bd only, which passes it on once."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.argv,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - bd has one thread
        )

    def watch(self) -> None:
        """Start it again when it has ended and its pause is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.sweep()
        self.failures = 1 if now - self.started > STEADY else self.failures + 1
        pause = min(2 ** (self.failures - 1), LONGEST_PAUSE)
        say(f"The {self.name} ended with status {status}; starting it again in {pause} s.")
        self.process, self.not_before = None, now + pause

    def signal(self, number: int) -> None:
        """Send a signal to the program itself."""
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def sweep(self) -> None:
        """End whatever is left of its group."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """The two children and the signals that stop them."""

    def __init__(self, port: int) -> None:
        self.port = port
        env = environment(**self.address())
        self.server = Child("web server", gunicorn(port), env)
        self.worker = Child("worker", [str(PYTHON), str(ROOT / "manage.py"), "worker"], env)
        self.children = [self.server, self.worker]
        self.stopping = 0

    def address(self) -> dict[str, str]:
        """The address that links in messages carry, unless the operator has set one."""
        if "BANDENG_URL" in {**os.environ, **install.read_env(home() / "local.env")}:
            return {}
        return {"BANDENG_URL": f"http://{HOST}:{self.port}"}

    def run(self) -> int:
        """Start, say where, watch, stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        try:
            say("Starting the web server and the worker …")
            self.server.start()
            who = self.ask_who()
            try:
                if self.wait_for_answer():
                    self.worker.start()
                    self.announce(who)
            finally:
                who.kill()
            while not self.stopping:
                for child in self.children:
                    child.watch()
                time.sleep(0.2)
        finally:
            self.stop()
        return 0

    def on_signal(self, *_: object) -> None:
        """The first signal asks to stop, the second does not wait."""
        self.stopping += 1
        if self.stopping > 1:
            for child in self.children:
                child.sweep()

    def ask_who(self) -> subprocess.Popen[bytes]:
        """Ask for the table of sample accounts while the server starts."""
        argv = [str(PYTHON), str(ROOT / "manage.py"), "sample", "who"]
        return subprocess.Popen(  # noqa: S603
            argv, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def wait_for_answer(self) -> bool:
        """Wait for the first answer. False when asked to stop; raises Sorry when none comes."""
        limit = time.monotonic() + ANSWER_LIMIT
        while not self.stopping:
            if self.server.process and self.server.process.poll() is not None:
                raise Sorry("The web server did not start; its messages are above.")
            if time.monotonic() > limit:
                raise Sorry(f"The web server did not answer within {ANSWER_LIMIT} seconds.")
            if self.answers():
                return True
            time.sleep(0.1)
        return False

    def answers(self) -> bool:
        """Whether the server gives any answer at all."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def announce(self, who: subprocess.Popen[bytes]) -> None:
        """Say what to open and whom to log in as."""
        try:
            table = who.communicate(timeout=20)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            who.kill()
            table = ""
        say("Ready.")
        tell(f"\n  Open http://{HOST}:{self.port}/   (Ctrl-C stops it)\n")
        if who.returncode == 0 and table.strip():
            tell(table.rstrip())

    def stop(self) -> None:
        """Ask all children to stop, wait for a limited time, then end what is left."""
        began = elapsed()
        for child in self.children:
            child.signal(signal.SIGTERM)
        limit = time.monotonic() + STOP_LIMIT
        for child in self.children:
            if child.process:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, limit - time.monotonic()))
                child.sweep()
        say(f"Stopped in {elapsed() - began:.1f} s.")
        sys.stdout.flush()
