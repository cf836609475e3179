"""Where the weights of a diffusers model lie, and what is missing of them; loads no torch.

A model is a folder as ``save_pretrained`` writes it, or the id of one on the Hugging Face hub that
is already in this machine's cache.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "safetensors")
WEIGHTED = ("unet", "vae", "text_encoder", "text_encoder_2")
DOWNLOAD_GB = 7  # SDXL base in half precision
EXTRA = "pip install 'apex-director[diffusers]'"


def missing_packages(*further: str) -> tuple[str, ...]:
    """Packages that are not installed, of those a picture needs."""
    return tuple(name for name in (*PACKAGES, *further) if importlib.util.find_spec(name) is None)


def is_folder(model: str) -> bool:
    """Whether the model is meant as a folder rather than an id of the hub (``owner/name``)."""
    path = Path(model).expanduser()
    return path.exists() or path.is_absolute() or model.startswith(".") or model.count("/") != 1


def folder_of(model: str, revision: str = "") -> Path | None:
    """The folder of a model, in the hub's cache for an id; None where it is not on this machine."""
    if is_folder(model):
        path = Path(model).expanduser()
        return path if path.is_dir() else None
    hub = importlib.import_module("huggingface_hub")
    found = hub.try_to_load_from_cache(model, "model_index.json", revision=revision or None)
    return Path(found).parent if isinstance(found, str) else None


def missing_parts(folder: Path) -> tuple[str, ...]:
    """What a model's folder lacks: ``model_index.json``, or the parts without safetensors."""
    if not (folder / "model_index.json").is_file():
        return ("model_index.json",)
    return tuple(part for part in WEIGHTED if not any((folder / part).glob("*.safetensors")))


def pipeline_class(folder: Path) -> str:
    """The kind of pipeline the folder says it holds; empty where it says nothing readable."""
    try:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(index.get("_class_name", "")) if isinstance(index, dict) else ""


def has_variant(folder: Path, variant: str = "fp16") -> bool:
    """Whether every part also lies there in that variant."""
    return all(any((folder / part).glob(f"*.{variant}.safetensors")) for part in WEIGHTED)


def has_plain(folder: Path) -> bool:
    """Whether every part lies there in no variant."""

    def plain(part: str) -> bool:
        files = (folder / part).glob("*.safetensors")
        return any(".fp16." not in file.name for file in files)

    return all(plain(part) for part in WEIGHTED)


def weights_reason(model: str, revision: str = "", *, allow_download: bool = False) -> str:
    """Empty when the weights can be loaded, else what is missing and the way to have it."""
    if model.endswith((".safetensors", ".ckpt")):
        return (
            f"'{model}' is a single file of weights. Set backends.sdxl.model to a folder in "
            "diffusers form, or draw with that file through comfyui or a1111."
        )
    folder = folder_of(model, revision)
    if folder is None and is_folder(model):
        return f"there is no folder '{model}'. Set backends.sdxl.model to one, or to a hub id."
    if folder is None:
        return "" if allow_download else _fetch(model, "are not on this machine")
    absent = missing_parts(folder)
    if absent and not (allow_download and not is_folder(model)):
        told = f"are incomplete ({', '.join(absent)})"
        return _fetch(model, told) if not is_folder(model) else f"the weights in '{model}' {told}."
    kind = pipeline_class(folder)
    if not absent and kind != "StableDiffusionXLPipeline":
        return (
            f"'{model}' holds a {kind or 'pipeline of no name'}. "
            "Set backends.sdxl.model to a Stable Diffusion XL model."
        )
    return ""


def _fetch(model: str, what: str) -> str:
    return (
        f"the weights of {model} {what}, about {DOWNLOAD_GB} GB. Fetch them with: hf download "
        f'{model} --include "*.json" "*.txt" "*.fp16.safetensors", '
        "or set backends.sdxl.allow_download to true."
    )
