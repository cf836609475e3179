"""The picture maker under its promised name: a face over the cascade (contract P53, P54, D31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apex_director.core import BackendManager
    from apex_director.images.model import GenerationRequest


class CinematicImageGenerator:
    """Makes single pictures with the studio's backends."""

    backend_manager: BackendManager

    def __init__(self) -> None:
        from apex_director.core import BackendManager

        self.backend_manager = BackendManager()

    async def generate_single_image(
        self, request: GenerationRequest | str | Mapping[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Make exactly one picture, with one call of a backend that succeeds (contract P56).

        Returns
        -------
        dict
            ``image_path``, ``metadata``, ``backend``, ``attempts``; ``score`` and ``asset_id``
            where there are any.

        Raises
        ------
        AllBackendsFailed
            No backend made it; ``log`` lists each attempt.
        """
        return await self.backend_manager.generate(request, **kwargs)

    async def generate(
        self, request: GenerationRequest | str | Mapping[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        """As :meth:`generate_single_image`."""
        return await self.generate_single_image(request, **kwargs)
