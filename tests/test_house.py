"""The house itself: what must not stand in the repository, and pages made from tables."""

import re
import subprocess
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
# Written in pieces, so that this file names none itself.
HOSTS = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "npm" + "mirror", "deb" + "ian.org"]


def committed() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name]


def test_no_committed_file_names_the_host_of_a_package_registry():
    found = []
    for path in committed():
        text = path.read_bytes().decode("utf-8", "ignore") if path.is_file() else ""
        found += [f"{path.relative_to(ROOT)}: {host}" for host in HOSTS if host in text]
    assert found == []


def test_no_data_of_others_and_no_built_files_are_committed():
    wrong = re.compile(r"\.(pbf|mo|pyc|sqlite3|whl|min\.js)$|node_modules/|^var/")
    assert [path for path in committed() if wrong.search(str(path.relative_to(ROOT)))] == []


def test_the_drawing_of_the_states_agrees_with_the_tables():
    call_command("draw_states", "--check")
