"""Stable Diffusion XL on this machine, through diffusers (extra ``diffusers``)."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director.core.errors import ApexError, Interrupted
from apex_director.images.flat import decode, scene_of
from apex_director.images.model import (
    Capabilities,
    Drawn,
    GenerationRequest,
    Health,
    Sent,
)
from apex_director.providers import Refused
from apex_director.providers.model import Call, Quote

from .local import (
    Settings,
    capabilities_of,
    drawing,
    quote_of,
    reference_bytes,
    size_at,
    words,
)
from .sdxl_pipeline import (
    Lora,
    Order,
    PipelineSpec,
    accelerator_seen,
    best_device,
    draw,
    load,
    unread,
)
from .sdxl_weights import EXTRA, is_folder, missing_packages, weights_reason

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

DEFAULT_MODEL = "stabilityai/stable-diffusion-xl-base-1.0"
DEFAULT_LICENCE = "CreativeML Open RAIL++-M"
DEVICES = ("auto", "cuda", "mps", "xpu", "cpu")
SEEDS = 2**63  # what a torch generator takes


class SDXLBackend:
    """Draws with a Stable Diffusion XL model on this machine's accelerator.

    Parameters
    ----------
    config : mapping
        ``model``, ``revision``, ``device``, ``dtype``, ``offload``, ``lora``, ``megapixels``,
        ``steps``, ``guidance_scale``, ``strength``, ``watermark``, ``vae_tiling``, ``threads``,
        ``allow_download``, ``licence`` (docs/backends-local.md).
    clock : callable
        Monotonic time in seconds.
    """

    def __init__(
        self, config: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = Settings(name="sdxl", config=dict(config))
        self._clock = clock
        self._cancelled = threading.Event()

    @property
    def capabilities(self) -> Capabilities:
        """Exact seeds, a negative prompt, one reference picture, at no cost."""
        can = capabilities_of(
            self._settings,
            priority=4,  # contract B2
            quality_level=5,
            model=self._model_name(),
            needs=EXTRA,
        )
        return replace(can, in_process=True)

    def ready(self) -> str:
        """Empty when it can draw now, else what is missing: packages, weights, an accelerator."""
        try:
            spec = self._spec()
        except ApexError as error:
            return str(error)
        if absent := missing_packages(*(("peft",) if spec.loras else ())):
            return f"needs {', '.join(absent)}: {EXTRA}" + (" peft" if "peft" in absent else "")
        if spec.watermark and missing_packages("imwatermark"):
            return "its watermark needs a package: pip install invisible-watermark"
        reason = weights_reason(spec.model, spec.revision, allow_download=spec.allow_download)
        if reason or spec.device != "auto" or accelerator_seen():
            return reason
        return (
            "this machine shows no accelerator. Set backends.sdxl.device to 'cpu' to draw on the "
            "processor all the same, many minutes a picture."
        )

    def quote(self, request: GenerationRequest) -> Quote:
        """Free, unless ``cost_per_image`` books the machine's time."""
        return quote_of(self._settings, self._model_name())

    def check(self) -> Health:
        """Whether torch can use the device that is set; loads torch, not the model."""
        if reason := self.ready():
            return Health(healthy=False, status="needs something first", cure=reason)
        started = self._clock()
        wanted = self._spec().device
        found = best_device()
        if wanted != "cpu" and found == "cpu":
            cure = "Install the torch build for your accelerator, or set backends.sdxl.device."
            return Health(healthy=False, status="unhealthy", cure=f"torch sees none. {cure}")
        return Health(healthy=True, status="ready", response_s=self._clock() - started)

    def cancel(self) -> None:
        """Stop the picture that is being drawn, after the step it is at; from another thread."""
        self._cancelled.set()

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture.

        Raises
        ------
        Refused
            Something is missing, memory is too small, or it takes longer than ``timeout_s``.
        Interrupted
            :meth:`cancel` was called.
        """
        if reason := self.ready():
            raise Refused(reason, where="sdxl")
        self._cancelled.clear()
        order = self._order(request)
        call.sending()
        with self._alone():
            loaded = load(self._spec())
            pixels = self._draw(loaded, order)
        return Drawn(
            scene=scene_of(pixels, request.width, request.height),
            original=_png(pixels),
            media_type="image/png",
            model=self._model_name(),
            sent=_sent(order, device=loaded.device, dtype=loaded.dtype),
            notes=self._notes(loaded, order),
            licence=self._licence(),
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of a studio at a time: each would load a model of its own."""
        home = self._settings.text("home")
        if not home or fcntl is None:
            yield
            return
        path = Path(home) / "cache" / "sdxl.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _draw(self, loaded: Any, order: Order) -> NDArray[np.uint8]:
        limit = self.capabilities.timeout_s
        ends = self._clock() + limit

        def stop() -> str:
            if self._cancelled.is_set():
                return "the picture was cancelled"
            return "too slow" if self._clock() > ends else ""

        try:
            return draw(loaded, order, stop)
        except Interrupted as stopped:
            if stopped.what != "too slow":
                raise
            raise Refused(
                f"a picture took longer than {limit:g} s on {loaded.device}",
                where="sdxl",
                what_to_do="Lower backends.sdxl.steps or megapixels, or raise timeout_s.",
            ) from None

    def _order(self, request: GenerationRequest) -> Order:
        how = drawing(self._settings)
        width, height = size_at(request.width, request.height, how.megapixels)
        reference = None
        if request.references:
            first = request.references[0]
            pixels = decode(reference_bytes(first), where=first)
            reference = _covering(pixels, width, height)
        return Order(
            prompt=words(request),
            negative_prompt=request.negative_prompt,
            seed=request.seed % SEEDS,
            width=width,
            height=height,
            steps=how.steps or request.steps,
            guidance=request.guidance_scale if how.guidance is None else how.guidance,
            strength=how.strength if reference is not None else 1.0,
            reference=reference,
        )

    def _notes(self, loaded: Any, order: Order) -> tuple[str, ...]:
        notes = []
        for what, text in (("prompt", order.prompt), ("negative prompt", order.negative_prompt)):
            if cut := unread(loaded, text):
                notes.append(f"the model reads 77 tokens of the {what} and did not read: {cut}")
        if loaded.device == "cpu":
            notes.append("drawn on the processor, without an accelerator")
        return tuple(notes)

    def _spec(self) -> PipelineSpec:
        settings = self._settings
        device = settings.text("device", "auto")
        if device.partition(":")[0] not in DEVICES:
            told = f"Use {', '.join(DEVICES)}, or one of several as in cuda:1."
            raise settings.wrong("device", f"'{device}' is no kind of device", told)
        return PipelineSpec(
            model=self._located(),
            revision=settings.text("revision"),
            device=device,
            dtype=settings.choice("dtype", "auto", ("auto", "float16", "bfloat16", "float32")),
            offload=settings.choice("offload", "auto", ("auto", "none", "model", "sequential")),
            loras=_loras(settings),
            watermark=settings.flag("watermark"),
            vae_tiling=settings.flag("vae_tiling"),
            allow_download=settings.flag("allow_download"),
            token=settings.text("api_key"),
            threads=settings.whole("threads", 0, 0, 256),
        )

    def _located(self) -> str:
        """The model, from the studio's folder if it lies there."""
        model = self._settings.text("model", DEFAULT_MODEL) or DEFAULT_MODEL
        inside = Path(self._settings.text("home")) / Path(model).expanduser()
        return str(inside) if inside.is_dir() else model

    def _model_name(self) -> str:
        """The hub id, or the folder's own name: where it lies is nobody else's business."""
        model = str(self._settings.config.get("model") or DEFAULT_MODEL)
        return Path(model).expanduser().name if is_folder(model) else model

    def _licence(self) -> str:
        default = DEFAULT_LICENCE if self._model_name() == DEFAULT_MODEL else ""
        return self._settings.text("licence", default)


def _loras(settings: Settings) -> tuple[Lora, ...]:
    given = settings.config.get("lora") or ()
    entries = [given] if isinstance(given, str | Mapping) else list(given)
    return tuple(_lora(settings, entry) for entry in entries)


def _lora(settings: Settings, entry: Any) -> Lora:
    if isinstance(entry, str):
        return Lora(path=entry)
    if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
        told = 'Use {"path": "...", "weight_name": "...", "scale": 1.0}, or a list of them.'
        raise settings.wrong("lora", f"{entry!r} names no weights", told)
    inner = Settings(name="sdxl.lora", config=entry)
    return Lora(
        path=inner.text("path"),
        weight_name=inner.text("weight_name"),
        scale=inner.number("scale", 1.0, -2.0, 4.0),
    )


def _covering(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The picture in exactly that size, its middle part where the aspect is another."""
    from PIL import Image, ImageOps

    fitted = ImageOps.fit(Image.fromarray(pixels), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fitted, np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


def _sent(order: Order, *, device: str, dtype: str) -> Sent:
    extras: dict[str, Any] = {
        "steps": order.steps,
        "guidance_scale": order.guidance,
        "device": device,
        "dtype": dtype,
    }
    if order.reference is not None:
        extras["strength"] = order.strength
    return Sent(
        prompt=order.prompt,
        negative_prompt=order.negative_prompt,
        seed=order.seed,
        width=order.width,
        height=order.height,
        references=0 if order.reference is None else 1,
        extras=extras,
    )
