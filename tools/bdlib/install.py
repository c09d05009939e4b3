"""Setting up: the virtual environment, the packages, the keys. What is there already is left alone.

What has been installed is remembered by stamps: files holding the hash of the list that was installed from.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bdlib.base import PYTHON, ROOT, VENV, Failed, Sorry, call, environment, home, say

SPACE_NEEDED = 10**9  # bytes, before anything is installed
OLDEST_NODE = 18
WHEELS = ROOT / "wheels"
NODE_MODULES = ROOT / "node_modules"
NODE_STAMP = NODE_MODULES / ".bandeng-stamp"
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]
PLATFORM_CODE = (
    "import sys, sysconfig; print(f'{sys.implementation.cache_tag} {sysconfig.get_platform()}')"
)


def ensure(dev: bool = False) -> None:
    """Make everything ready that a run (or, with *dev*, a test) needs. Raises Sorry."""
    with _one_at_a_time():
        ensure_venv()
        ensure_python_packages(dev)
        ensure_node_packages(dev)
        ensure_keys()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two bd started together must not install into one folder."""
    folder = ROOT / "var"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_space() -> None:
    """Raise Sorry when too little is free to install anything."""
    free = shutil.disk_usage(ROOT).free
    if free < SPACE_NEEDED:
        raise Sorry(
            f"Only {free / 1e9:.1f} GB are free on the disk that holds {ROOT}; setting up needs "
            f"{SPACE_NEEDED / 1e9:.0f} GB."
        )


# -- stamps -----------------------------------------------------------------------------------------------


def fingerprint(*paths: Path) -> str:
    """The hash of files' contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def read_stamp(path: Path) -> str:
    """What a stamp says; empty when there is none."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def pins(path: Path) -> set[str]:
    """The name==version pairs of a requirements file."""
    return set(re.findall(r"^[A-Za-z0-9_.\[\]-]+==[^\s;\\]+", path.read_text(encoding="utf-8"), re.MULTILINE))


# -- Python -----------------------------------------------------------------------------------------------


def ensure_venv() -> None:
    """Make .venv, or make it anew when it does not work or was moved here from elsewhere."""
    if venv_works():
        return
    check_space()
    say(f"Making the virtual environment with Python {sys.version.split()[0]} …")
    try:
        call([sys.executable, "-m", "venv", "--clear", VENV])
    except Failed as failed:
        hint = ""
        if "ensurepip" in failed.output:
            hint = " This Python comes without venv: on Debian and Ubuntu, apt-get install python3-venv."
        raise Sorry(f"The virtual environment could not be made.{hint}\n{failed.last_lines()}") from failed


def venv_works() -> bool:
    """Whether .venv holds a Python that is new enough, with pip, and was made for this folder."""
    config = read_stamp(VENV / "pyvenv.cfg")
    made_for = re.search(r"^command = .*$", config, re.MULTILINE)
    # The folder stands at the end of the line, unquoted even when it holds spaces.
    if not config or (made_for and not made_for[0].rstrip().endswith(f" {VENV}")):
        return False
    code = "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or not u.find_spec('pip'))"
    try:
        call([PYTHON, "-c", code])
    except (Failed, OSError):
        return False
    return True


def python_packages_ready(dev: bool) -> bool:
    """Whether the packages wanted now have been installed; the list for tests contains the other one."""
    run_list, dev_list = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    dev_done = dev_list.exists() and read_stamp(_python_stamp(dev_list)) == fingerprint(dev_list)
    if dev:
        return dev_done
    if read_stamp(_python_stamp(run_list)) == fingerprint(run_list):
        return True
    return dev_done and pins(run_list) <= pins(dev_list)


def _python_stamp(requirements: Path) -> Path:
    return VENV / f".{requirements.stem}.stamp"


def ensure_python_packages(dev: bool) -> None:
    """Install the hash-pinned packages unless the stamp says that it was done."""
    if python_packages_ready(dev):
        return
    check_space()
    requirements = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
    say(f"Installing {len(pins(requirements))} Python packages …")
    pip_install(requirements)
    # Another list may have changed versions of what this one wants: only the last one installed is sure.
    for other in VENV.glob(".requirements*.stamp"):
        other.unlink()
    _python_stamp(requirements).write_text(fingerprint(requirements), encoding="utf-8")


def pip_install(requirements: Path) -> None:
    """pip install of a hash-pinned list, from wheels/ where a bundle brought them. Raises Sorry."""
    argv: list[str | Path] = [PYTHON, *PIP, "install", "--retries", "2", "--require-hashes"]
    argv += ["-r", requirements]
    if wheels_fit():
        argv += ["--no-index", "--find-links", WHEELS]
    try:
        call(argv)
    except Failed as failed:
        raise Sorry(
            f"pip could not install the packages of {requirements.name}; is there a network? "
            f"(PIP_INDEX_URL may name a nearer mirror.) Its last lines:\n{failed.last_lines()}"
        ) from failed


def platform_tag() -> str:
    """The Python and machine that compiled packages must fit."""
    return call([PYTHON, "-c", PLATFORM_CODE]).strip()


def wheels_fit() -> bool:
    """Whether a bundle's wheels/ lies beside bd and was made for this Python and machine."""
    if not WHEELS.is_dir():
        return False
    made_for, here = read_stamp(WHEELS / "PLATFORM"), platform_tag()
    if made_for and made_for != here:
        say(f"This bundle was made for {made_for}, here is {here}: taking the packages from the network.")
        return False
    return True


# -- Node -------------------------------------------------------------------------------------------------


def node_fingerprint() -> str:
    """The hash of what npm installs from."""
    return fingerprint(ROOT / "package.json", ROOT / "package-lock.json")


def node_packages_ready(dev: bool) -> bool:
    """Whether node_modules holds what is wanted now; what tests need contains what a run needs."""
    kind, _, hashed = read_stamp(NODE_STAMP).partition(" ")
    return hashed == node_fingerprint() and (kind == "dev" or not dev)


def ensure_node_packages(dev: bool) -> None:
    """npm ci, unless the stamp says that it was done."""
    if node_packages_ready(dev):
        return
    check_space()
    env = node_environment()
    say("Installing the map library by npm …" if not dev else "Installing the npm packages …")
    npm_ci(ROOT, dev, env)


def npm_ci(folder: Path, dev: bool, env: dict[str, str]) -> None:
    """Install by the lock file of *folder* and stamp it. npm first empties node_modules, with the stamp."""
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    argv = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    argv += ["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=15000"]
    try:
        call([*argv, *([] if dev else ["--omit=dev"])], env=env, cwd=folder)
    except (Failed, OSError) as error:
        lines = error.last_lines() if isinstance(error, Failed) else f"    {error}"
        line = "npm could not install the packages; is there a network? Its last lines:"
        raise Sorry(f"{line}\n{lines}") from error
    (folder / "node_modules").mkdir(exist_ok=True)
    stamp = f"{'dev' if dev else 'run'} {node_fingerprint()}"
    (folder / "node_modules" / NODE_STAMP.name).write_text(stamp, encoding="utf-8")


def node_environment() -> dict[str, str]:
    """An environment in which npm works: the machine's own, or Node from a Python package."""
    env = dict(os.environ)
    if system_node_works():
        return env
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    if not (VENV / "bin" / "npm").exists():
        say("Installing Node (this machine has none) …")
        pip_install(ROOT / "requirements-node.txt")
    return env


def system_node_works() -> bool:
    """Whether npm and a Node that is not too old are on the PATH."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    try:
        version = re.match(r"v(\d+)", call(["node", "--version"]))
    except (Failed, OSError):
        return False
    return bool(version) and int(version[1]) >= OLDEST_NODE  # type: ignore[index]


# -- keys -------------------------------------------------------------------------------------------------


def fresh_keys() -> dict[str, str]:
    """Random keys, as the settings read them."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "BANDENG_SEAL_KEYS": "1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BANDENG_JOURNAL_KEY": secrets.token_urlsafe(48),
        "BANDENG_HASH_KEY": secrets.token_urlsafe(48),
    }


def ensure_keys() -> None:
    """Write the keys that are missing into local.env, readable by its owner only.

    Raises Sorry when there is a database but none of its keys: new ones could not open what it holds.
    """
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "local.env"
    known = read_env(path)
    missing = {key: new for key, new in fresh_keys().items() if not (known.get(key) or os.environ.get(key))}
    if "BANDENG_SEAL_KEYS" in missing and (folder / "bandeng.sqlite3").exists():
        raise Sorry(
            f"{folder} holds a database, but its keys (local.env) are gone. Put the file back from your "
            "backup, or move the database away to begin anew."
        )
    if missing:
        say(f"Writing fresh keys to {path} …")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write("".join(f"{key}={value}\n" for key, value in missing.items()))
    if path.exists():
        with suppress(PermissionError):  # it may belong to the person who runs the service
            path.chmod(0o600)


def read_env(path: Path) -> dict[str, str]:
    """The KEY=value lines of a file; empty when there is none."""
    pairs = (line.partition("=") for line in read_stamp(path).splitlines())
    return {key.strip(): value.strip() for key, equals, value in pairs if equals and not key.startswith("#")}


def become_manage(words: list[str]) -> None:
    """Let manage.py take this process's place, so that it gets the signals and the terminal."""
    os.execve(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *words], dict(os.environ))  # noqa: S606


def manage(*words: str) -> int:
    """Run manage.py in the virtual environment with our streams; return its exit status."""
    return subprocess.run([PYTHON, ROOT / "manage.py", *words], env=environment()).returncode  # noqa: S603
