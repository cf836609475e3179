"""``imagen``: a name people still use. Google shut Imagen down; its present premium image model
draws in its place, and says so (contract D17).
"""

from __future__ import annotations

from apex_director.providers import catalogue

from .nano_banana import NanoBananaBackend

NAME = "imagen"


class ImagenBackend(NanoBananaBackend):
    """Draws with what replaced Imagen; settings as :class:`NanoBananaBackend`.

    An Imagen id as ``model`` is followed to what Google's migration table names for it.
    """

    name = "imagen"
    default_model = NAME
    default_priority = 2
    default_quality = 5

    def _wanted(self) -> str:
        return self._settings.text("model") or NAME

    def _model(self) -> str:
        return catalogue.resolve(self._wanted()).id

    def _model_notes(self) -> tuple[str, ...]:
        note = catalogue.resolve(self._wanted()).note
        return (note,) if note else ()
