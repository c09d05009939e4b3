"""./bd: what can be told without setting anything up."""

import ast
import contextlib
import errno
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from bdlib import base, bench, check, cli, install, pack, serve  # noqa: E402


@pytest.fixture
def bd():
    """The script as a module."""
    loader = SourceFileLoader("bd_script", str(ROOT / "bd"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bd_script", loader))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty checkout in place of ours."""
    for module in (base, install, check, pack, serve):
        monkeypatch.setattr(module, "ROOT", tmp_path, raising=False)
        monkeypatch.setattr(module, "VENV", tmp_path / ".venv", raising=False)
        monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python", raising=False)
    monkeypatch.setattr(install, "WHEELS", tmp_path / "wheels")
    monkeypatch.setattr(install, "NODE_STAMP", tmp_path / "node_modules" / ".bandeng-stamp")
    for name in ("SECRET_KEY", "BANDENG_SEAL_KEYS", "BANDENG_JOURNAL_KEY", "BANDENG_HASH_KEY", "BANDENG_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "requirements.txt").write_text("django==5.2.1 \\\n    --hash=sha256:00\n")
    (tmp_path / "requirements-dev.txt").write_text("django==5.2.1 \\\n    --hash=sha256:00\npytest==9.0\n")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / ".venv").mkdir()
    return tmp_path


@pytest.fixture
def calls(monkeypatch):
    """Record the programs that would be run; `calls.fail = "text"` makes them fail with that output."""

    class Calls(list):
        fail = None

        def __call__(self, argv, env=None, cwd=None):
            self.append([str(word) for word in argv])
            if self.fail is not None:
                raise base.Failed([str(argv[0])], 1, self.fail)
            return ""

    record = Calls()
    monkeypatch.setattr(install, "call", record)
    monkeypatch.setattr(check, "call", record)
    return record


# -- the script ---------------------------------------------------------------------------------------------


def test_an_old_python_can_read_the_script():
    ast.parse((ROOT / "bd").read_text(encoding="utf-8"), feature_version=(3, 4))


def test_an_old_python_gets_one_clear_line(bd, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as left:
        bd.check_python((3, 8, 1))
    assert "needs Python 3.11 or newer, this is Python 3.8" in str(left.value)
    assert "\n" not in str(left.value)
    assert bd.check_python((3, 11, 0)) is None


def test_an_old_python_hands_over_to_a_newer_one(bd, monkeypatch, tmp_path):
    newer = tmp_path / "python3.12"
    newer.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    became = []
    monkeypatch.setattr(bd.os, "execv", lambda path, argv: became.append((path, argv[1])) or sys.exit(0))
    with pytest.raises(SystemExit):
        bd.check_python((3, 9, 2))
    assert became == [(str(newer), str(ROOT / "bd"))]


def test_the_scripts_may_be_run():
    assert os.access(ROOT / "bd", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


# -- the command line ---------------------------------------------------------------------------------------


def test_words_are_sorted():
    options, rest = cli.parse(["run", "--port", "8123"])
    assert (options.command, options.port, rest) == ("run", 8123, [])
    options, rest = cli.parse(["test", "--no-browser", "-k", "mask", "bandeng/language"])
    assert (options.command, options.no_browser, options.all) == ("test", True, False)
    assert rest == ["-k", "mask", "bandeng/language"]
    assert cli.parse(["manage", "migrate", "--help"])[1] == ["migrate", "--help"]
    assert cli.parse(["bundle", "x.tar.gz"])[0].file == Path("x.tar.gz")
    options, _rest = cli.parse(["bench", "--quick", "--database", "postgres", "--cases", "500", "--json", "out.json"])
    assert (options.quick, options.database, options.cases, options.json) == (True, "postgres", 500, Path("out.json"))


@pytest.mark.parametrize("words", [[], ["walk"], ["run", "--prot", "1"], ["run", "--port", "99999"], ["run", "--port", "x"],
                                   ["bench", "--database", "oracle"], ["bench", "--cases", "x"], ["bench", "extra"]])
def test_wrong_words_are_refused(words, capsys):
    with pytest.raises(SystemExit) as left:
        cli.parse(words)
    assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (base.Sorry("Port 8000 is in use."), "bd: Port 8000 is in use."),
        (OSError(errno.ENOSPC, "No space left on device"), "is full"),
        (PermissionError(errno.EACCES, "Permission denied", "var"), "No right to write"),
    ],
)
def test_trouble_is_one_line_and_status_1(monkeypatch, capsys, error, line):
    def fail(*_):
        raise error

    monkeypatch.setattr(cli, "dispatch", fail)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert cli.main(["run"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    shown = capsys.readouterr().err
    assert line in shown
    assert shown.count("\n") == 1


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(base.Sorry, match=f"Port {port} is in use"):
            serve.check_port(port)
    serve.check_port(port)


# -- setting up ---------------------------------------------------------------------------------------------


def test_packages_are_installed_once(folder, calls):
    install.ensure_python_packages(dev=False)
    assert "--require-hashes" in calls[0]
    install.ensure_python_packages(dev=False)
    assert len(calls) == 1
    (folder / "requirements.txt").write_text("django==5.2.2\n")
    install.ensure_python_packages(dev=False)
    assert len(calls) == 2


def test_the_packages_for_tests_contain_those_for_a_run(folder, calls):
    install.ensure_python_packages(dev=True)
    install.ensure_python_packages(dev=False)
    assert len(calls) == 1
    (folder / "requirements.txt").write_text("django==5.2.9\n")
    assert not install.python_packages_ready(dev=False), "other versions than the tests use"
    install.ensure_python_packages(dev=False)
    assert not install.python_packages_ready(dev=True), "they may have replaced what tests need"


def test_a_failed_installation_is_tried_again(folder, calls):
    calls.fail = "Ignoring x: markers no\nERROR: Could not find a version"
    with pytest.raises(base.Sorry, match="is there a network") as sorry:
        install.ensure_python_packages(dev=False)
    assert "Could not find a version" in str(sorry.value)
    assert "Ignoring" not in str(sorry.value)
    assert not install.python_packages_ready(dev=False)


def test_npm_packages_are_installed_once(folder, calls, monkeypatch):
    monkeypatch.setattr(install, "system_node_works", lambda: True)
    install.ensure_node_packages(dev=False)
    install.ensure_node_packages(dev=False)
    assert len(calls) == 1
    assert "--omit=dev" in calls[0]
    install.ensure_node_packages(dev=True)
    assert "--omit=dev" not in calls[1]
    install.ensure_node_packages(dev=False)
    assert len(calls) == 2, "those for tests contain those for a run"
    (folder / "package-lock.json").write_text("{ }")
    assert not install.node_packages_ready(dev=False)


def test_node_comes_from_a_python_package_where_there_is_none(folder, calls, monkeypatch):
    monkeypatch.setattr(install, "system_node_works", lambda: False)
    env = install.node_environment()
    assert str(folder / "requirements-node.txt") in calls[0]
    assert env["PATH"].startswith(str(folder / ".venv" / "bin"))


def test_a_full_disk_is_told_before_anything_is_installed(folder, calls, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 2 * 10**8))
    for step in (install.ensure_venv, lambda: install.ensure_python_packages(False)):
        with pytest.raises(base.Sorry, match=r"Only 0\.2 GB are free"):
            step()
    assert [words for words in calls if "install" in words] == []


def test_a_disk_that_fills_up_meanwhile_is_told():
    with pytest.raises(base.Sorry, match="is full"):
        base.call([sys.executable, "-c", "import sys; sys.exit('ERROR: [Errno 28] No space left on device')"])


def test_a_moved_environment_is_made_anew(folder, calls):
    config = folder / ".venv" / "pyvenv.cfg"
    config.write_text(f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv {folder}/.venv\n")
    assert install.venv_works()
    config.write_text("home = /usr/bin\ncommand = /usr/bin/python3 -m venv /elsewhere/.venv\n")
    assert not install.venv_works()


def test_an_environment_in_a_folder_with_spaces_is_kept(folder, calls, monkeypatch):
    spaced = folder / "my  own stools" / ".venv"
    spaced.mkdir(parents=True)
    monkeypatch.setattr(install, "VENV", spaced)
    config = spaced / "pyvenv.cfg"
    config.write_text(f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv --clear {spaced}\n")
    assert install.venv_works()
    config.write_text(f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv --clear {folder}/my other stools/.venv\n")
    assert not install.venv_works()


def test_a_bundle_for_another_machine_is_not_used(folder, monkeypatch, capsys):
    monkeypatch.setattr(install, "platform_tag", lambda: "cpython-311 linux-x86_64")
    assert not install.wheels_fit()
    (folder / "wheels").mkdir()
    (folder / "wheels" / "PLATFORM").write_text("cpython-311 linux-x86_64")
    assert install.wheels_fit()
    (folder / "wheels" / "PLATFORM").write_text("cpython-312 linux-aarch64")
    assert not install.wheels_fit()


# -- keys ---------------------------------------------------------------------------------------------------


def test_keys_are_fresh_private_and_kept(folder):
    install.ensure_keys()
    path = folder / "var" / "local.env"
    assert path.stat().st_mode & 0o777 == 0o600
    first = install.read_env(path)
    assert set(first) == {"SECRET_KEY", "BANDENG_SEAL_KEYS", "BANDENG_JOURNAL_KEY", "BANDENG_HASH_KEY"}
    assert first["BANDENG_SEAL_KEYS"].startswith("1:")
    path.chmod(0o644)
    install.ensure_keys()
    assert install.read_env(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert install.fresh_keys()["SECRET_KEY"] != first["SECRET_KEY"]


def test_keys_of_the_environment_are_not_written_down(folder, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    install.ensure_keys()
    assert "SECRET_KEY" not in install.read_env(folder / "var" / "local.env")


def test_a_database_without_its_keys_is_not_given_new_ones(folder):
    (folder / "var").mkdir()
    (folder / "var" / "bandeng.sqlite3").touch()
    with pytest.raises(base.Sorry, match="keys .* are gone"):
        install.ensure_keys()
    assert not (folder / "var" / "local.env").exists()


# -- watching -----------------------------------------------------------------------------------------------


def test_a_child_that_ends_is_started_again_and_leaves_nothing(folder):
    child = serve.Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
    child.start()
    first = child.process
    first.kill()
    first.wait()
    child.watch()
    assert child.process is None
    child.watch()
    assert child.process is None, "not before its pause is over"
    child.not_before = time.monotonic()
    child.watch()
    assert child.process.pid != first.pid
    child.sweep()
    assert child.process.wait(5) == -signal.SIGKILL


def test_pauses_grow_and_end(folder):
    child = serve.Child("failing", ["false"], {})
    pauses = []
    for _ in range(8):
        child.process = subprocess.Popen(["true"])
        child.process.wait()
        child.started = time.monotonic()
        child.watch()
        pauses.append(round(child.not_before - time.monotonic()))
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


# -- testing and bundling -----------------------------------------------------------------------------------


def test_reports_are_added_up(tmp_path, capsys):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="1" skipped="2"/></testsuites>', encoding="utf-8"
    )
    count = check.counted(report)
    assert (count.passed, count.failed, count.skipped) == (6, 2, 2)
    assert check.summary([count, check.Count("ruff", passed=1)], left_out=3) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7 passed, 2 failed, 2 skipped"
    assert "  NOT RUN (--no-browser): 3 browser tests" in lines
    assert check.summary([check.Count("ruff", passed=1)], left_out=0) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"


def test_tests_cannot_reach_the_real_data(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://real/db")
    monkeypatch.setenv("SECRET_KEY", "real")
    env = check.test_environment(tmp_path)
    assert "DATABASE_URL" not in env
    assert env["SECRET_KEY"] != "real"
    assert env["BANDENG_HOME"] == str(tmp_path)


def test_without_chromium_and_root_there_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(check.shutil, "which", lambda name: None)
    monkeypatch.setattr(check.os, "geteuid", lambda: 1000)
    with pytest.raises(base.Sorry, match="--no-browser"):
        check.ensure_chromium()


def test_root_installs_chromium(monkeypatch, calls):
    monkeypatch.setattr(check.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(check.os, "geteuid", lambda: 0)
    check.ensure_chromium()
    assert calls[0][1:] == ["update"]
    assert {"chromium", "fonts-noto-cjk"} <= set(calls[1])


def test_a_bundle_holds_what_it_should_and_no_owner(folder):
    (folder / "bd").write_text("x")
    (folder / "wheels").mkdir()
    (folder / "wheels" / "a.whl").write_text("y")
    target = folder / "out.tar.gz"
    pack.pack(target, "bandeng-1", ["bd"], {"wheels": folder / "wheels"})
    with tarfile.open(target) as archive:
        assert {entry.name for entry in archive} == {"bandeng-1/bd", "bandeng-1/wheels", "bandeng-1/wheels/a.whl"}
        assert {(entry.uid, entry.uname) for entry in archive} == {(0, "")}


# -- measuring ----------------------------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch):
    """What would be measured: (words, environment) of every run, and how PostgreSQL was started."""
    runs, started = [], []

    def run(argv, cwd, env, check):
        runs.append((argv[3:], env))
        Path(argv[argv.index("--json") + 1]).write_text('[{"name": "x", "met": true}]', encoding="utf-8")

    @contextlib.contextmanager
    def postgres(env, *words):
        started.append(words)
        yield "postgresql://there"

    monkeypatch.setattr(bench.install, "ensure", lambda dev: None)
    monkeypatch.setattr(bench.subprocess, "run", run)
    monkeypatch.setattr(bench.check, "postgres", postgres)
    monkeypatch.setenv("DATABASE_URL", "postgresql://the-real-one")
    monkeypatch.setenv("BANDENG_HOME", "/srv/the-real-one")
    return runs, started


def test_both_databases_are_measured_in_throw_away_places(measured, tmp_path):
    runs, started = measured
    out = tmp_path / "figures.json"
    assert bench.run(quick=False, database="", cases=10_000, only="", target=out) == 0
    (sqlite, first), (server, second) = runs
    assert "DATABASE_URL" not in first and second["DATABASE_URL"] == "postgresql://there"
    assert all("the-real-one" not in env["BANDENG_HOME"] for _words, env in runs)
    assert (sqlite[sqlite.index("--many") + 1], server[server.index("--many") + 1]) == ("100000", "1000000")
    assert started == [("safe",)]  # with its own settings: a commit waits for the disk
    assert json.loads(out.read_text(encoding="utf-8")) == {
        "sqlite": [{"name": "x", "met": True}], "postgresql": [{"name": "x", "met": True}],
    }


def test_one_database_and_one_part_can_be_asked_for(measured):
    runs, started = measured
    bench.run(quick=True, database="sqlite", cases=700, only="rates", target=None)
    ((words, _env),) = runs
    assert started == []
    assert words[words.index("--cases") + 1] == "700"
    assert words[words.index("--only") + 1] == "rates"
    assert float(words[words.index("--seconds") + 1]) < 10


@pytest.mark.parametrize("name", ["postgres", "postgresql", "sqlite", ""])
def test_the_databases_name_is_understood(measured, name, monkeypatch):
    asked = []
    monkeypatch.setattr(bench, "run", lambda **given: asked.append(given["database"]) or 0)
    words = ["bench", *(["--database", name] if name else [])]
    assert cli.main(words) == 0
    assert asked == ["postgresql" if name.startswith("postgres") else name]
