"""A Stable Diffusion XL pipeline of diffusers: loaded once per process, drawing one at a time.

Source of the device and number policy: the pipelines' own documentation. Half precision on an
accelerator (the autoencoder widens itself where it must), single on the processor; the noise always
comes from a generator on the processor, so that a seed means the same picture on every device kind.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director.core.errors import Interrupted
from apex_director.providers import Refused

from .sdxl_weights import folder_of, has_plain, has_variant

WHERE = "sdxl"
SMALL_GPU = 10 * 1024**3  # bytes; below it the parts of SDXL take turns on the GPU
FULL_PROMPT = 77  # tokens of CLIP, with the two that open and close
MOST_THREADS = 8
HALF = ("float16", "bfloat16")
_STARVED = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Weights laid over the model's own; ``scale`` 1 is as they were trained."""

    path: str
    weight_name: str = ""
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class PipelineSpec:
    """Everything that decides which pipeline is loaded, and where it runs."""

    model: str
    revision: str = ""
    device: str = "auto"
    dtype: str = "auto"
    offload: str = "auto"
    loras: tuple[Lora, ...] = ()
    watermark: bool = False
    vae_tiling: bool = False
    allow_download: bool = False
    token: str = field(default="", repr=False)  # for models that may not be fetched without one
    threads: int = 0


@dataclass(frozen=True, kw_only=True)
class Order:
    """One picture to draw; ``reference`` is RGB uint8 [shape=(height, width, 3)] or None."""

    prompt: str
    negative_prompt: str
    seed: int
    width: int
    height: int
    steps: int
    guidance: float
    strength: float = 1.0
    reference: NDArray[np.uint8] | None = None


@dataclass(kw_only=True, eq=False)
class Loaded:
    """A pipeline in memory; ``drawer`` is the kind that ran last, which the hooks follow."""

    spec: PipelineSpec
    text: Any
    device: str
    dtype: str
    offload: str
    drawer: Any = None
    image: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_loading = threading.Lock()
_loaded: list[Loaded] = []  # none or one: two would not fit


def accelerator_seen() -> str:
    """The kind of accelerator this machine seems to have, asked without loading torch, or empty."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "cuda"):
        return best_device() if best_device() != "cpu" else ""
    if any(Path(node).exists() for node in ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")):
        return "cuda"
    if os.name == "nt" and Path(os.environ.get("SYSTEMROOT", ""), "System32/nvcuda.dll").exists():
        return "cuda"
    return "mps" if sys.platform == "darwin" and os.uname().machine == "arm64" else ""


def best_device() -> str:
    """``cuda``, ``mps``, ``xpu`` or ``cpu``, whichever torch can use."""
    torch = importlib.import_module("torch")
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "xpu" if hasattr(torch, "xpu") and torch.xpu.is_available() else "cpu"


def load(spec: PipelineSpec) -> Loaded:
    """The pipeline of that description, from memory if it was the last one used.

    Raises
    ------
    Refused
        It cannot be loaded, the device is not there, or memory is too small.
    """
    with _loading:
        if _loaded and _loaded[0].spec == spec:
            return _loaded[0]
        unload()
        with _own_words("loading the model"):
            _loaded.append(_load(spec))
        return _loaded[0]


def unload() -> None:
    """Let go of the pipeline and of the memory it held."""
    _loaded.clear()
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _load(spec: PipelineSpec) -> Loaded:
    torch, diffusers = importlib.import_module("torch"), importlib.import_module("diffusers")
    _quiet(diffusers)
    device = best_device() if spec.device == "auto" else spec.device
    _check_device(torch, device)
    if device == "cpu":
        torch.set_num_threads(spec.threads or min(MOST_THREADS, max(1, (os.cpu_count() or 2) // 2)))
    dtype = spec.dtype if spec.dtype != "auto" else "float32" if device == "cpu" else "float16"
    folder = folder_of(spec.model, spec.revision)
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(
        str(folder or spec.model),
        dtype=getattr(torch, dtype),
        variant=_variant(folder, dtype),
        revision=None if folder else spec.revision or None,
        use_safetensors=True,
        local_files_only=not spec.allow_download,
        token=spec.token or None,
        add_watermarker=spec.watermark,
    )
    pipe.set_progress_bar_config(disable=True)
    if spec.vae_tiling:
        pipe.vae.enable_tiling()
    _add_loras(pipe, spec.loras, spec.allow_download)
    offload = _offload(torch, spec, device)
    loaded = Loaded(spec=spec, text=pipe, device=device, dtype=dtype, offload=offload)
    if not offload:
        pipe.to(device)
    return loaded


def _quiet(diffusers: Any) -> None:
    transformers = importlib.import_module("transformers")
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def _check_device(torch: Any, device: str) -> None:
    kind = device.partition(":")[0]
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": best_device() == "mps"}
    here["xpu"] = hasattr(torch, "xpu") and torch.xpu.is_available()
    if not here.get(kind, False):
        raise Refused(
            f"torch {torch.__version__} finds no {kind} device",
            where="backends.sdxl.device",
            what_to_do="Install the torch build for your accelerator, or set it to 'cpu'.",
        )


def _variant(folder: Path | None, dtype: str) -> str | None:
    """``fp16`` where half the bytes are wanted, or where nothing else lies there."""
    if folder is None:
        return "fp16" if dtype in HALF else None
    return "fp16" if has_variant(folder) and (dtype in HALF or not has_plain(folder)) else None


def _offload(torch: Any, spec: PipelineSpec, device: str) -> str:
    """``model``, ``sequential`` or empty: parts wait in the main memory until they are needed."""
    if spec.offload == "none" or device in {"cpu", "mps"}:
        return ""  # there is nothing to offload from
    if spec.offload != "auto":
        return spec.offload
    if not device.startswith("cuda"):
        return ""
    small = torch.cuda.get_device_properties(torch.device(device)).total_memory < SMALL_GPU
    return "model" if small else ""


def _add_loras(pipe: Any, loras: tuple[Lora, ...], allow_download: bool) -> None:
    names = []
    for number, lora in enumerate(loras):
        names.append(f"lora_{number}")
        pipe.load_lora_weights(
            lora.path,
            adapter_name=names[-1],
            local_files_only=not allow_download,
            use_safetensors=True,
            **({"weight_name": lora.weight_name} if lora.weight_name else {}),
        )
    if names:
        pipe.set_adapters(names, adapter_weights=[lora.scale for lora in loras])


def draw(loaded: Loaded, order: Order, stop: Callable[[], str]) -> NDArray[np.uint8]:
    """Draw one picture.

    Parameters
    ----------
    loaded : Loaded
        From :func:`load`.
    order : Order
        What to draw; its sides are multiples of 8.
    stop : callable
        Asked after every step; words other than empty end the drawing with them.

    Returns
    -------
    uint8 [shape=(height, width, 3)], sRGB.

    Raises
    ------
    Interrupted
        ``stop`` said so.
    Refused
        Memory was too small, or the model answered with what are no numbers.
    """
    torch = importlib.import_module("torch")
    arguments = _arguments(torch, order, stop)
    with loaded.lock, _own_words("drawing"):
        pipe = _drawer(loaded, with_reference=order.reference is not None)
        try:
            with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
                picture = pipe(**arguments).images[0]
        finally:
            pipe.maybe_free_model_hooks()
    if not np.isfinite(picture).all():
        raise Refused(
            f"the model's {loaded.dtype} numbers overflowed",
            where=WHERE,
            what_to_do="Set backends.sdxl.dtype to 'bfloat16' or 'float32'.",
        )
    pixels: NDArray[np.uint8] = (np.clip(picture, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return pixels


def _arguments(torch: Any, order: Order, stop: Callable[[], str]) -> dict[str, Any]:
    def after_step(_pipe: Any, _step: int, _timestep: Any, tensors: dict[str, Any]) -> Any:
        if why := stop():
            raise Interrupted(why, where=WHERE)
        return tensors

    arguments: dict[str, Any] = {
        "prompt": order.prompt,
        "negative_prompt": order.negative_prompt or None,
        "num_inference_steps": order.steps,
        "guidance_scale": order.guidance,
        "generator": torch.Generator("cpu").manual_seed(order.seed),
        "callback_on_step_end": after_step,
        "output_type": "np",
    }
    if order.reference is None:
        return arguments | {"width": order.width, "height": order.height}
    from PIL import Image

    # Of the steps only the last part is walked, and at least one must be.
    steps = max(order.steps, int(np.ceil(1.0 / order.strength)))
    image = Image.fromarray(order.reference)
    return arguments | {"image": image, "strength": order.strength, "num_inference_steps": steps}


def _drawer(loaded: Loaded, *, with_reference: bool) -> Any:
    """The pipeline for words alone or for words and a picture; both share the weights."""
    torch, diffusers = importlib.import_module("torch"), importlib.import_module("diffusers")
    if with_reference and loaded.image is None:
        loaded.image = diffusers.StableDiffusionXLImg2ImgPipeline.from_pipe(
            loaded.text,
            dtype=getattr(torch, loaded.dtype),  # its default would widen the shared weights
            add_watermarker=loaded.spec.watermark,
        )
        loaded.image.set_progress_bar_config(disable=True)
    pipe = loaded.image if with_reference else loaded.text
    if pipe is not loaded.drawer and loaded.offload:
        hook = "enable_sequential_cpu_offload" if loaded.offload == "sequential" else ""
        getattr(pipe, hook or "enable_model_cpu_offload")(device=loaded.device)
    loaded.drawer = pipe
    return pipe


def unread(loaded: Loaded, prompt: str) -> str:
    """The end of a prompt that the model will not read, or empty."""
    ids = loaded.text.tokenizer(prompt, truncation=False, verbose=False).input_ids
    if len(ids) <= FULL_PROMPT:
        return ""
    return str(loaded.text.tokenizer.decode(ids[FULL_PROMPT - 1 : -1])).strip()


@contextmanager
def _own_words(doing: str) -> Iterator[None]:
    """Turns what torch and diffusers raise into errors that name the cure."""
    try:
        yield
    except (RuntimeError, OSError, ValueError, ImportError) as error:
        if any(sign in str(error).lower() for sign in _STARVED):
            unload()
            raise Refused(
                f"memory was too small while {doing}",
                where=WHERE,
                what_to_do="Lower backends.sdxl.megapixels, or set its offload to 'model'.",
                log=str(error),
            ) from error
        raise Refused(
            f"{doing} failed ({type(error).__name__}: {_first_line(error)})",
            where=WHERE,
            what_to_do="See `apex backends` for what sdxl needs.",
            log=str(error),
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else "no reason given"
