"""How shots are joined: automatic styles (contract X17), and what each kind of transition is for.

The cut is the rule. Everything else needs a reason in the music or in the pictures, a look that
likes it, and some distance to the last of its kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apex_director.core.errors import ValidationFailed

from .model import CameraMove, Transition, TransitionKind

Liking = Mapping[TransitionKind, float]

CALM_ENERGY = 0.42  # below it pictures melt into each other
BUSY_ENERGY = 0.66  # above it a camera may whip
BREAK_DROP, DROP_RISE = 0.28, 0.38
LONGEST_TRANSITION_S = 1.6
WHIP_S = 0.5  # a longer whip is a pan
SHORTEST_S = 0.16
SHARE_OF_SHOT = 0.4  # of the shorter neighbour

_K = TransitionKind
WIPES = (_K.WIPE_LEFT, _K.WIPE_RIGHT, _K.WIPE_UP, _K.WIPE_DOWN)
_LIFTS = frozenset({"chorus", "post_chorus", "instrumental"})
_SIDEWAYS = frozenset(
    {CameraMove.PAN, CameraMove.TRUCK, CameraMove.TRACKING, CameraMove.WHIP_PAN, CameraMove.ORBIT}
)

STYLES: Mapping[str, Liking] = MappingProxyType(
    {
        "minimal": MappingProxyType({}),
        "professional": MappingProxyType({_K.WHIP_PAN: 0.3, _K.MATCH_DISSOLVE: 0.7}),
        "cinematic": MappingProxyType(
            {
                _K.WHIP_PAN: 0.2,
                _K.MATCH_DISSOLVE: 0.9,
                _K.LIGHT_LEAK: 0.45,
                _K.LUMA_WIPE: 0.35,
            }
        ),
    }
)
"""Contract X17: what each automatic style uses beside cut, crossfade and dips, and how gladly."""

_STYLE_OF = {
    **dict.fromkeys(("jazz", "classical", "film_noir", "horror", "narrative"), "minimal"),
    **dict.fromkeys(("rock", "hip-hop", "country", "r&b", "reggae", "thriller"), "professional"),
    **dict.fromkeys(("action", "pop", "neutral", "electronic"), "professional"),
    **dict.fromkeys(("david_fincher", "christopher_nolan", "denis_villeneuve"), "minimal"),
    **dict.fromkeys(("wes_anderson", "quentin_tarantino"), "professional"),
    **dict.fromkeys(
        ("guillermo_del_toro", "ridley_scott", "spike_jonze", "michel_gondry"), "cinematic"
    ),
}
"""The automatic style of genres and directors; any other is cinematic."""

_TASTE: dict[str, dict[TransitionKind, float]] = {
    "electronic": {_K.WHIP_PAN: 0.5, _K.LUMA_WIPE: 0.5, _K.WIPE_LEFT: 0.4},
    "rock": {_K.WHIP_PAN: 0.6},
    "hip-hop": {_K.WHIP_PAN: 0.6, _K.WIPE_LEFT: 0.3},
    "action": {_K.WHIP_PAN: 0.9},
    "pop": {_K.LIGHT_LEAK: 0.5, _K.WIPE_LEFT: 0.3},
    "indie": {_K.LIGHT_LEAK: 0.9, _K.WHIP_PAN: 0.1},
    "romance": {_K.LIGHT_LEAK: 0.8, _K.WHIP_PAN: 0.0},
    "country": {_K.LIGHT_LEAK: 0.6, _K.WHIP_PAN: 0.1},
    "reggae": {_K.LIGHT_LEAK: 0.5, _K.WIPE_LEFT: 0.4},
    "r&b": {_K.LIGHT_LEAK: 0.3, _K.WHIP_PAN: 0.1},
    "ballad": {_K.LIGHT_LEAK: 0.5, _K.LUMA_WIPE: 0.4, _K.WHIP_PAN: 0.0},
    "ambient": {_K.LUMA_WIPE: 0.7, _K.LIGHT_LEAK: 0.3, _K.WHIP_PAN: 0.0},
    "sci_fi": {_K.LUMA_WIPE: 0.6, _K.WIPE_LEFT: 0.3, _K.LIGHT_LEAK: 0.0},
    "wes_anderson": {_K.WHIP_PAN: 0.9, _K.WIPE_LEFT: 0.6, _K.LIGHT_LEAK: 0.0},
    "quentin_tarantino": {_K.WHIP_PAN: 0.8, _K.WIPE_LEFT: 0.5},
    "spike_jonze": {_K.LIGHT_LEAK: 0.8},
    "michel_gondry": {_K.LUMA_WIPE: 0.7, _K.MATCH_DISSOLVE: 1.0},
    "guillermo_del_toro": {_K.LUMA_WIPE: 0.6, _K.LIGHT_LEAK: 0.2},
}
"""What single genres and directors like more or less than their style; wipes under one name."""

LIMITS = {
    _K.DIP_TO_WHITE: 1,
    _K.WHIP_PAN: 4,
    _K.LIGHT_LEAK: 3,
    _K.LUMA_WIPE: 2,
    _K.MATCH_DISSOLVE: 6,
}
"""How often a kind may appear in one film; wipes in all directions together :data:`MOST_WIPES`."""
MOST_WIPES = 2


@dataclass(frozen=True, kw_only=True)
class Border:
    """A cut between two shots. ``jump`` is the rise of energy across a section border, 0 inside.

    ``strong`` says that it lies on a bar line or the end of a phrase. ``returns``: the motif of the
    shot that begins was seen before. ``alike``: both pictures show one motif or one subject from
    different sides. ``flow`` is 1 or -1 where the cameras' own moves lead across the cut to the
    right or to the left. On a ``drop`` the cut itself is the effect.
    """

    left_frames: int
    right_frames: int
    left_energy: float
    right_energy: float
    jump: float
    between_sections: bool
    to_label: str
    silent: bool
    strong: bool = True
    returns: bool = False
    alike: bool = False
    flow: int = 0
    drop: bool = False


def style_for(genre: str, director: str = "") -> str:
    """The automatic style of a look: its director's if one is named, else its genre's."""
    return _STYLE_OF.get(director or genre, "cinematic")


def liking_for(genre: str, director: str = "", style: str = "") -> Liking:
    """How gladly a look uses each kind, 0..1; ``style`` names an automatic style to take instead.

    Raises
    ------
    ValidationFailed
        No automatic style has that name.
    """
    if style and style not in STYLES:
        raise ValidationFailed(
            f"'{style}' is no style of transitions",
            where="transitions",
            what_to_do=f"Choose one of {', '.join(STYLES)}.",
        )
    chosen = STYLES[style or style_for(genre, director)]
    if style or chosen is STYLES["minimal"]:
        return chosen
    return {**chosen, **_TASTE.get(director or genre, {})}


def flow_of(left: CameraMove, left_way: int, right: CameraMove, right_way: int) -> int:
    """1 or -1 where a camera that moves on sideways across the cut works against neither shot's own
    move, else 0.
    """
    ways = {way for move, way in ((left, left_way), (right, right_way)) if move in _SIDEWAYS}
    way = 1 if right_way >= 0 else -1  # a whip turns the way the shot it leads into does
    return way if ways == {way} else 0


def transition(
    border: Border,
    rate: float,
    beat_s: float,
    used: Mapping[TransitionKind, int],
    roll: float,
    liking: Liking = STYLES["minimal"],
) -> Transition:
    """A cut, unless the music or the pictures ask for more and the look likes it.

    Parameters
    ----------
    used : how often each kind was used before in this film.
    roll : 0..1, by chance.
    liking : how gladly each kind is used, as :func:`liking_for` tells.
    """
    kind = _kind(border, used, roll, liking)
    if kind is TransitionKind.CUT:
        return Transition()
    room = SHARE_OF_SHOT * min(border.left_frames, border.right_frames)
    longest = min(room, (WHIP_S if kind is _K.WHIP_PAN else LONGEST_TRANSITION_S) * rate)
    frames, least = _beats(kind, border) * beat_s * rate, _LEAST_S.get(kind, SHORTEST_S) * rate
    while frames > longest:
        frames /= 2
    even = max(2 * int(frames / 2), 4, 2 * math.ceil(least / 2 - 1e-9))
    if even > longest:
        return Transition()
    curve = "ease_in_out" if kind in _FIRM else "sine"
    return Transition(kind=kind, frames=even, curve=curve)


_LEAST_S = {
    **dict.fromkeys(WIPES, 0.3),
    _K.WHIP_PAN: 0.3,
    _K.MATCH_DISSOLVE: 0.5,
    _K.LUMA_WIPE: 0.5,
    _K.LIGHT_LEAK: 0.6,
}
"""Seconds below which a kind would not be read as what it is; then the shots are cut."""
_FIRM = frozenset({*WIPES, _K.WHIP_PAN, _K.MATCH_DISSOLVE, _K.DIP_TO_BLACK, _K.DIP_TO_WHITE})


def _beats(kind: TransitionKind, border: Border) -> int:
    """How long a transition would be, given room."""
    if kind in (_K.CROSSFADE, _K.MATCH_DISSOLVE):
        return 4 if border.right_energy < 0.3 else 2
    return 2 if kind in (_K.LIGHT_LEAK, _K.LUMA_WIPE) else 1


def _kind(
    border: Border, used: Mapping[TransitionKind, int], roll: float, liking: Liking
) -> TransitionKind:
    calm = max(border.left_energy, border.right_energy) < CALM_ENERGY
    if border.drop:
        return _K.CUT
    if border.between_sections:
        return _at_section(border, calm, used, roll, liking)
    if not border.strong:
        return _K.CUT
    if calm and border.alike and _wanted(_K.MATCH_DISSOLVE, 0.7, used, roll, liking):
        return _K.MATCH_DISSOLVE
    if calm and roll < 0.75:
        return _K.CROSSFADE
    busy = min(border.left_energy, border.right_energy) > BUSY_ENERGY
    if busy and border.flow and _wanted(_K.WHIP_PAN, 0.5, used, roll, liking):
        return _K.WHIP_PAN
    return _K.CUT


def _at_section(
    border: Border, calm: bool, used: Mapping[TransitionKind, int], roll: float, liking: Liking
) -> TransitionKind:
    """Where a section of the song begins, there is most to say."""
    if border.silent or border.jump <= -BREAK_DROP:
        return _K.DIP_TO_BLACK
    lifted = border.to_label in _LIFTS and border.jump > 0.0
    if lifted and _wanted(_K.LIGHT_LEAK, 1.0, used, roll, liking):
        return _K.LIGHT_LEAK
    if lifted and border.jump >= DROP_RISE:
        white = used.get(_K.DIP_TO_WHITE, 0) < LIMITS[_K.DIP_TO_WHITE] and roll < 0.3
        return _K.DIP_TO_WHITE if white else _K.CUT
    quiet = max(border.left_energy, border.right_energy) < BUSY_ENERGY
    returned = border.returns and border.alike and quiet
    if returned and _wanted(_K.MATCH_DISSOLVE, 1.0, used, roll, liking):
        return _K.MATCH_DISSOLVE
    if quiet and _wanted(_K.LUMA_WIPE, 0.8, used, roll, liking):
        return _K.LUMA_WIPE
    if calm or border.to_label == "outro":
        return _K.CROSSFADE
    if _wipes(used) < MOST_WIPES and roll < 0.7 * liking.get(_K.WIPE_LEFT, 0.0):
        return _wipe(border, roll)
    return _K.CUT


def _wanted(
    kind: TransitionKind,
    share: float,
    used: Mapping[TransitionKind, int],
    roll: float,
    liking: Liking,
) -> bool:
    """Whether a kind that fits here is used: less gladly each time."""
    before = used.get(kind, 0)
    return before < LIMITS[kind] and roll < share * liking.get(kind, 0.0) * 0.75**before


def _wipes(used: Mapping[TransitionKind, int]) -> int:
    return sum(used.get(kind, 0) for kind in WIPES)


def _wipe(border: Border, roll: float) -> TransitionKind:
    """With the cameras' way, else up where the music rises and aside where it does not."""
    if border.flow:  # a camera that moves to the right pushes the old picture out to the left
        return _K.WIPE_LEFT if border.flow > 0 else _K.WIPE_RIGHT
    if border.jump > 0.12:
        return _K.WIPE_UP
    if border.jump < -0.12:
        return _K.WIPE_DOWN
    return _K.WIPE_LEFT if int(roll * 1000) % 2 else _K.WIPE_RIGHT


_REASONS = {
    _K.CROSSFADE: "the calm lets the pictures melt",
    _K.DIP_TO_BLACK: "the music breaks off, so the picture goes dark for a moment",
    _K.DIP_TO_WHITE: "the picture lights up once, as the music drops in",
    _K.WHIP_PAN: "a whip pan carries both shots' drive on in one direction",
    _K.MATCH_DISSOLVE: "the eye keeps its place, for what it looks at stays",
    _K.LUMA_WIPE: "the light of the old picture gives way first",
    _K.LIGHT_LEAK: "stray light lets the {label} in",
    _K.WIPE_LEFT: "a page turns with the section",
}


def why(made: Transition, border: Border) -> str:
    """Why a transition is there, as a clause; empty for a cut."""
    if made.kind is TransitionKind.CUT:
        return ""
    kind = _K.WIPE_LEFT if made.kind in WIPES else made.kind
    return _REASONS[kind].format(label=border.to_label.replace("_", "-"))
