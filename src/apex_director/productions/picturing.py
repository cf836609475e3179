"""The pictures of a plan: approved, drawn, and named by what was really made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .buying import IN_PROCESS_HANDS, NETWORK_HANDS
from .folders import Work
from .metering import CountMeter
from .model import Payload, Runner
from .request import KIND, MusicVideoRequest

LONGEST_REASON = 240  # characters of a warning
MOST_NAMED = 4  # pictures that a warning names


def picture_rows(request: MusicVideoRequest, work: Work, planned: Payload) -> list[Payload]:
    """What the draw step is given for every picture of a plan."""
    lookers: dict[str, list[str]] = {}
    for segment in planned["segments"]:
        for name in segment["pictures"]:
            lookers.setdefault(name, []).append(str(segment_path(work, segment)))
    return [
        {
            "job_id": work.job_id,
            "plan": planned["plan"],
            "picture_id": picture["picture_id"],
            "layers": str(work.layers / picture["key"]),
            "still": str(work.stills / f"{picture['key']}.png"),
            "key": picture["key"],
            "prefer": picture["prefer"],
            "expect": picture["expect"],
            "candidates": request.candidates,
            "min_score": request.min_score,
            "needed_by": lookers.get(picture["picture_id"], []),
        }
        for picture in planned["picture_keys"]
    ]


def why_not(attempts: Sequence[Mapping[str, Any]], wanted: str) -> str:
    """What the backend that should have drawn said, in a few words."""
    told = [a for a in attempts if a["backend"] == wanted and a["reason"]]
    if not told:
        return "; generation_result.json tells why"
    reason = told[-1]["reason"].rstrip(".")
    return f": {reason[:LONGEST_REASON]}{'...' if len(reason) > LONGEST_REASON else ''}"


def segment_path(work: Work, segment: Payload) -> Path:
    """Where a segment lies in the cache."""
    return work.segments / f"{segment['key']}.mp4"


class Pictures:
    """What is known of a plan's pictures: ``rows`` as the draw step takes them, ``drawn`` as it
    gave them.
    """

    drawn: list[Payload]

    def __init__(
        self, runner: Runner, request: MusicVideoRequest, work: Work, planned: Payload
    ) -> None:
        self.runner, self.request, self.planned = runner, request, planned
        self.rows = picture_rows(request, work, planned)

    def approve(self) -> None:
        """Nothing is bought that nobody has said yes to.

        Raises
        ------
        ApprovalNeeded, BudgetExceeded
            The plan buys pictures, and nobody has said yes, or only to less.
        """
        request = self.request
        said = self.runner.step(
            f"{KIND}.approve",
            {
                "job_id": self.runner.job_id,
                "lines": self.planned["purchases"],
                "approved": request.approved,
                "budget_usd": request.budget_usd,
                "where": request.audio_path,
                "stage": "cinematography_planning",
            },
        )
        if said["budget"]:
            self.rows = [row | {"budget": said["budget"]} for row in self.rows]

    def draw(self) -> list[str]:
        """Draw them all; what a person should be warned of. Those that only cached segments look at
        need no layers.
        """
        meter = CountMeter(self.runner, len(self.rows))
        results = self.runner.map(
            f"{KIND}.draw", self.rows, on_done=meter.on_done, hands=self._hands()
        )
        # Pictures drawn by an earlier attempt may have left the cache since: draw those once more.
        gone = [i for i, row in enumerate(self.rows) if not Path(row["still"]).is_file()]
        if gone:
            again = self.runner.map(f"{KIND}.draw", [self.rows[i] | {"again": True} for i in gone])
            for index, result in zip(gone, again, strict=True):
                results[index] = result
        self.drawn = [
            result | {"still": row["still"]} for result, row in zip(results, self.rows, strict=True)
        ]
        return self._stand_ins() + self._not_drawn()

    def _hands(self) -> int | None:
        """Most of the time of a picture from elsewhere is waiting, so more can wait at once; a
        model in our own process takes all its memory, so one works at a time.
        """
        waits = {picture["waits"] for picture in self.planned["picture_keys"]}
        if "in_process" in waits:
            return IN_PROCESS_HANDS
        return NETWORK_HANDS if "network" in waits else None

    @property
    def keys(self) -> dict[str, str]:
        """What names each picture's pixels, as it was really made."""
        return {drawn["picture_id"]: drawn["take_key"] for drawn in self.drawn}

    @property
    def as_planned(self) -> bool:
        """Whether every picture is the one its plan named."""
        return all(self.keys[row["picture_id"]] == row["key"] for row in self.rows)

    def _stand_ins(self) -> list[str]:
        """From now on a picture is asked of whoever drew it; a warning where that is another."""
        warnings = []
        made_by = {drawn["picture_id"]: drawn["backend"] for drawn in self.drawn}
        for index, row in enumerate(self.rows):
            name, wanted = made_by[row["picture_id"]], row["expect"]
            if not wanted or name == wanted:
                continue
            self.rows[index] = row | {"prefer": name, "expect": name}
            warnings.append(
                f"picture {row['picture_id']}: drawn by {name}, because {wanted} could not"
                f"{why_not(self.drawn[index]['provenance']['attempts'], wanted)}"
            )
        return warnings

    def _not_drawn(self) -> list[str]:
        """Every word without effect once, with the pictures that miss it."""
        missing: dict[str, list[str]] = {}
        for row in self.drawn:
            for word in row["not_drawn"]:
                missing.setdefault(word, []).append(str(row["picture_id"]))
        alike: dict[tuple[str, ...], list[str]] = {}
        for word, pictures in missing.items():
            alike.setdefault(tuple(pictures), []).append(word)
        return [
            f"not drawn: {', '.join(words)} ({self._named(pictures)})"
            for pictures, words in alike.items()
        ]

    def _named(self, pictures: Sequence[str]) -> str:
        if len(pictures) == len(self.drawn) > 1:
            return "in every picture"
        if len(pictures) <= MOST_NAMED:
            return f"picture{'s' if len(pictures) > 1 else ''} {', '.join(pictures)}"
        return f"in {len(pictures)} of {len(self.drawn)} pictures"
