"""What the backends on one's own machines share: settings, the size to draw at, references, price.

Open models are trained at one number of pixels and draw badly far from it, so a picture is drawn
near that size at the aspect that was asked, and brought to the size of the video afterwards.
"""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from apex_director.core.errors import ConfigError, InputUnusable
from apex_director.core.frame import MAX_SIDE
from apex_director.core.money import Usd
from apex_director.images.flat import MAX_BYTES, media_type
from apex_director.images.model import Capabilities, GenerationRequest
from apex_director.providers.model import Cost, Quote

LATENT = 8  # pixels per latent cell of every Stable Diffusion autoencoder
MEGAPIXEL = 1024 * 1024
SHORTEST = 64  # pixels; a latent below 8x8 has no picture in it
STRENGTH = 0.6  # how much of a reference picture is drawn anew


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The section ``backends.<name>`` of ``apex_config.json``, read with clear errors."""

    name: str
    config: Mapping[str, Any] = field(repr=False)  # may hold a key

    def where(self, key: str) -> str:
        """The setting as a user would look for it."""
        return f"backends.{self.name}.{key}"

    def text(self, key: str, default: str = "") -> str:
        """A text setting.

        Raises
        ------
        ConfigError
            It holds something else.
        """
        value = self.config.get(key)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.wrong(key, f"{value!r} is no text", "Write it in quotes.")
        return value.strip()

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number within limits.

        Raises
        ------
        ConfigError
            It is no number, or outside.
        """
        value = self.config.get(key)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"{value!r} is no number", f"Use {least:g} to {most:g}.")
        if not least <= value <= most:
            raise self.wrong(key, f"{value:g} is out of range", f"Use {least:g} to {most:g}.")
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within limits; errors as :meth:`number`."""
        return int(self.number(key, default, least, most))

    def flag(self, key: str, default: bool = False) -> bool:
        """A switch.

        Raises
        ------
        ConfigError
            It is neither true nor false.
        """
        value = self.config.get(key)
        value = default if value is None else value
        if not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false", "Write true or false.")
        return value

    def choice(self, key: str, default: str, among: tuple[str, ...]) -> str:
        """One of some words.

        Raises
        ------
        ConfigError
            It is none of them.
        """
        value = self.text(key, default)
        if value not in among:
            raise self.wrong(key, f"'{value}' is not offered", f"Use one of {', '.join(among)}.")
        return value

    def wrong(self, key: str, what: str, what_to_do: str) -> ConfigError:
        """The error of a setting, to be raised."""
        return ConfigError(what, where=self.where(key), what_to_do=what_to_do)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How this studio wants pictures drawn, whatever was asked; None takes what was asked."""

    megapixels: float = 1.0
    steps: int | None = None
    guidance: float | None = None
    strength: float = STRENGTH


def drawing(settings: Settings) -> Drawing:
    """Read ``megapixels``, ``steps``, ``guidance_scale`` and ``strength``; errors as the
    settings'.
    """
    steps = settings.config.get("steps")
    guidance = settings.config.get("guidance_scale")
    return Drawing(
        megapixels=settings.number("megapixels", 1.0, 1 / 256, 16.0),
        steps=None if steps is None else settings.whole("steps", 30, 1, 150),
        guidance=None if guidance is None else settings.number("guidance_scale", 7.0, 0.0, 30.0),
        strength=settings.number("strength", STRENGTH, 0.05, 1.0),
    )


def address(settings: Settings, variable: str) -> str:
    """The server's address: ``base_url``, else the variable's; empty where there is none."""
    return settings.text("base_url") or os.environ.get(variable, "").strip()


def sign_in(settings: Settings, variable: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The header a guarded server wants, and the secrets in it; empty for an open one.

    The key is handed over as ``api_key``, or stands in the variable: ``user:password`` (Basic, RFC
    7617), or a token.
    """
    key = settings.text("api_key") or os.environ.get(variable, "").strip()
    if not key:
        return {}, ()
    if ":" not in key:
        return {"authorization": f"Bearer {key}"}, (key,)
    coded = base64.b64encode(key.encode()).decode()
    return {"authorization": f"Basic {coded}"}, (key, key.partition(":")[2], coded)


def size_at(width: int, height: int, megapixels: float, multiple: int = LATENT) -> tuple[int, int]:
    """The size to draw at: about that many pixels, that aspect, whole latent cells.

    Parameters
    ----------
    width, height : int
        The picture asked for, of which only the aspect counts.
    megapixels : float
        In units of 1024 x 1024 pixels.
    multiple : int
        Both sides are multiples of it.
    """
    scale = math.sqrt(megapixels * MEGAPIXEL / (width * height))
    return _whole(width * scale, multiple), _whole(height * scale, multiple)


def _whole(side: float, multiple: int) -> int:
    return min(MAX_SIDE, max(SHORTEST, round(side / multiple) * multiple))


def words(request: GenerationRequest) -> str:
    """The prompt with its style, as models that read plain words are asked."""
    if not request.style:
        return request.prompt
    return f"{request.prompt.rstrip().rstrip('.')}. {request.style}"


def reference_bytes(reference: str) -> bytes:
    """The bytes of a reference picture on this machine.

    Raises
    ------
    InputUnusable
        It cannot be read, or is no PNG, JPEG or WebP picture.
    """
    try:
        path = Path(reference)
        if path.stat().st_size > MAX_BYTES:
            raise _reference("it is too large", reference)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise _reference("it cannot be read", reference) from error
    if not media_type(content):
        raise _reference("it is no PNG, JPEG or WebP picture", reference)
    return content


def _reference(what: str, reference: str) -> InputUnusable:
    return InputUnusable(
        f"a reference picture cannot be used: {what}",
        where=reference,
        what_to_do="Name a PNG, JPEG or WebP file that can be read.",
    )


def price(settings: Settings) -> Usd:
    """What one picture costs: nothing, unless the studio books its own machine's time.

    Raises
    ------
    ConfigError
        ``cost_per_image`` is no price.
    """
    return Usd.of(settings.number("cost_per_image", 0.0, 0.0, 1000.0))


def quote_of(settings: Settings, model: str) -> Quote:
    """The price of one picture of this backend; errors as :func:`price`."""
    usd = price(settings)
    cost = Cost(usd=usd, basis="list_price", source=settings.where("cost_per_image"))
    return Quote(model=model, cost=cost if usd > Usd() else Cost())


def capabilities_of(
    settings: Settings,
    *,
    priority: int,
    quality_level: int,
    model: str = "",
    seed: Literal["exact", "none"] = "exact",
    negative_prompt: Literal["native", "none"] = "native",
    max_references: int = 1,
    needs: str = "",
    key_name: str = "",
    owns_ids: bool = False,
    tries: int = 2,
) -> Capabilities:
    """What a local backend can do; the section's own words win. Errors as the settings'."""
    return Capabilities(
        name=settings.name,
        max_width=settings.whole("max_width", MAX_SIDE, SHORTEST, MAX_SIDE),
        max_height=settings.whole("max_height", MAX_SIDE, SHORTEST, MAX_SIDE),
        seed=seed,
        negative_prompt=negative_prompt,
        layered=False,
        max_references=max_references,
        usd_per_image=float(price(settings)),
        needs=needs,
        model=model,
        priority=settings.whole("priority", priority, 1, 1000),
        quality_level=settings.whole("quality_level", quality_level, 1, 5),
        per_minute=settings.whole("per_minute", 0, 0, 10_000),
        timeout_s=settings.number("timeout_s", 600.0, 1.0, 24 * 3600.0),
        tries=settings.whole("tries", tries, 1, 10),
        key_name=key_name,
        owns_ids=owns_ids,
    )
