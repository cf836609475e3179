"""A scene as JSON beside its pixel arrays, and back without loss, so that a production can store
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from apex_director.core.errors import StorageError
from apex_director.images.model import Layer, Light, Particles, Reaction, Scene, Water

MANIFEST_VERSION = 1
_REACTIONS = TypeAdapter(tuple[Reaction, ...])
_PARTICLES = TypeAdapter(tuple[Particles, ...])
_WATER = TypeAdapter(Water | None)
_LIGHT = TypeAdapter(Light | None)
_PAIR = TypeAdapter(tuple[float, float])
_WORDS = TypeAdapter(tuple[str, ...])


def layer_array(index: int) -> str:
    """Name of a layer's array: ``layer_00`` is the farthest."""
    return f"layer_{index:02d}"


def scene_manifest(scene: Scene) -> dict[str, Any]:
    """Everything of a scene but its pixels, as JSON values; layers name their array."""
    layers = [
        {"array": layer_array(index), **_plain(layer, without="rgba")}
        for index, layer in enumerate(scene.layers)
    ]
    return {"version": MANIFEST_VERSION, **_plain(scene, without="layers"), "layers": layers}


def scene_from(manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[np.uint8]]) -> Scene:
    """The scene a manifest and its arrays stand for; the inverse of :func:`scene_manifest`.

    Parameters
    ----------
    manifest : mapping
        As :func:`scene_manifest` gave it, also after a trip through JSON.
    arrays : mapping
        ``layer_00`` ... to uint8 [shape=(h, w, 4)]; memory-mapped arrays are kept as they are.

    Raises
    ------
    StorageError
        The manifest is damaged, of another version, or an array is missing or misshapen.
    """
    try:
        if manifest["version"] != MANIFEST_VERSION:
            raise _damaged(f"its manifest is of version {manifest['version']}")
        return Scene(
            family=str(manifest["family"]),
            width=int(manifest["width"]),
            height=int(manifest["height"]),
            overscan=float(manifest["overscan"]),
            layers=tuple(_layer(entry, arrays) for entry in manifest["layers"]),
            water=_WATER.validate_python(manifest["water"]),
            particles=_PARTICLES.validate_python(manifest["particles"]),
            light=_LIGHT.validate_python(manifest["light"]),
            subject=_PAIR.validate_python(manifest["subject"]),
            not_drawn=_WORDS.validate_python(manifest["not_drawn"]),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        if isinstance(error, StorageError):
            raise
        raise _damaged(f"its manifest does not read ({type(error).__name__})") from error


def _layer(entry: Mapping[str, Any], arrays: Mapping[str, NDArray[np.uint8]]) -> Layer:
    name = str(entry["array"])
    if name not in arrays:
        raise _damaged(f"the pixels of {name} are missing")
    rgba = arrays[name]
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4:
        raise _damaged(f"the pixels of {name} are {rgba.dtype} {rgba.shape}")
    return Layer(
        name=str(entry["name"]),
        rgba=rgba,
        parallax=float(entry["parallax"]),
        blend="add" if entry["blend"] == "add" else "over",
        drift=_PAIR.validate_python(entry["drift"]),
        reactions=_REACTIONS.validate_python(entry["reactions"]),
    )


def _plain(value: Any, *, without: str = "") -> Any:
    """Dataclasses, tuples and numpy scalars as JSON values, leaving one field out."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        kept = (f.name for f in fields(value) if f.name != without)
        return {name: _plain(getattr(value, name)) for name in kept}
    return value


def _damaged(what: str) -> StorageError:
    return StorageError(
        f"a stored picture cannot be used: {what}",
        where="pictures",
        what_to_do="Delete it from the studio's cache; it is drawn again.",
    )
