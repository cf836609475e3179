"""Train the beat network and write its weights.

    python training/beats/train.py SET_FOLDER OUT.npz --log training/beats/training.log
           [--steps N] [--rate R] [--seed S] [--threads T] [--start WEIGHTS.npz]

Keeps an exponential mean of the weights; exports it each time the held-out families do better.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import multiprocessing as mp
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from excerpts import FPS, Song, excerpt, loaded
from torch import nn

from apex_director.audio import network

CHANNELS, DEPTH, TAPS = 32, 9, 5
BATCH = 16
POSITIVE = 2.0


class Net(nn.Module):
    """The network of `apex_director.audio.network`, layer for layer."""

    def __init__(self) -> None:
        super().__init__()
        # Two-dimensional with a height of one: channels-last kernels are three times as fast.
        self.first = nn.Conv2d(80, CHANNELS, (1, 3), padding=(0, 1))
        self.wide = nn.ModuleList(
            nn.Conv2d(CHANNELS, CHANNELS, (1, TAPS), padding=(0, 2 * 2**i), dilation=(1, 2**i))
            for i in range(DEPTH)
        )
        self.mixing = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 1) for _ in range(DEPTH))
        self.last = nn.Conv2d(CHANNELS, 2, 1)
        self.drop = nn.Dropout2d(0.1)
        for layer in self.mixing:
            nn.init.normal_(layer.weight, std=0.4 / CHANNELS**0.5)
        nn.init.constant_(self.last.bias, -3.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits [n, 2, frames] of [n, 80, frames]."""
        x = x[:, :, None].contiguous(memory_format=torch.channels_last)
        state = nn.functional.elu(self.first(x))
        for wide, mixing in zip(self.wide, self.mixing, strict=True):
            state = state + mixing(self.drop(nn.functional.elu(wide(state))))
        return self.last(nn.functional.elu(state))[:, :, 0]


def arrays(net: Net) -> dict[str, np.ndarray]:
    """The weights by the product's names, [taps, in, out]."""
    layers = {"first": net.first, "last": net.last}
    layers |= {f"wide{i}": layer for i, layer in enumerate(net.wide)}
    layers |= {f"mixing{i}": layer for i, layer in enumerate(net.mixing)}
    out = {}
    for name, layer in layers.items():
        out[f"{name}_w"] = layer.weight.detach().numpy()[:, :, 0].transpose(2, 1, 0).copy()
        out[f"{name}_b"] = layer.bias.detach().numpy().copy()
    return out


def restored(net: Net, path: Path) -> None:
    """Start from exported weights."""
    kept = np.load(path)
    layers = {"first": net.first, "last": net.last}
    layers |= {f"wide{i}": layer for i, layer in enumerate(net.wide)}
    layers |= {f"mixing{i}": layer for i, layer in enumerate(net.mixing)}
    with torch.no_grad():
        for name, layer in layers.items():
            layer.weight.copy_(
                torch.from_numpy(kept[f"{name}_w"].transpose(2, 1, 0)[:, :, None].copy())
            )
            layer.bias.copy_(torch.from_numpy(kept[f"{name}_b"]))


def scripts_hash() -> str:
    """SHA-256 over the scripts of this folder, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def check_pattern() -> np.ndarray:
    """Mel bands long enough to reach every tap; regular, so that they store small."""
    i, b = np.mgrid[0:1300, 0:40]
    mel = 0.002 + 0.05 * ((i * (b + 3)) % 23 == 0) + 0.2 * ((i % 25 == 0) & (b < 8))
    return (mel + 0.1 * ((i % 100 == 50) & (b > 12))).astype(np.float16)


def written(target: Path, net: Net, about: dict[str, object]) -> None:
    """Weights, what made them and what they answer to a pattern; beside and renamed."""
    text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    mel = check_pattern()
    with torch.no_grad():
        x = torch.from_numpy(network.inputs(mel).T[None].copy())
        answer = torch.sigmoid(net(x))[0].T.numpy()
    beside = target.with_suffix(".part.npz")
    np.savez_compressed(beside, about=text, check_mel=mel, check_out=answer, **arrays(net))
    beside.replace(target)


def feed(folder: Path, songs: list[Song], seed: int, queue: mp.Queue) -> None:
    """Batches for ever; songs that are still being made join as they come."""
    rng, known = np.random.default_rng(seed), set(songs_in(folder))
    beds = [s for s in songs if s.source == "n"]
    for batch in itertools.count():
        if batch % 100 == 99:
            new = [p for p in songs_in(folder) if p not in known]
            known.update(new)
            songs += [s for s in map(loaded, new) if s.split == "train"]
        chosen = [songs[int(i)] for i in rng.integers(len(songs), size=BATCH)]
        pairs = [excerpt(s, beds, rng) for s in chosen]
        queue.put((np.stack([p[0].T for p in pairs]), np.stack([p[1].T for p in pairs])))


def songs_in(folder: Path) -> list[Path]:
    """Every finished song."""
    return [p for p in sorted(folder.glob("*.npz")) if ".part" not in p.name]


def picked(act: np.ndarray, threshold: float, apart: int) -> np.ndarray:
    """Times of local maxima."""
    found, last = [], -apart
    for i in np.flatnonzero(act > threshold):
        if act[i] == act[max(0, i - apart) : i + apart + 1].max() and i - last >= apart:
            found.append(i)
            last = i
    return np.array(found) / FPS


def f_measure(truth: np.ndarray, guess: np.ndarray) -> float:
    """Share of agreement within 70 ms."""
    if not len(truth) or not len(guess):
        return float(len(truth) == len(guess))
    hits = (np.abs(truth[:, None] - guess[None]).min(axis=1) <= 0.07).sum()
    back = (np.abs(guess[:, None] - truth[None]).min(axis=1) <= 0.07).sum()
    hits = min(hits, back)
    return 2 * hits / (len(truth) + len(guess))


def judged(net: Net, songs: list[Song]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Means over held-out songs, and by name."""
    built = network.built(arrays(net))
    rows: dict[str, list[float]] = {}
    table = []
    for song in songs:
        act = network.forward(built, network.inputs(song.mel))
        if song.source == "n":
            table.append((np.nan, np.nan, float(np.percentile(act[:, 0], 97))))
            continue
        apart = 8
        beat = f_measure(song.beats, picked(act[:, 0], 0.4, apart))
        down = f_measure(song.beats[song.places == 1], picked(act[:, 1], 0.35, 20))
        table.append((beat, down, np.nan))
        rows.setdefault(f"{song.source}:{song.name}", []).extend([beat, down])
    means = np.nanmean(np.array(table), axis=0)
    return {"beat": means[0], "down": means[1], "unmetred": means[2]}, rows


def main() -> int:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3500)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=250)
    parser.add_argument("--start", type=Path)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    songs = [loaded(p) for p in songs_in(given.folder)]
    train = [s for s in songs if s.split == "train"]
    valid = [s for s in songs if s.split == "valid"]
    log = given.log.open("a")

    def say(line: str) -> None:
        print(line, flush=True)
        log.write(line + "\n")
        log.flush()

    hours = sum(len(s.mel) for s in train) / FPS / 3600
    say(
        f"# seed {given.seed}, {given.steps} steps, rate {given.rate}, {len(train)} songs "
        f"{hours:.1f} h, {len(valid)} held out, start {given.start}"
    )
    about = {
        "scripts_sha256": scripts_hash(),
        "seed": given.seed,
        "songs": dict(sorted(Counter(f"{s.source}:{s.name}" for s in train).items())),
    }
    net, mean = (Net().to(memory_format=torch.channels_last) for _ in range(2))
    if given.start:
        restored(net, given.start)
    mean.load_state_dict(net.state_dict())
    mean.eval()
    context = mp.get_context("fork")
    queue: mp.Queue = context.Queue(6)
    feeder = context.Process(
        target=feed, args=(given.folder, train, given.seed, queue), daemon=True
    )
    feeder.start()
    optimiser = torch.optim.AdamW(net.parameters(), lr=given.rate, weight_decay=1e-3)
    warm = min(100, given.steps // 10)
    shape = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda i: min((i + 1) / warm, 0.5 * (1 + np.cos(np.pi * i / given.steps)) + 1e-3),
    )
    best, running, began = -1.0, [], time.monotonic()
    weight = torch.tensor(POSITIVE)
    for step in range(1, given.steps + 1):
        x, y = (torch.from_numpy(a) for a in queue.get())
        net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net(x)
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), y, pos_weight=weight)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimiser.step()
        shape.step()
        running.append(float(loss.detach()))
        decay = min(0.997, (step + 1) / (step + 10))
        with torch.no_grad():
            for kept, now in zip(mean.parameters(), net.parameters(), strict=True):
                kept.lerp_(now, 1 - decay)
        if step % 50 == 0 and step % given.every:
            print(
                step,
                f"{np.mean(running[-50:]):.4f}",
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
        if step % given.every == 0 or step == given.steps:
            scores, rows = judged(mean, valid)
            score = scores["beat"] + scores["down"]
            better = score > best
            say(
                f"step {step} loss {np.mean(running[-given.every :]):.4f} "
                + " ".join(f"{k} {v:.3f}" for k, v in scores.items())
                + f" {time.monotonic() - began:.0f} s"
                + (" *" if better else "")
            )
            if better:
                best = score
                names = (
                    (loaded(p) for p in songs_in(given.folder)) if step == given.steps else train
                )
                about["songs"] = dict(
                    sorted(
                        Counter(f"{s.source}:{s.name}" for s in names if s.split == "train").items()
                    )
                )
                written(
                    given.target,
                    mean,
                    about | {"step": step, **{k: float(v) for k, v in scores.items()}},
                )
                worst = sorted(rows.items(), key=lambda r: np.mean(r[1][::2]))[:12]
                print(
                    "; ".join(
                        f"{n} {np.mean(r[::2]):.2f} {np.mean(r[1::2]):.2f}" for n, r in worst
                    ),
                    flush=True,
                )
    feeder.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
