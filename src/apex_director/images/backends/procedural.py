"""The built-in renderer as a backend: free, offline, always ready, and last in every cascade."""

from __future__ import annotations

from apex_director.core.frame import MAX_SIDE
from apex_director.images.model import Capabilities, GenerationRequest, Scene
from apex_director.images.scenes import paint
from apex_director.images.scenes.lexicon import read_prompt

_CAPABILITIES = Capabilities(
    name="procedural",
    max_width=MAX_SIDE,
    max_height=MAX_SIDE,
    seeds=True,
    negative_prompt=True,
    references=False,
    layered=True,
    usd_per_image=0.0,
)


class ProceduralBackend:
    """Draws what the prompt's words say with the scene families of `images.scenes`."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: any size we offer, layers, seeds, at no cost."""
        return _CAPABILITIES

    def ready(self) -> str:
        """Always empty: it needs no key, no network and no GPU."""
        return ""

    def generate(self, request: GenerationRequest) -> Scene:
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
        return paint(spec)
