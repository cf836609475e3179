"""Where cars drive in a town: lanes of its main avenue, or a road along the quay."""

from __future__ import annotations

from typing import Protocol

from apex_director.images.model import Particles
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.sky import unit

Lane = tuple[float, float, float, float, float, float]
HEADLIGHT = (1.0, 0.93, 0.78)
CAR = 0.034
"""Width of a car where a block is one long."""


class Town(Protocol):
    """What of a composition says where its roads are."""

    @property
    def horizon(self) -> float: ...
    @property
    def eye(self) -> float: ...
    @property
    def focal(self) -> float: ...
    @property
    def avenue(self) -> float: ...
    @property
    def canyon(self) -> bool: ...
    @property
    def waterfront(self) -> bool: ...


def traffic(spec: SceneSpec, town: Town, after: int, dark: float) -> tuple[Particles, ...]:
    """Cars in both directions with their lights on, fewer by day."""
    w, h = spec.canvas
    if town.waterfront:
        return ()
    near, far = (0.30, 5.5) if town.canyon else (1.45, 16.0)
    scale = town.focal * unit(spec)
    across = (0.24, 0.52) if town.canyon else (0.25, 0.62)

    def lane(x: float, way: float) -> Lane:
        def at(z: float) -> tuple[float, float]:
            return 0.5 + x * scale / z / w, town.horizon + town.eye * scale / z / h

        return (*at(far), *at(near), way, far / near)

    lanes = [lane(-a * town.avenue, 1.0) for a in across]
    lanes += [lane(a * town.avenue, -1.0) for a in across]
    wide = CAR * (1.0 if town.canyon else 1.35) * scale / near
    return (
        Particles(
            kind="traffic",
            after=after,
            count=round((18 if town.canyon else 44) * (0.55 + 0.45 * dark)),
            color=HEADLIGHT,
            band="mid",
            size=wide / (0.05 * min(w, h)),
            lines=tuple(lanes),
        ),
    )
