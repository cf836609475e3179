"""An independent meter of loudness: FFmpeg's ebur128. Source: EBU R 128, ITU-R BS.1770."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph


def metered(path: Path) -> tuple[float | None, float]:
    """Integrated loudness (None under the gate) and true peak (dBTP) of FFmpeg's ebur128."""
    told: dict[str, str] = {}
    with av.open(str(path)) as container:
        graph, source = Graph(), None
        for frame in container.decode(audio=0):
            frame.pts = None
            if source is None:
                source = graph.add_abuffer(
                    sample_rate=frame.sample_rate, format=frame.format.name,
                    layout=frame.layout.name, time_base=frame.time_base,
                )  # fmt: skip
                meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
                sink = graph.add("abuffersink")
                source.link_to(meter)
                meter.link_to(sink)
                graph.configure()
            graph.push(frame)
            told = _pulled(graph) or told
    level = float(told.get("lavfi.r128.I", -70.0))
    peak = float(told.get("lavfi.r128.true_peak", 0.0))
    return (level if level > -70.0 else None), 20 * np.log10(max(peak, 1e-9))


def _pulled(graph: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    while True:
        try:
            told = dict(graph.pull().metadata)
        except (av.error.BlockingIOError, av.error.EOFError):
            return told
