"""`python -m bandeng.osm summary FILE` and `python -m bandeng.osm basemap FILE > map.geojson`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable

from bandeng.osm.basemap import basemap
from bandeng.osm.model import Extract, OsmError
from bandeng.osm.reading import read


def _by_kind(items: Iterable[object]) -> str:
    counts = Counter(str(getattr(item, "kind", "")) for item in items)
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def summary(extract: Extract) -> str:
    """What is in an extract, in lines for a terminal."""
    compounds = [area for area in extract.areas if area.kind == "compound"]
    numbered = sum(bool(building.number) for building in extract.buildings)
    lines = [
        "bounds     " + " ".join(f"{value:.5f}" for value in extract.bounds),
        f"streets    {len(extract.streets)}: {_by_kind(extract.streets)}",
        f"lines      {len(extract.lines)}: {_by_kind(extract.lines)}",
        f"gates      {len(extract.gates)}: {_by_kind(extract.gates)}",
        f"buildings  {len(extract.buildings)}, {numbered} with a number",
        f"areas      {len(extract.areas)}: {_by_kind(extract.areas)}",
        f"compounds  {len(compounds)}, {sum(bool(c.name) for c in compounds)} with a name",
        f"services   {len(extract.services)}: {_by_kind(extract.services)}",
    ]
    for label, counts in (("left out", extract.report.left_out), ("repaired", extract.report.repaired)):
        lines += [f"{label:10} {count} {reason}" for reason, count in sorted(counts.items())]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if it went well, 1 with one sentence on standard error if the file cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m bandeng.osm", description="Look into an OSM extract.")
    parser.add_argument("command", choices=["summary", "basemap"])
    parser.add_argument("file")
    asked = parser.parse_args(arguments)
    try:
        extract = read(asked.file)
    except OsmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if asked.command == "summary":
        sys.stdout.write(summary(extract) + "\n")
    else:
        json.dump(basemap(extract), sys.stdout, ensure_ascii=False, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
