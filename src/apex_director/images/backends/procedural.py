"""The built-in renderer as a backend: free, offline, always ready, and last in every cascade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apex_director.core.frame import MAX_SIDE
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Sent
from apex_director.images.scenes import paint
from apex_director.images.scenes.lexicon import read_prompt
from apex_director.providers.model import Call, Quote

_CAPABILITIES = Capabilities(
    name="procedural",
    max_width=MAX_SIDE,
    max_height=MAX_SIDE,
    seed="exact",
    negative_prompt="native",
    layered=True,
    model="procedural",
)


class ProceduralBackend:
    """Draws what the prompt's words say with the scene families of `images.scenes`."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        self._priority = int((config or {}).get("priority", _CAPABILITIES.priority))

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: any size we offer, layers, seeds, at no cost."""
        return replace(_CAPABILITIES, priority=self._priority)

    def ready(self) -> str:
        """Always empty: it needs no key, no network and no GPU."""
        return ""

    def quote(self, request: GenerationRequest) -> Quote:
        """Nothing to pay."""
        return Quote(model="procedural")

    def check(self) -> Health:
        """Always well: there is nobody to ask."""
        return Health(healthy=True, status="ready")

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw the request.

        ``request.metadata`` may carry a plan's own words (``family``, ``palette``, ``time_of_day``,
        ``weather``, ``mood``, ``subject``, ``composition``); they win over those of the prompt.
        """
        plan = request.metadata
        palette = plan.get("palette") or ()
        spec = read_prompt(
            f"{request.prompt}. {request.style}" if request.style else request.prompt,
            width=request.width,
            height=request.height,
            seed=request.seed,
            palette=tuple(str(color) for color in palette),
            family=str(plan.get("family") or ""),
            hints={**plan, "negative_prompt": request.negative_prompt},
        )
        return Drawn(
            scene=paint(spec),
            sent=Sent(
                prompt=request.prompt,
                negative_prompt=request.negative_prompt,
                seed=request.seed,
                width=request.width,
                height=request.height,
            ),
            licence="yours: drawn by the built-in renderer",
        )
