"""The beat network: what ran in training runs here, whatever the level, the length or the block."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from apex_director.audio import network

WEIGHTS = files("apex_director.audio").joinpath("weights", "beat.npz")


@pytest.fixture(scope="module")
def kept() -> dict[str, np.ndarray]:
    with WEIGHTS.open("rb") as file:
        return dict(np.load(file, allow_pickle=False))


def pulses(frames: int, period: int = 25) -> np.ndarray:
    """Four-on-the-floor as mel bands: kicks, quieter hats between them, a chord each bar."""
    rng = np.random.default_rng(3)
    mel = np.full((frames, 40), 1e-3) * rng.uniform(0.5, 1.5, (frames, 40))
    for start in range(10, frames - 8, period):
        fall = np.exp(-np.arange(8) / 2.5)[:, None]
        mel[start : start + 8, :5] += 0.2 * fall
        half = start + period // 2
        mel[half : half + 4, 28:] += 0.03 * fall[: len(mel[half : half + 4])]
    for start in range(10, frames, 4 * period):
        mel[start : start + 4 * period, 8:20] += 0.02 * rng.uniform(0, 1, 12)
    return mel


def plain(kept: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The same network the slow way: zero padding, one dot product per tap and frame block."""

    def convolve(name: str, x: np.ndarray, dilation: int) -> np.ndarray:
        weight = kept[f"{name}_w"].astype(np.float64)
        edge = (len(weight) // 2) * dilation
        padded = np.pad(x, ((edge, edge), (0, 0)))
        taps = [padded[k * dilation : k * dilation + len(x)] for k in range(len(weight))]
        return np.einsum("ktc,kco->to", np.stack(taps), weight) + kept[f"{name}_b"]

    def elu(x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)

    state = elu(convolve("first", x.astype(np.float64), 1))
    for i in range(sum(name.startswith("wide") for name in kept) // 2):
        state = state + convolve(f"mixing{i}", elu(convolve(f"wide{i}", state, 2**i)), 1)
    return 1 / (1 + np.exp(-convolve("last", elu(state), 1)))


def test_inference_is_what_the_training_framework_computed(kept: dict[str, np.ndarray]) -> None:
    act = network.activations(kept["check_mel"])
    assert act.shape == (len(kept["check_mel"]), 2)
    np.testing.assert_allclose(act, kept["check_out"], atol=1e-4)
    assert np.ptp(kept["check_out"][:, 0]) > 0.1  # a network that says nothing would pass


def test_inference_is_the_definition(kept: dict[str, np.ndarray]) -> None:
    x = network.inputs(pulses(900))
    built = network.built({k: v for k, v in kept.items() if v.dtype == np.float32})
    np.testing.assert_allclose(network.forward(built, x), plain(kept, x), atol=1e-4)


def test_blocks_leave_no_seam(kept: dict[str, np.ndarray]) -> None:
    mel = pulses(2 * network.BLOCK + 777)
    built = network.built({k: v for k, v in kept.items() if v.dtype == np.float32})
    whole = network.forward(built, network.inputs(mel))
    np.testing.assert_allclose(network.activations(mel), whole, atol=1e-5)


def test_level_does_not_matter() -> None:
    mel = pulses(1500).astype(np.float32)
    quiet = network.activations(mel * np.float32(0.003))
    np.testing.assert_allclose(quiet, network.activations(mel), atol=1e-3)


def test_a_pulse_is_heard_where_it_is() -> None:
    act = network.activations(pulses(3000).astype(np.float16))[300:-300]
    truth = np.arange(10, 3000, 25)
    truth = truth[(truth >= 300) & (truth < 2700)] - 300
    on = np.max([act[np.clip(truth + k, 0, len(act) - 1), 0] for k in (-1, 0, 1)], axis=0)
    assert on.mean() > 0.5
    assert act[np.clip(truth + 12, 0, len(act) - 1), 0].mean() < 0.3


@pytest.mark.parametrize("frames", [0, 1, 2, 500])
def test_silence_gives_nothing(frames: int) -> None:
    assert not network.activations(np.zeros((frames, 40), dtype=np.float16)).any()


def test_a_pulse_does_not_go_on_in_silence() -> None:
    mel = np.concatenate([pulses(1500), np.zeros((1500, 40)), pulses(1000)]).astype(np.float16)
    act = network.activations(mel)
    assert not act[1500 + network.REACH : 3000 - network.REACH].any()
    assert act[:1500, 0].max() > 0.5
    assert act[3000:, 0].max() > 0.5


def test_the_weights_say_where_they_come_from(kept: dict[str, np.ndarray]) -> None:
    about = json.loads(bytes(kept["about"]))
    assert {"scripts_sha256", "seed", "songs"} <= set(about)
    assert len(about["songs"]) > 100
    with WEIGHTS.open("rb") as file:
        assert len(file.read()) < 300_000
    assert network.available()
