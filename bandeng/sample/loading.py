"""Loading the sample district `small`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from django.db import transaction
from django.utils import timezone, translation

from bandeng import osm
from bandeng.cases import catalogue
from bandeng.directory.actions import load_map_points
from bandeng.foundation.access import SYSTEM
from bandeng.foundation.notify.models import Channel, Message
from bandeng.lifecircle import network
from bandeng.people import demo
from bandeng.sample.corners import fill
from bandeng.sample.lives import Stage, live_through
from bandeng.sample.people import Crew, leaders, staff
from bandeng.sample.rare import happen
from bandeng.sample.town import SEED, write_town
from bandeng.territory.actions import load_neighbourhood

SOURCE = translation.gettext_noop("地图：编出来的板凳区，不是真地方")


def load_town(say: Callable[[str], None], rng: Random, *, seed: int = SEED) -> Crew:
    """Write the town, read it back as any extract, and fill its posts; nothing has happened there yet."""
    with tempfile.TemporaryDirectory() as folder, translation.override("zh-hans"):
        files = write_town(Path(folder), seed)
        extract = osm.read(files.osm)
        with transaction.atomic():
            loaded = load_neighbourhood(
                SYSTEM, extract=extract, boundaries=json.loads(files.places.read_text(encoding="utf-8")), source=SOURCE
            )
            points = load_map_points(SYSTEM, extract.services)
            network.keep(extract)
            say("Town: " + ", ".join(f"{n} {kind}" for kind, n in loaded.places.items()) + f", {points.new} service points")
            catalogue.load()
            crew = staff(rng)
            leaders(crew.start)
            say("People and posts are there")
    demo.forget()
    return crew


def load_small(say: Callable[[str], None], *, cases: int = 420, days: int = 182, seed: int = SEED) -> Crew:
    """Load the town and let half a year of cases happen, all by the real actions.

    Deterministic but for the day it is loaded on. Two transactions, town and cases: each whole, or nothing of it.
    """
    rng = Random(seed)  # noqa: S311  a story, not a secret
    crew = load_town(say, rng, seed=seed)
    with translation.override("zh-hans"), transaction.atomic():
        stage = Stage(rng, timezone.now())
        live_through(stage, cases, days, say)
        fill(stage, stage.present)
        happen(stage, stage.present)
        Message.objects.filter(channel=Channel.EMAIL).delete()  # half a year of old mail is not sent now
        Message.objects.filter(created_at__lt=timezone.now()).update(read_at=timezone.now())
    demo.forget()
    return crew
