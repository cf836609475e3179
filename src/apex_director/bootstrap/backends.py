"""Which image backends exist, and how each is built from its settings.

Nothing is loaded but the modules of the backends themselves: no HTTP client, no torch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import DEFAULTS, KEY_VARIABLES, Settings, key_for
from apex_director.core.errors import ConfigError

if TYPE_CHECKING:
    from apex_director.images.model import (
        Capabilities,
        Drawn,
        GenerationRequest,
        Health,
        ImageBackend,
    )
    from apex_director.providers.model import Call, Quote

GROUP = "apex_director.backends"
ROOM = "apex_director.images.backends"
TABLE: Mapping[str, str] = {
    "nano_banana": "nano_banana:NanoBananaBackend",
    "imagen": "imagen:ImagenBackend",
    "minimax": "minimax:MiniMaxBackend",
    "sdxl": "sdxl:SDXLBackend",
    "openrouter": "openrouter:OpenRouterBackend",
    "openai_compatible": "openai_compatible:OpenAICompatibleBackend",
    "a1111": "a1111:A1111Backend",
    "comfyui": "comfyui:ComfyUIBackend",
    "custom": "custom:CustomHttpBackend",
    "procedural": "procedural:ProceduralBackend",
}
"""Our backends by name, in the order of contract B1."""
ADDRESS_VARIABLES: Mapping[str, str] = {
    "nano_banana": "GEMINI_BASE_URL",
    "imagen": "GEMINI_BASE_URL",
    "minimax": "MINIMAX_BASE_URL",
    "openrouter": "OPENROUTER_BASE_URL",
    "openai_compatible": "OPENAI_BASE_URL",
    "a1111": "A1111_URL",
    "comfyui": "COMFYUI_URL",
    "custom": "CUSTOM_IMAGE_URL",
}
"""The variable that points a backend elsewhere; it wins over ``base_url`` of its section."""
_ADDRESS_KEYS: Mapping[str, str] = {"custom": "endpoint"}


def build_backends(
    settings: Settings, given: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[ImageBackend, ...]:
    """Every backend that is switched on, in the order of trying (contract B1).

    What others registered comes first, then ours by priority. One that cannot be built stands in
    its place with the reason and is never tried.

    Parameters
    ----------
    given : mapping
        Settings by backend that go before file and environment: those a caller wrote in code.

    Raises
    ------
    ConfigError
        The key file may be read by others.
    """
    given = given or {}
    sections = {name: {**section_of(settings, name), **given.get(name, {})} for name in TABLE}
    ours = [
        make_backend(name, section)
        for name, section in sections.items()
        if section.get("enabled", True)
    ]
    ours.sort(key=lambda backend: _place(sections[backend.capabilities.name], backend))
    return (*_outsiders(settings), *ours)


backends_of = build_backends


def disabled_backends(settings: Settings) -> list[str]:
    """Names of the backends that are switched off."""
    sections = settings.sections.get("backends", {})
    known = [*TABLE, *(entry.name for entry in _entries())]
    return [n for n in known if not dict(sections.get(n, {})).get("enabled", True)]


def section_of(settings: Settings, name: str) -> dict[str, Any]:
    """A backend's settings with its key and its address put in, where there are any.

    Raises
    ------
    ConfigError
        The key file may be read by others.
    """
    section = dict(settings.sections.get("backends", {}).get(name, {}))
    return completed(name, section, settings.home)


def completed(name: str, section: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """A section with what environment and key file add; what null says is left to the backend."""
    whole = {key: value for key, value in section.items() if value is not None}
    whole.setdefault("home", str(home))  # relative files of a backend lie in the studio
    variable = KEY_VARIABLES.get(name)
    if variable and not whole.get("api_key"):
        key = key_for(variable, home)
        if key:
            whole["api_key"] = key
    address = os.environ.get(ADDRESS_VARIABLES.get(name, ""), "").strip()
    if address:
        whole[_ADDRESS_KEYS.get(name, "base_url")] = address
    return whole


def make_backend(name: str, section: Mapping[str, Any]) -> ImageBackend:
    """One of our backends from its section; with an error in it, one that says so.

    Raises
    ------
    KeyError
        There is none of that name.
    """
    from apex_director.images.backends.outside import unusable

    module, _, kind = TABLE[name].partition(":")
    priority = DEFAULTS["backends"][name]["priority"]
    try:
        backend: ImageBackend = getattr(import_module(f"{ROOM}.{module}"), kind)(section)
        _ = backend.capabilities  # settings are read here, so that a wrong one shows now
    except (ConfigError, ImportError, AttributeError) as error:
        return unusable(name, error, priority=priority)
    return backend


def _place(section: Mapping[str, Any], backend: ImageBackend) -> tuple[bool, int]:
    """A backend of one's own comes first, unless it was given a place; then by priority."""
    capabilities = backend.capabilities
    given = section.get("priority")
    own = capabilities.name == "custom" and not backend.ready()
    moved = given is not None and given != DEFAULTS["backends"][capabilities.name]["priority"]
    return not (own and not moved), int(given or capabilities.priority)


@lru_cache(maxsize=1)
def _entries() -> tuple[EntryPoint, ...]:
    found = {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in TABLE}
    return tuple(found[name] for name in sorted(found))


def _outsiders(settings: Settings) -> Iterator[ImageBackend]:
    for entry in _entries():
        section = section_of(settings, entry.name)
        if section.get("enabled", True):
            yield from_entry(entry, section)


def from_entry(entry: EntryPoint, section: Mapping[str, Any]) -> ImageBackend:
    """A backend another package offers; one that breaks while loading says so and is never tried.

    The entry point names a class or function that takes the section, or the backend itself.
    """
    from apex_director.images.backends.outside import unusable

    try:
        found = entry.load()
        made = found(dict(section)) if callable(found) else found
        return as_backend(entry.name, made, priority=int(section.get("priority", 0)))
    except Exception as error:  # whatever another's code raises
        return unusable(entry.name, error, priority=0)


def as_backend(name: str, thing: Any, *, priority: int = 0) -> ImageBackend:
    """One of our backends as it is; anything else as an object with ``generate_image``."""
    from apex_director.images.backends.outside import OutsideBackend

    if is_ours(thing):
        backend: ImageBackend = thing
        return backend
    return OutsideBackend(name, thing, priority=priority)


def is_ours(thing: Any) -> bool:
    """Whether it is an :class:`ImageBackend`; a mock that answers to every name is none."""
    from apex_director.images.model import Capabilities

    return isinstance(getattr(thing, "capabilities", None), Capabilities)


def named(name: str, thing: Any) -> ImageBackend:
    """A backend under the name it was registered by."""
    backend = as_backend(name, thing)
    return backend if backend.capabilities.name == name else _Renamed(name, backend)


class _Renamed:
    """A backend under another name, so that several of one kind can stand side by side."""

    def __init__(self, name: str, backend: ImageBackend) -> None:
        self._name, self._backend = name, backend

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._backend, attribute)

    @property
    def capabilities(self) -> Capabilities:
        return replace(self._backend.capabilities, name=self._name)

    def ready(self) -> str:
        return self._backend.ready()

    def quote(self, request: GenerationRequest) -> Quote:
        return self._backend.quote(request)

    def check(self) -> Health:
        return self._backend.check()

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        return self._backend.generate(request, call)
