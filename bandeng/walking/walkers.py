"""Who walks: how fast, what steps cost, and how long a crossing keeps them waiting.

Walking speeds near homes, as collected in the project's reference on life circles:
* standard: GB 50180-2018 2.0.2 takes 15 minutes for 800-1000 m; 1000 m in 15 minutes is 67 m/min, and no
  wait and no steps are counted because the standard counts none.
* adult: 80 m/min, the 1.333 m/s that studies of walking access take for adults.
* elder: 54 m/min (0.9 m/s): 69.7 % of 1,191 people over 60 in Sao Paulo walk slower (Duim et al.), and in
  Chongqing 0.97 m/s is advised where many are old (Zhang 2020, Promet 32(1)).
* wheels, a wheelchair or pram: 48 m/min (0.8 m/s), steps closed.

No study gives one price for steps or for a crossing. Steps: a flight is walked at about half the speed of
level ground, so its length counts twice, and three times for elders. Crossings: half of a 60 s red, met half of
the time, is 15 s. Both are assumptions of ours; give your own `Walker` where you have measured.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOSED = 1 << 30
"""The cost, in decimetres, of a way that a walker cannot use; far above every limit."""


@dataclass(frozen=True, slots=True)
class Walker:
    """`speed` in metres a minute; `steps` multiplies the length of steps (None: cannot use them); `crossing_wait`
    in seconds is spent each time a main road is crossed on the level.
    """

    name: str
    speed: float
    steps: float | None = 1.0
    crossing_wait: float = 0.0

    def __post_init__(self) -> None:
        if not self.speed > 0 or (self.steps is not None and self.steps < 1) or self.crossing_wait < 0:
            raise ValueError("A walker has a speed above 0, steps of at least 1 and a wait of at least 0.")

    @property
    def only_metres(self) -> bool:
        """Whether a way costs this walker its length and nothing else."""
        return self.steps == 1 and self.crossing_wait == 0

    def decimetres(self, minutes: float) -> int:
        """How far this walker gets on level ground: the limit of a search, whole decimetres."""
        return round(self.speed * minutes * 10)

    def minutes(self, decimetres: float) -> float:
        """The time that a cost in decimetres takes this walker."""
        return decimetres / 10 / self.speed


STANDARD = Walker("standard", 67.0)
ADULT = Walker("adult", 80.0, steps=2.0, crossing_wait=15.0)
ELDER = Walker("elder", 54.0, steps=3.0, crossing_wait=15.0)
WHEELS = Walker("wheels", 48.0, steps=None, crossing_wait=15.0)

WALKERS = {walker.name: walker for walker in (STANDARD, ADULT, ELDER, WHEELS)}
