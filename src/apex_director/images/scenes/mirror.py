"""A scene seen in a mirror, so that the light of a whole production comes from one side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apex_director.images.model import Layer, Light, Particles, Scene

SIDES = ("left", "right")
MIDDLE = 0.06  # of the canvas to either side: light from there belongs to neither


def lit_from(scene: Scene, side: str) -> Scene:
    """The scene, turned about its upright axis if its light comes from the other side.

    Parameters
    ----------
    side : ``left`` or ``right``; anything else leaves the scene as it is, and so does a light that
        stands in the middle, or none.
    """
    light = scene.light
    if light is None or side not in SIDES or abs(light.x - 0.5) <= MIDDLE:
        return scene
    return scene if (light.x < 0.5) == (side == "left") else mirrored(scene)


def mirrored(scene: Scene) -> Scene:
    """Everything of a scene turned about its upright axis: layers, life, light, subject."""
    x, y = scene.subject
    return replace(
        scene,
        layers=tuple(_layer(layer) for layer in scene.layers),
        particles=tuple(_particles(some) for some in scene.particles),
        light=_light(scene.light),
        subject=(1.0 - x, y),
    )


def _layer(layer: Layer) -> Layer:
    across, down = layer.drift
    return replace(layer, rgba=np.ascontiguousarray(layer.rgba[:, ::-1]), drift=(-across, down))


def _particles(some: Particles) -> Particles:
    left, top, right, bottom = some.area
    lines = tuple((1.0 - a, b, 1.0 - c, d, way, reach) for a, b, c, d, way, reach in some.lines)
    return replace(some, area=(1.0 - right, top, 1.0 - left, bottom), wind=-some.wind, lines=lines)


def _light(light: Light | None) -> Light | None:
    return None if light is None else replace(light, x=1.0 - light.x)
