"""The procedural renderer: scene families that draw pictures in depth, by name."""

from __future__ import annotations

from importlib import import_module

from apex_director.core.errors import ValidationFailed
from apex_director.images.model import Scene

from .model import SceneSpec

FAMILIES: dict[str, str] = {
    "alpine": "apex_director.images.scenes.alpine",
    "ocean": "apex_director.images.scenes.ocean",
    "city": "apex_director.images.scenes.city",
    "forest": "apex_director.images.scenes.forest",
    "dunes": "apex_director.images.scenes.dunes",
    "nebula": "apex_director.images.scenes.nebula",
    "neon_grid": "apex_director.images.scenes.neon_grid",
    "aurora": "apex_director.images.scenes.aurora",
    "meadow": "apex_director.images.scenes.meadow",
    "stage": "apex_director.images.scenes.stage",
    "abstract": "apex_director.images.scenes.abstract",
    "street": "apex_director.images.scenes.street",
    "underwater": "apex_director.images.scenes.underwater",
    "interior": "apex_director.images.scenes.interior",
    "geometry": "apex_director.images.scenes.geometry",
}
"""Every family and the module that paints it; the order is that of `cinematography.FAMILIES`."""


def paint(spec: SceneSpec) -> Scene:
    """Draw a scene; only the module of its family is imported.

    Raises
    ------
    ValidationFailed
        No family has that name.
    """
    if spec.family not in FAMILIES:
        raise ValidationFailed(
            f"'{spec.family}' is no scene family",
            where="family",
            what_to_do=f"Choose one of {', '.join(FAMILIES)}.",
        )
    scene: Scene = import_module(FAMILIES[spec.family]).paint(spec)
    if not spec.light_side:
        return scene
    from .mirror import lit_from

    return lit_from(scene, spec.light_side)


__all__ = ["FAMILIES", "SceneSpec", "paint"]
