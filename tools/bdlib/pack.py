"""`bd bundle`: one archive that runs on the same kind of machine without a network."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

from bdlib import install
from bdlib.base import PYTHON, ROOT, Failed, Sorry, call, say, tell


def run(file: Path | None) -> int:
    """Write the archive: the tracked files, the wheels and the npm packages of a run."""
    install.ensure()
    tag = install.platform_tag()
    name = f"bandeng-{version()}"
    target = (file or ROOT / "dist" / f"{name}-{tag.replace(' ', '-')}.tar.gz").absolute()
    files = tracked_files()
    install.check_space()
    with tempfile.TemporaryDirectory(prefix="bandeng-bundle-") as folder:
        wheels, node = Path(folder) / "wheels", Path(folder) / "node"
        fetch_wheels(wheels, tag)
        fetch_node_packages(node)
        say(f"Packing {len(files)} files …")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            pack(part, name, files, {"wheels": wheels, "node_modules": node / "node_modules"})
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    say(f"Ready: {target} ({target.stat().st_size / 1e6:.0f} MB)")
    tell(f"\n  tar xf {target.name} && cd {name} && ./bd run\n")
    return 0


def version() -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def tracked_files() -> list[str]:
    """What git tracks and is there. Raises Sorry outside a clone: a bundle cannot be told from its litter."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Sorry("A bundle is made from a git clone; git finds none here.") from error
    names = [name for name in done.stdout.decode().split("\0") if name]
    return [name for name in names if (ROOT / name).is_file()]


def fetch_wheels(folder: Path, tag: str) -> None:
    """Download the hash-pinned wheels for this Python and machine. Raises Sorry."""
    requirements = ROOT / "requirements.txt"
    say(f"Fetching {len(install.pins(requirements))} wheels for {tag} …")
    argv: list[str | Path] = [PYTHON, *install.PIP, "download", "--retries", "2", "--only-binary", ":all:"]
    argv += ["--require-hashes", "-r", requirements, "-d", folder]
    argv += ["--no-index", "--find-links", install.WHEELS] if install.wheels_fit() else []
    try:
        call(argv)
    except Failed as failed:
        line = "pip could not download the wheels; is there a network? Its last lines:"
        raise Sorry(f"{line}\n{failed.last_lines()}") from failed
    (folder / "PLATFORM").write_text(tag, encoding="utf-8")


def fetch_node_packages(folder: Path) -> None:
    """Install what a run needs, and no test tools, into a folder of its own."""
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder / name)
    say("Fetching the npm packages …")
    install.npm_ci(folder, dev=False, env=install.node_environment())


def pack(target: Path, name: str, files: list[str], folders: dict[str, Path]) -> None:
    """Write the archive with everything under one folder; owners are left out."""

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for path in files:
            archive.add(ROOT / path, f"{name}/{path}", filter=anonymous)
        for path, folder in folders.items():
            archive.add(folder, f"{name}/{path}", filter=anonymous)
