"""A generator of one invented town, all our own: `write_town(folder)` writes its map and its boundaries.

The same seed gives the same bytes. The town is 板凳区, a district that does not exist, on open grassland.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bandeng.sample.town import estates, ground, grounds, lots, places, quarter, services, walkways
from bandeng.sample.town.names import HUTONGS, NEW_COMPOUNDS, OLD_COMPOUNDS, PARKS, POCKET_PARKS, Pool
from bandeng.sample.town.sheet import XY, Sheet

SEED = 20261122


@dataclass(frozen=True, slots=True)
class TownFiles:
    """What was written. `split_compounds` are the two large compounds through which a grid line runs, along
    an inner way; every other compound lies in one grid.
    """

    osm: Path
    places: Path
    split_compounds: tuple[str, ...]


def write_town(folder: Path, seed: int = SEED) -> TownFiles:
    """Write town.osm (OpenStreetMap XML) and places.geojson (GeoJSON, lon/lat) into an existing or new
    folder.
    """
    rng = Random(seed)  # noqa: S311 - a drawing, no secret
    sheet = Sheet()
    plan = ground.lay(sheet, rng)
    parcels = lots.divide(sheet, plan, rng)
    old, new = Pool(OLD_COMPOUNDS), Pool(NEW_COMPOUNDS)
    pools, hutongs = grounds.names(), Pool(HUTONGS)
    parks = {"park": Pool(PARKS), "green": Pool(POCKET_PARKS)}
    parts = Pool(("老街胡同片", "井沿胡同片"))
    homes: list[tuple[XY, int]] = []
    compounds: list[estates.Compound] = []
    for lot in parcels.lots:
        if lot.use == "quarter":
            homes += quarter.build(sheet, lot, parts.take(), hutongs, rng)
        elif lot.use == "compound":
            style = estates.style_for(lot, rng)
            pool = old if len(old) and (style is estates.OLD or not len(new)) else new
            compound = estates.build(sheet, lot, pool.take(), style, rng)
            compounds.append(compound)
            homes += compound.flats
        else:
            grounds.build(sheet, lot, pools, parks.get(lot.use, Pool(())), rng)
    walkways.build(sheet, plan)
    inner = [compound.spine for compound in compounds if compound.split]
    faces = places.grids(plan, parcels.cuts, inner, homes)
    services.place(sheet, plan, parcels.lots, faces, rng)
    services.bus_stops(sheet, plan.broad)
    sheet.knit()
    folder.mkdir(parents=True, exist_ok=True)
    files = TownFiles(
        folder / "town.osm",
        folder / "places.geojson",
        tuple(compound.name for compound in compounds if compound.split),
    )
    sheet.write(files.osm)
    text = json.dumps(places.collection(faces), ensure_ascii=False, separators=(",", ":"))
    files.places.write_text(text + "\n", encoding="utf-8", newline="\n")
    return files
