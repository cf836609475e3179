"""Stable Diffusion XL through the true loading path, on a tiny model of random weights.

What needs torch is skipped where it is not installed; `scripts/test-diffusers` runs it all.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.core.errors import ConfigError, InputUnusable, Interrupted
from apex_director.core.money import Usd
from apex_director.images.backends import sdxl_pipeline
from apex_director.images.backends.local import MEGAPIXEL, size_at
from apex_director.images.backends.sdxl import SDXLBackend
from apex_director.images.backends.sdxl_weights import PACKAGES, missing_parts, weights_reason
from apex_director.images.flat import decode
from apex_director.images.model import Drawn, GenerationRequest
from apex_director.providers import Refused

from .calls import NotedCall

TINY = 1 / 128  # megapixels: 120x64 at 16:9
needs_torch = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason="needs the diffusers extra: scripts/test-diffusers",
)
REQUEST = GenerationRequest(
    prompt="a lighthouse at night", width=320, height=180, steps=2, guidance_scale=7.0, seed=11
)


def asked(**changes: Any) -> GenerationRequest:
    from dataclasses import replace

    return replace(REQUEST, **changes)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model's folder."""
    from .tiny_sdxl import save

    return save(tmp_path_factory.mktemp("model") / "tiny-xl")


def backend(model: Path, **config: Any) -> SDXLBackend:
    settings = {"model": str(model), "device": "cpu", "megapixels": TINY, "threads": 1}
    return SDXLBackend(settings | config)


def drawn(made_by: SDXLBackend, **changes: Any) -> Drawn:
    return made_by.generate(asked(**changes), NotedCall())


# -- without torch ---------------------------------------------------------------------------------


def test_a_missing_package_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name in {"torch", "diffusers"} else find(name, *more),
    )
    reason = SDXLBackend({}).ready()
    assert "torch, diffusers" in reason
    assert "pip install 'apex-director[diffusers]'" in reason
    with pytest.raises(Refused, match="torch, diffusers"):
        SDXLBackend({}).generate(REQUEST, NotedCall())


def folder_with(tmp_path: Path, *parts: str, kind: str = "StableDiffusionXLPipeline") -> Path:
    folder = tmp_path / "model"
    for part in parts:
        (folder / part).mkdir(parents=True)
        (folder / part / "x.safetensors").write_bytes(b"")
    folder.mkdir(exist_ok=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": kind}))
    return folder


def test_missing_weights_are_named(tmp_path: Path) -> None:
    assert "no folder" in weights_reason(str(tmp_path / "nowhere"))
    assert missing_parts(tmp_path) == ("model_index.json",)
    half = folder_with(tmp_path, "unet", "text_encoder")
    assert missing_parts(half) == ("vae", "text_encoder_2")
    assert "vae, text_encoder_2" in weights_reason(str(half))
    assert "comfyui" in weights_reason("dream.safetensors")


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    parts = ("unet", "vae", "text_encoder", "text_encoder_2")
    other = folder_with(tmp_path, *parts, kind="FluxPipeline")
    assert "holds a FluxPipeline" in weights_reason(str(other))
    (other / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    assert weights_reason(str(other)) == ""


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"device": "gpu"}, "device"),
        ({"dtype": "half"}, "dtype"),
        ({"lora": {"file": "x"}}, "lora"),
        ({"offload": "some"}, "offload"),
    ],
)
def test_a_wrong_setting_is_named(config: dict[str, Any], key: str) -> None:
    assert SDXLBackend(config).ready().startswith(f"backends.sdxl.{key}: ")


def test_a_price_of_its_own_is_booked_and_a_wrong_one_refused() -> None:
    assert SDXLBackend({}).quote(REQUEST).cost.usd == Usd()
    assert not SDXLBackend({}).capabilities.paid
    assert SDXLBackend({"cost_per_image": 0.02}).quote(REQUEST).cost.usd == Usd.of("0.02")
    with pytest.raises(ConfigError, match="cost_per_image"):
        SDXLBackend({"cost_per_image": "two"}).quote(REQUEST)


def test_where_a_model_lies_is_not_told() -> None:
    assert SDXLBackend({"model": "/srv/models/night-xl"}).capabilities.model == "night-xl"
    assert SDXLBackend({"model": "some/night-xl"}).capabilities.model == "some/night-xl"


@given(st.integers(256, 4096), st.integers(256, 4096), st.sampled_from([0.25, 1.0, 2.0]))
def test_sizes_keep_the_aspect_and_the_number_of_pixels(w: int, h: int, megapixels: float) -> None:
    width, height = size_at(w, h, megapixels)
    assert width % 8 == 0
    assert height % 8 == 0
    if max(w, h) < 4 * min(w, h):
        assert width * height == pytest.approx(megapixels * MEGAPIXEL, rel=0.05)
        assert width / height == pytest.approx(w / h, rel=0.05)


# -- with torch ------------------------------------------------------------------------------------


@needs_torch
def test_the_module_itself_loads_no_torch() -> None:
    import subprocess

    code = "import sys, apex_director.images.backends.sdxl as s; s.SDXLBackend({}).ready(); "
    code += "sys.exit(bool({'torch', 'diffusers', 'transformers'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_torch
def test_a_seed_is_exact_and_everything_asked_counts(tiny: Path) -> None:
    studio = backend(tiny)
    assert studio.ready() == ""
    first = drawn(studio)
    assert drawn(studio).original == first.original
    assert drawn(backend(tiny)).original == first.original
    for change in (
        {"seed": 12},
        {"prompt": "夜の灯台"},
        {"style": "ink"},
        {"negative_prompt": "fog"},
        {"steps": 3},
        {"guidance_scale": 3.0},
        {"width": 180, "height": 320},
    ):
        assert drawn(studio, **change).original != first.original, change


@needs_torch
def test_what_was_sent_is_told(tiny: Path) -> None:
    call = NotedCall()
    made = backend(tiny, steps=3, licence="mine").generate(asked(negative_prompt="fog"), call)
    assert call.said == [("sending",)]
    assert (made.sent.width, made.sent.height) == (120, 64)
    assert (made.sent.seed, made.sent.negative_prompt) == (11, "fog")
    assert made.sent.extras == {
        "steps": 3,
        "guidance_scale": 7.0,
        "device": "cpu",
        "dtype": "float32",
    }
    assert (made.model, made.licence, made.media_type) == ("tiny-xl", "mine", "image/png")
    assert decode(made.original).shape == (64, 120, 3)
    assert (made.scene.width, made.scene.height) == (320, 180)


@needs_torch
def test_a_reference_is_drawn_over(tiny: Path, tmp_path: Path) -> None:
    from PIL import Image

    pixels = np.zeros((90, 90, 3), np.uint8)
    pixels[:, :45] = (200, 40, 40)
    Image.fromarray(pixels).save(tmp_path / "look.png")
    studio = backend(tiny, dtype="bfloat16", steps=5)
    weaker = backend(tiny, dtype="bfloat16", steps=5, strength=0.2)
    look = (str(tmp_path / "look.png"),)
    plain = drawn(studio).original
    first = drawn(studio, references=look)
    assert first.sent.references == 1
    assert drawn(studio, references=look).original == first.original != plain
    assert drawn(weaker, references=look).original != first.original
    # The second pipeline shares the weights of the first and must not have changed their type.
    assert drawn(studio).original == plain
    assert str(sdxl_pipeline._loaded[0].text.unet.dtype) == "torch.bfloat16"
    with pytest.raises(InputUnusable, match="cannot be read"):
        drawn(studio, references=(str(tmp_path / "gone.png"),))


@needs_torch
def test_one_pipeline_is_kept_and_found_again(tiny: Path) -> None:
    drawn(backend(tiny))
    kept = sdxl_pipeline._loaded[0]
    drawn(backend(tiny, steps=1))
    assert sdxl_pipeline._loaded == [kept]
    drawn(backend(tiny, vae_tiling=True))
    assert len(sdxl_pipeline._loaded) == 1
    assert sdxl_pipeline._loaded[0] is not kept


@needs_torch
def test_a_cancelled_picture_stops_and_harms_no_other(tiny: Path) -> None:
    times = iter(range(1000))

    def clock() -> float:
        now = next(times)
        if now == 2:  # asked after the first step and after the second
            studio.cancel()
        return float(now)

    studio = SDXLBackend(backend(tiny)._settings.config, clock=clock)
    with pytest.raises(Interrupted, match="cancelled"):
        drawn(studio, steps=40)
    assert next(times) <= 4
    assert drawn(studio).original == drawn(backend(tiny)).original


@needs_torch
def test_a_picture_that_takes_too_long_is_given_up(tiny: Path) -> None:
    times = iter(range(0, 10_000, 20))
    studio = SDXLBackend(
        backend(tiny, timeout_s=50)._settings.config, clock=lambda: float(next(times))
    )
    with pytest.raises(Refused, match="longer than 50 s on cpu"):
        drawn(studio, steps=40)
    assert next(times) <= 120


@needs_torch
def test_the_end_of_a_long_prompt_is_named(tiny: Path) -> None:
    made = drawn(backend(tiny), prompt="x" * 70 + "light house")
    assert any(note.endswith("did not read: house") for note in made.notes)
    assert made.original == drawn(backend(tiny), prompt="x" * 70 + "light").original
    assert not any("did not read" in note for note in drawn(backend(tiny)).notes)


@needs_torch
def test_loras_are_laid_over_and_taken_off(tiny: Path, tmp_path: Path) -> None:
    from .tiny_sdxl import save_lora

    lora = str(save_lora(tmp_path / "lora"))
    plain = drawn(backend(tiny)).original
    full = drawn(backend(tiny, lora=lora)).original
    half = drawn(backend(tiny, lora=[{"path": lora, "scale": 0.5}])).original
    assert len({plain, full, half}) == 3
    assert drawn(backend(tiny)).original == plain


@needs_torch
def test_weights_in_half_precision_alone_are_enough(tiny: Path, tmp_path: Path) -> None:
    half = shutil.copytree(tiny, tmp_path / "half")
    for file in half.rglob("*.safetensors"):
        if ".fp16." not in file.name:
            file.unlink()
    assert backend(half).ready() == ""
    assert drawn(backend(half)).original != b""


@needs_torch
def test_numbers_that_overflow_are_no_picture(tiny: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    broken = shutil.copytree(tiny, tmp_path / "broken")
    file = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights = load_file(file)
    weights["conv_out.weight"] = torch.full_like(weights["conv_out.weight"], float("inf"))
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(Refused, match=r"overflowed.*bfloat16"):
        drawn(backend(broken))


@needs_torch
def test_damaged_weights_are_a_clear_refusal(tiny: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(tiny, tmp_path / "broken")
    (broken / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"\0" * 64)
    with pytest.raises(Refused, match="loading the model failed"):
        drawn(backend(broken))


@needs_torch
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_too_little_memory_names_the_cure(tiny: Path) -> None:
    studio = backend(tiny, megapixels=16.0, steps=1)
    drawn(backend(tiny))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what earlier tests have freed would be enough for a while
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + (4 << 20), before[1]))
    try:
        with pytest.raises(Refused, match=r"memory was too small.*megapixels"):
            drawn(studio)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert drawn(backend(tiny)).original != b""


@needs_torch
def test_the_hub_is_never_asked_for_weights(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    import huggingface_hub.constants

    cache = tiny.parent / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    studio = backend(Path("maker/tiny-xl"))
    assert "about 7 GB" in studio.ready()
    assert "hf download maker/tiny-xl" in studio.ready()
    assert "allow_download" in studio.ready()
    snapshot = cache / "models--maker--tiny-xl" / "snapshots" / ("a" * 40)
    shutil.copytree(tiny, snapshot)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("a" * 40)
    assert studio.ready() == ""
    assert drawn(studio).model == "maker/tiny-xl"
    (snapshot / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    (snapshot / "vae" / "diffusion_pytorch_model.fp16.safetensors").unlink()
    assert "incomplete (vae)" in studio.ready()


@needs_torch
def test_without_an_accelerator_it_waits_to_be_told(
    monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    monkeypatch.setattr("apex_director.images.backends.sdxl.accelerator_seen", lambda: "")
    assert "backends.sdxl.device to 'cpu'" in backend(tiny, device="auto").ready()
    assert backend(tiny).ready() == ""
    assert backend(tiny).check().status == "ready"
    with pytest.raises(Refused, match="finds no xpu device"):
        drawn(backend(tiny, device="xpu"))
