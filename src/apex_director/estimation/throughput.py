"""What a picture takes before anything was learned: measured throughput, and who has not been
measured.
"""

from __future__ import annotations

from dataclasses import dataclass

STANDARD_MEGAPIXELS, STANDARD_STEPS = 1024 * 1024 / 1e6, 50


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds of one picture: ``fixed_s`` plus ``per_megapixel_s`` at 50 steps.

    ``low`` and ``high`` are the factors of P10 and P90 about it: other machines, other days.
    ``with_steps``: its work grows with the sampling steps. ``remote``: somebody else's machine does
    it. ``source`` says where the figures come from, in words for people.
    """

    fixed_s: float
    per_megapixel_s: float = 0.0
    with_steps: bool = False
    remote: bool = False
    low: float = 0.6
    high: float = 3.0
    source: str = "measured"


HOSTED = "the provider's usual waiting time"
GUESSED = "not measured yet"
PACES: dict[str, Pace] = {
    # Built-in renderer, all scene families at 0.26 to 2.1 megapixels (benchmarks/estimator.py).
    "procedural": Pace(fixed_s=0.5, per_megapixel_s=1.45),
    # Google says 15 to 40 s for its image models; retries after 429 and 503 lie in P90.
    "nano_banana": Pace(fixed_s=25.0, remote=True, low=0.55, high=2.2, source=HOSTED),
    "imagen": Pace(fixed_s=28.0, remote=True, low=0.5, high=2.2, source=HOSTED),
    "openrouter": Pace(fixed_s=25.0, remote=True, low=0.4, high=2.6, source=HOSTED),
    "minimax": Pace(fixed_s=20.0, remote=True, low=0.35, high=3.0, source=GUESSED),
    "openai_compatible": Pace(fixed_s=20.0, remote=True, low=0.25, high=4.0, source=GUESSED),
    # Diffusion of SDXL's size on a graphics card; without one it takes many times as long.
    "sdxl": Pace(fixed_s=2.0, per_megapixel_s=8.0, with_steps=True, low=0.3, high=8.0,
                 source=GUESSED),
    "a1111": Pace(fixed_s=2.0, per_megapixel_s=8.0, with_steps=True, low=0.3, high=5.0,
                  source=GUESSED),
    "comfyui": Pace(fixed_s=2.0, per_megapixel_s=8.0, with_steps=True, low=0.3, high=5.0,
                    source=GUESSED),
}  # fmt: skip
UNKNOWN = Pace(fixed_s=20.0, remote=True, low=0.2, high=5.0, source=GUESSED)


def pace_of(backend: str) -> Pace:
    """The table's row for a backend; the widest one for a stranger."""
    return PACES.get(backend, UNKNOWN)


def together(backend: str, *, workers: int, network: int) -> int:
    """Pictures of a backend under way at once: one in each worker for our own renderer, as many as
    are waited for from elsewhere, one on a graphics card of ours.
    """
    if backend == "procedural":
        return workers
    return network if pace_of(backend).remote else 1


def resolution_factor(pace: Pace, megapixels: float) -> float:
    """Time at this size over the time at 1024x1024, at 50 steps."""
    return _seconds(pace, megapixels, STANDARD_STEPS) / _seconds(
        pace, STANDARD_MEGAPIXELS, STANDARD_STEPS
    )


def steps_factor(pace: Pace, steps: int) -> float:
    """Time at so many steps over the time at 50, at 1024x1024."""
    return _seconds(pace, STANDARD_MEGAPIXELS, steps) / _seconds(
        pace, STANDARD_MEGAPIXELS, STANDARD_STEPS
    )


def picture_seconds(backend: str, megapixels: float, steps: int = STANDARD_STEPS) -> float:
    """Seconds one picture takes as far as the table knows."""
    return _seconds(pace_of(backend), megapixels, steps)


def _seconds(pace: Pace, megapixels: float, steps: int) -> float:
    share = max(1, steps) / STANDARD_STEPS if pace.with_steps else 1.0
    return pace.fixed_s + pace.per_megapixel_s * max(0.0, megapixels) * share
