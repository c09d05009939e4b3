"""The walking engine from a terminal.

    python -m bandeng.walking prepare CITY.osm.pbf city.walk [--services services.csv]
    python -m bandeng.walking nearest city.walk points.csv --facilities services.csv [--kinds pharmacy,market]
    python -m bandeng.walking reach city.walk origins.csv --minutes 5,10,15 --facilities services.csv
    python -m bandeng.walking zones city.walk origins.csv --minutes 5,10,15
    python -m bandeng.walking path city.walk two.csv
    python -m bandeng.walking warm

Answers go to standard output (or --out) as CSV, zones and paths as GeoJSON; progress goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import numpy as np

from bandeng.osm import OsmError, read
from bandeng.walking.building import build
from bandeng.walking.kernels import FAR
from bandeng.walking.nearest import nearest
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.paths import path
from bandeng.walking.reach import Places, batches
from bandeng.walking.reading import read_walkable
from bandeng.walking.snapping import SNAP_LIMIT_M, snap
from bandeng.walking.spots import Spots
from bandeng.walking.tables import Points, read_points, write_features, write_rows
from bandeng.walking.walkers import WALKERS, Walker
from bandeng.walking.warming import warm
from bandeng.walking.zones import zones

BATCH = 500
"""Origins searched at once: a bound on memory, and how often progress is told."""


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(text + "\n")


def prepare(asked: argparse.Namespace) -> None:
    """From OpenStreetMap to a network file."""
    began = time.perf_counter()
    extract = read_walkable(asked.input)
    say(f"Read {len(extract.streets)} streets, {len(extract.gates)} gates and {len(extract.areas)} areas.")
    network = build(extract)
    if len(network) < 2:
        say("This network has only one junction: nothing can be walked between.")
    network.save(asked.network)
    if asked.services:
        with Path(asked.services).open("w", encoding="utf-8", newline="") as out:
            write_rows(out, ("kind", "name", "lon", "lat"), ((s.kind, s.name, s.lon, s.lat) for s in read(asked.input).services))
    for key, figure in network.report.items():
        say(f"{key.replace('_', ' '):16} {figure}")
    say(f"Ready in {time.perf_counter() - began:.1f} s.")


def _origins(asked: argparse.Namespace, network: WalkNetwork, walker: Walker) -> tuple[Points, Spots]:
    """The points asked about, on the network. Raises WalkError if none of them is near a way."""
    points = read_points(Path(asked.points))
    spots = snap(network, points.lonlat, asked.snap, walker)
    lost = int((~spots.found).sum())
    if len(points) == 0:
        raise WalkError(f"There are no points in {Path(asked.points).name}.")
    if lost == len(points):
        raise WalkError(f"No point of {Path(asked.points).name} lies within {asked.snap:g} m of a way; is it this city, and WGS-84?")
    if lost:
        say(f"{lost} of {len(points)} points lie more than {asked.snap:g} m from any way and have no answer.")
    return points, spots


def _facilities(asked: argparse.Namespace, network: WalkNetwork, walker: Walker) -> tuple[Points, Spots]:
    """The facilities of the kinds asked for, on the network; none at all is an answer too."""
    points = read_points(Path(asked.facilities))
    wanted = asked.kinds.split(",") if asked.kinds else sorted(set(points.kind))
    for kind in sorted(set(wanted) - set(points.kind)):
        say(f"There is no facility of the kind {kind}.")
    chosen = np.flatnonzero(np.isin(points.kind, wanted)) if len(points) else np.zeros(0, np.int64)
    names, kinds = (tuple(column[i] for i in chosen) for column in (points.name, points.kind))
    points = Points(names, kinds, points.lonlat[chosen])
    spots = snap(network, points.lonlat, asked.snap, walker)
    say(f"{int(spots.found.sum())} of {len(points)} facilities lie on the network.")
    return points, spots


def nearest_command(asked: argparse.Namespace, out: IO[str]) -> None:
    """One row a point: metres and minutes to the nearest facility of each kind, empty if none is near enough."""
    network, walker = WalkNetwork.open(asked.network), WALKERS[asked.walker]
    points, spots = _origins(asked, network, walker)
    facilities, where = _facilities(asked, network, walker)
    kinds = asked.kinds.split(",") if asked.kinds else sorted(set(facilities.kind))
    of_kind = np.array(facilities.kind)
    by_kind = {kind: where.only(np.flatnonzero(of_kind == kind)) for kind in kinds}
    found = nearest(network, by_kind, walker.decimetres(asked.limit), walker).from_spots(spots)
    header = ["name", "lon", "lat", "gap_m"] + [f"{kind}_{unit}" for kind in kinds for unit in ("m", "min")]
    write_rows(out, header, (
        [points.name[i], *points.lonlat[i].tolist(), _metres(spots.gap[i])]
        + [text for cost in found[:, i].tolist() for text in _cost(walker, cost)] for i in range(len(points))))


def _metres(gap: float) -> str:
    return f"{gap:.1f}" if np.isfinite(gap) else ""


def _cost(walker: Walker, cost: int) -> tuple[str, str]:
    return ("", "") if cost == FAR else (f"{cost / 10:.1f}", f"{walker.minutes(cost):.1f}")


def reach_command(asked: argparse.Namespace, out: IO[str]) -> None:
    """One row for each origin and facility within the longest time, with the first of the times that suffices."""
    network, walker, minutes = WalkNetwork.open(asked.network), WALKERS[asked.walker], _minutes(asked)
    points, spots = _origins(asked, network, walker)
    facilities, where = _facilities(asked, network, walker)
    places = Places.ready(network, where, walker)

    def rows() -> Iterator[list[Any]]:
        for first, found in batches(network, spots, minutes[-1], walker, places, size=BATCH):
            say(f"{min(first + BATCH, len(points))} of {len(points)} origins")
            first_bearing = found.place_first if found.place_first is not None else np.zeros(0)
            for number in range(len(found)):
                for at in range(found.place_start[number], found.place_start[number + 1]):
                    cost, place = int(found.place_cost[at]), int(found.place[at])
                    band = next(band for band in minutes if cost <= walker.decimetres(band))
                    degrees = first_bearing[at]
                    yield [points.name[first + number], facilities.kind[place], facilities.name[place], *_cost(walker, cost),
                           f"{band:g}", "" if np.isnan(degrees) else f"{degrees:.0f}"]

    write_rows(out, ("origin", "kind", "facility", "m", "min", "within_min", "bearing"), rows())


def zones_command(asked: argparse.Namespace, out: IO[str]) -> None:
    """One feature for each origin and time."""
    network, walker, minutes = WalkNetwork.open(asked.network), WALKERS[asked.walker], _minutes(asked)
    points, spots = _origins(asked, network, walker)

    def features() -> Iterator[tuple[Any, dict[str, Any]]]:
        for first in range(0, len(points), BATCH):
            rows = zones(network, spots.only(slice(first, first + BATCH)), minutes, walker)
            say(f"{first + len(rows)} of {len(points)} origins")
            for number, row in enumerate(rows, start=first):
                gap = round(float(spots.gap[number]), 1) if spots.found[number] else None
                for band, zone in zip(minutes, row, strict=True):
                    yield zone, {"name": points.name[number], "minutes": band, "gap_m": gap}

    write_features(out, features())


def path_command(asked: argparse.Namespace, out: IO[str]) -> None:
    """The walk from the first point of a file to the second. Raises WalkError if there is none."""
    network, walker = WalkNetwork.open(asked.network), WALKERS[asked.walker]
    points, spots = _origins(asked, network, walker)
    if len(points) != 2:
        raise WalkError(f"A path leads from one point to another, but {Path(asked.points).name} has {len(points)}.")
    found = path(network, spots, walker)
    if found is None:
        raise WalkError(f"There is no way on foot from {points.name[0]} to {points.name[1]}.")
    figures = {"from": points.name[0], "to": points.name[1], "metres": round(found.metres, 1),
               "minutes": round(found.minutes, 1), "steps_m": round(found.steps, 1)}
    write_features(out, [(found.line, figures)])


def _minutes(asked: argparse.Namespace) -> tuple[float, ...]:
    try:
        minutes = tuple(float(text) for text in asked.minutes.split(","))
    except ValueError as error:
        raise WalkError(f"The minutes {asked.minutes} are no numbers like 5,10,15.") from error
    if minutes[0] <= 0 or list(minutes) != sorted(set(minutes)):
        raise WalkError("The minutes must be above 0 and rise, like 5,10,15.")
    return minutes


COMMANDS = {"nearest": nearest_command, "reach": reach_command, "zones": zones_command, "path": path_command}


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = argparse.ArgumentParser(prog="python -m bandeng.walking", description="What can be walked to.")
    commands = top.add_subparsers(dest="command", required=True)
    one = commands.add_parser("prepare", help="make a network from an OpenStreetMap extract")
    one.add_argument("input")
    one.add_argument("network")
    one.add_argument("--services", help="also write the service points of the extract to this CSV")
    commands.add_parser("warm", help="compile the hot loops now, as after an upgrade")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=(command.__doc__ or "").split(":")[0])
        one.add_argument("network")
        one.add_argument("points", help="CSV with lon and lat in WGS-84, and perhaps name")
        one.add_argument("--walker", choices=sorted(WALKERS), default="standard")
        one.add_argument("--snap", type=float, default=SNAP_LIMIT_M, help="metres from a point to its way, at most")
        one.add_argument("--out", help="a file in place of standard output")
        if name in ("nearest", "reach"):
            one.add_argument("--facilities", required=True, help="CSV with kind, name, lon and lat")
            one.add_argument("--kinds", help="only these kinds, with commas between")
        if name == "nearest":
            one.add_argument("--limit", type=float, default=15.0, help="minutes")
        if name in ("reach", "zones"):
            one.add_argument("--minutes", default="5,10,15")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if it went well, 1 with one sentence on standard error if the input will not do."""
    asked = parser().parse_args(arguments)
    try:
        if asked.command == "warm":
            warm()
            return 0
        if asked.command == "prepare":
            prepare(asked)
            return 0
        with Path(asked.out).open("w", encoding="utf-8", newline="") if asked.out else nullcontext(sys.stdout) as out:
            COMMANDS[asked.command](asked, out)
    except (OsmError, WalkError) as error:
        say(str(error))
        return 1
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        say(f"{error.filename or 'A file'} cannot be written: {error.strerror}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
