"""The command line of bd: parsing, and turning every foreseeable trouble into one clear line."""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from pathlib import Path

from bdlib import base

DESCRIPTION = "Bandeng 板凳. Two commands are enough: ./bd run and ./bd test."


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    main_parser = argparse.ArgumentParser(prog="bd", description=DESCRIPTION)
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="run|test|bench|manage|bundle")
    run = commands.add_parser("run", help="set up when needed, then run the site and its worker")
    run.add_argument("--port", type=port, default=8000, help="on 127.0.0.1 (default 8000)")
    test = commands.add_parser("test", help="everything that must pass; further words go to pytest")
    test.add_argument("--no-browser", action="store_true", help="leave the browser tests out")
    test.add_argument("--all", action="store_true", help="browser tests on PostgreSQL as well, and longer random walks")
    bench = commands.add_parser("bench", help="how fast it is, on both databases")
    bench.add_argument("--quick", action="store_true", help="short rounds and fewer cases: for a look, not for a figure")
    bench.add_argument("--database", choices=["sqlite", "postgresql", "postgres"], default="", help="only this one")
    bench.add_argument("--cases", type=int, default=10_000)
    bench.add_argument("--only", default="", metavar="PARTS", help="of rates,weight,map,sealer,sizes,locate,rush")
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    commands.add_parser("manage", help="Django's command line", add_help=False)
    bundle = commands.add_parser("bundle", help="one archive that runs without a network")
    bundle.add_argument("file", nargs="?", type=Path, help="default: dist/bandeng-….tar.gz")
    return main_parser


def port(text: str) -> int:
    """A port number that an ordinary user may open."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not between 1 and 65535")
    return number


def parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the words for us from those that `test` and `manage` pass on."""
    if argv[:1] == ["manage"]:  # everything after it belongs to Django, also --help
        return argparse.Namespace(command="manage"), argv[1:]
    options, rest = parser().parse_known_args(argv)
    if rest and options.command != "test":
        parser().error(f"unknown: {' '.join(rest)}")
    return options, [word for word in rest if word != "--"]


def dispatch(options: argparse.Namespace, rest: list[str]) -> int:
    """Call what was asked for; the modules are loaded only when needed."""
    if options.command == "run":
        from bdlib import serve

        return serve.run(options.port)
    if options.command == "test":
        from bdlib import check

        return check.run(rest, browser=not options.no_browser, everything=options.all)
    if options.command == "bench":
        from bdlib import bench

        database = "postgresql" if options.database == "postgres" else options.database
        return bench.run(
            quick=options.quick, database=database, cases=options.cases, only=options.only, target=options.json
        )
    if options.command == "bundle":
        from bdlib import pack

        return pack.run(options.file)
    from bdlib import install

    base.talk_on(sys.stderr)
    install.ensure()
    install.become_manage(rest)
    return 0


def main(argv: list[str]) -> int:
    """Run bd; return the exit status."""
    options, rest = parse(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that "finally" is honoured
    try:
        return dispatch(options, rest)
    except base.Sorry as sorry:
        sys.stderr.write(f"bd: {sorry}\n")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise
        full = error.errno == errno.ENOSPC
        sys.stderr.write(f"bd: {base.disk_full() if full else f'No right to write: {error}'}\n")
    except KeyboardInterrupt:
        sys.stderr.write("bd: stopped.\n")
        return 128 + signal.SIGINT
    return 1
