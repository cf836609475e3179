"""Image backends under their promised names: faces over the cascade (contract P24 to P33, D6, D31).

A custom backend is any object with an awaitable ``generate_image``::

    class Mine(BackendInterface):
        async def generate_image(self, prompt, **keywords):
            return {"image_path": "picture.png", "metadata": {}}

    manager = BackendManager()
    manager.register("mine", Mine())
    made = await manager.generate("a harbour at dusk")
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.core.errors import AllBackendsFailed

if TYPE_CHECKING:
    from apex_director.config import Settings
    from apex_director.images.model import (
        Capabilities,
        Drawn,
        GenerationRequest,
        Health,
        ImageBackend,
    )
    from apex_director.providers.model import Call, Quote

_OURS = {"custom": "CustomBackend", "imagen": "GoogleImagenBackend", "minimax": "MiniMaxBackend",
         "nano_banana": "NanoBananaBackend", "sdxl": "SDXLBackend"}  # fmt: skip
_ASKING = ("prefer", "only", "approved", "budget_usd", "tries", "item", "filename")


class ImageGenerationException(AllBackendsFailed):
    """A backend that was asked by itself made no picture (contract P33)."""

    code, http_status = "image_generation_failed", 502


class BackendInterface(ABC):
    """What a backend of one's own looks like (contract P30); only ``generate_image`` is needed."""

    async def initialize(self) -> bool:
        """Get ready; whether it may be used."""
        return True

    @abstractmethod
    async def generate_image(self, prompt: str, **kwargs: Any) -> Mapping[str, Any]:
        """Make one picture.

        Parameters
        ----------
        prompt : str
        **kwargs
            ``width``, ``height``, ``quality`` (1..5), ``negative_prompt``, ``seed`` and more.

        Returns
        -------
        mapping
            ``image_path`` (a file or an https address) and ``metadata``.
        """

    async def health_check(self) -> Mapping[str, Any]:
        """How it is: ``healthy``, and ``response_time`` [s], ``status``, ``error`` if known."""
        return {"healthy": True, "status": "ready"}

    async def get_capabilities(self) -> Mapping[str, Any]:
        """``max_resolution``, ``supported_formats``, ``quality_levels`` 1..5,
        ``special_features``.
        """
        return {
            "max_resolution": (2048, 2048),
            "supported_formats": ["png"],
            "quality_levels": [1, 2, 3, 4, 5],
            "special_features": [],
        }

    async def close(self) -> None:  # noqa: B027 - nothing to close is the usual case
        """Give back what it holds."""


class StudioBackend(BackendInterface):
    """One of our backends, by the promised methods and as the cascade knows it.

    A key written into ``config`` approves what it costs, within the day's cap; every call is
    booked in the studio's ledger.
    """

    def __init__(
        self, name: str, config: Mapping[str, Any] | None = None, *, home: str | Path | None = None
    ) -> None:
        from apex_director.bootstrap.backends import completed, make_backend

        self._settings = _settings(home)
        self.written = bool((config or {}).get("api_key"))
        stored = self._settings.sections["backends"].get(name, {})
        section = completed(name, stored, self._settings.home) | dict(config or {})
        self.backend = make_backend(name, section)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.capabilities.name!r})"

    @property
    def capabilities(self) -> Capabilities:
        return self.backend.capabilities

    def ready(self) -> str:
        """Empty when it can be used now, else the reason and the cure."""
        return self.backend.ready()

    def quote(self, request: GenerationRequest) -> Quote:
        """What one picture will cost."""
        return self.backend.quote(request)

    def check(self) -> Health:
        """Ask how it is, at no cost."""
        return self.backend.check()

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Make one picture, as a call of the cascade."""
        return self.backend.generate(request, call)

    async def initialize(self) -> bool:
        """Whether it can be used now."""
        return not self.ready()

    async def generate_image(self, prompt: str, **kwargs: Any) -> dict[str, Any]:
        """Make one picture with this backend alone, booked like any other.

        Raises
        ------
        AllBackendsFailed
            It did not make it; the log says why.
        """
        name = self.capabilities.name
        manager = BackendManager({}, home=self._settings.home)
        manager.available_backends = {name: self}
        quality = kwargs.pop("quality", None)
        named = {"quality_level": quality} if isinstance(quality, int) else {}
        return await manager.generate(prompt, only=name, **{**named, **kwargs})

    async def health_check(self) -> dict[str, Any]:
        """Ask how it is: ``healthy``, ``status``, ``error``, ``response_time`` [s]."""
        from apex_director.bootstrap.hooked import in_thread

        return _health(await asyncio.wrap_future(in_thread(self.check)))

    async def get_capabilities(self) -> dict[str, Any]:
        """What it can do (contract P30), and its model and price."""
        can = self.capabilities
        special = {"layers": can.layered, "negative_prompt": can.negative_prompt != "none",
                   "references": can.max_references > 0, "seed": can.seed != "none"}  # fmt: skip
        return {
            "max_resolution": (can.max_width, can.max_height),
            "supported_formats": ["png", "jpg", "webp"],
            "quality_levels": [1, 2, 3, 4, 5],
            "special_features": sorted(name for name, there in special.items() if there),
            "model": can.model,
            "cost_per_image": can.usd_per_image,
        }


class NanoBananaBackend(StudioBackend):
    """Google's Gemini image model (contract P32)."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__("nano_banana", config)


class GoogleImagenBackend(StudioBackend):
    """Google's premium image model, whatever it is called today (contract P32, D17)."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__("imagen", config)


class MiniMaxBackend(StudioBackend):
    """MiniMax image-01 (contract P32)."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__("minimax", config)


class SDXLBackend(StudioBackend):
    """Stable Diffusion XL on this machine (contract P32)."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__("sdxl", config)


class CustomBackend(StudioBackend):
    """An HTTP service of one's own: ``POST {endpoint}/generate``, ``GET {endpoint}/health``
    (contract P33).

    Parameters
    ----------
    config : mapping
        ``endpoint`` and ``api_key``.
    """

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__("custom", config)

    async def generate_image(self, prompt: str, **kwargs: Any) -> dict[str, Any]:
        """Make one picture with the service.

        Raises
        ------
        ImageGenerationException
            It made none; the log says why.
        """
        try:
            return await super().generate_image(prompt, **kwargs)
        except AllBackendsFailed as error:
            raise ImageGenerationException(
                error.what, where=error.where, what_to_do=error.what_to_do, log=error.log
            ) from error


class BackendFactory:
    """Backends by the name of their type (contract P31)."""

    @staticmethod
    def create_backend(backend_type: str, config: Mapping[str, Any] | None = None) -> StudioBackend:
        """One backend from its settings.

        Raises
        ------
        ValueError
            There is no such type.
        """
        from apex_director.bootstrap.backends import TABLE

        if backend_type not in TABLE:
            raise ValueError(
                f"Unknown backend type: {backend_type}. Choose one of {', '.join(TABLE)}."
            )
        if backend_type in _OURS:
            kind: type[Any] = globals()[_OURS[backend_type]]
            made: StudioBackend = kind(config)
            return made
        return StudioBackend(backend_type, config)


class BackendManager:
    """All backends of a studio in one cascade (contract P24 to P27).

    Parameters
    ----------
    config : mapping, optional
        ``backends`` by name, or the section itself, laid over the studio's settings.
    """

    available_backends: dict[str, Any]

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, home: str | Path | None = None
    ) -> None:
        from apex_director.bootstrap.backends import TABLE, build_backends
        from apex_director.bootstrap.strangers import Strangers

        self.config = dict(config or {})
        self._settings = _settings(home)
        self._strangers, self._seen = Strangers(), dict[str, dict[str, Any]]()
        given = self.config.get("backends", self.config)
        mine = {n: v for n, v in given.items() if n in TABLE and isinstance(v, Mapping)}
        self.available_backends = {
            b.capabilities.name: b for b in build_backends(self._settings, mine)
        }
        self._written = frozenset(n for n, v in mine.items() if v.get("api_key"))
        self._built = frozenset(id(b) for b in self.available_backends.values())

    def register(self, name: str, backend: Any) -> None:
        """Add a backend; it is preferred over the built-in ones (contract D6)."""
        self.available_backends[name] = backend

    async def generate_single_backend(
        self, backend_name: str, request: GenerationRequest | str, **kwargs: Any
    ) -> dict[str, Any]:
        """One attempt on one backend. Every attempt of :meth:`generate` goes through here.

        Raises
        ------
        AllBackendsFailed
            It was asked for by itself and failed.
        """
        from apex_director.bootstrap.hooked import trial_of

        trial = trial_of(backend_name)
        if trial is not None:
            return await trial.run()
        return await self.generate(request, only=backend_name, tries=1, **kwargs)

    async def generate(
        self, request: GenerationRequest | str | Mapping[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Make one picture with the first backend that can (contract P26).

        Parameters
        ----------
        request : GenerationRequest or str
        **kwargs
            Fields of the request; ``prefer`` a backend, ``approved=True`` or ``budget_usd`` to let
            paid ones be used. What is left is handed to :meth:`generate_single_backend`.

        Raises
        ------
        AllBackendsFailed
            None made it; ``log`` lists each attempt.
        """
        from apex_director.bootstrap.picture import FIELDS, Asking, as_request, make_picture

        kwargs.setdefault("prefer", kwargs.pop("backend_preference", None) or "")
        known = {name: kwargs.pop(name) for name in _ASKING if name in kwargs}
        left = {name: value for name, value in kwargs.items() if name not in FIELDS}
        asking = Asking(**known, written=self._approved(), hooked=self._hooked(), keywords=left)
        return await make_picture(
            as_request(request, kwargs), self._in_order(), self.generate_single_backend,
            self._settings, asking, self._strangers,
        )  # fmt: skip

    def health(self) -> dict[str, dict[str, Any]]:
        """What is known of each backend, without asking it (contract P27)."""
        from apex_director.bootstrap.states import known_health

        known = {**known_health(self._settings.home), **self._strangers.health()}
        return {
            b.capabilities.name: {
                "healthy": not b.ready(), "status": "ready" if not b.ready() else "needs",
                "error": b.ready(), **known.get(b.capabilities.name, {}),
                **self._seen.get(b.capabilities.name, {}),
            }
            for b in self._in_order()
        }  # fmt: skip

    async def health_check_all(self) -> dict[str, dict[str, Any]]:
        """Ask every backend how it is, all at once (contract P27)."""
        names = list(self.available_backends)
        asked = [self._ask(self.available_backends[name], name) for name in names]
        self._seen = dict(zip(names, await asyncio.gather(*asked), strict=True))
        return dict(self._seen)

    async def close(self) -> None:
        """Close the backends that hold something."""
        for thing in self.available_backends.values():
            close = getattr(thing, "close", None)
            found = close() if callable(close) else None
            if asyncio.iscoroutine(found):
                await found

    async def _ask(self, thing: Any, name: str) -> dict[str, Any]:
        from apex_director.bootstrap.backends import as_backend, is_ours
        from apex_director.bootstrap.hooked import in_thread

        began = time.monotonic()
        try:
            if not is_ours(thing) and asyncio.iscoroutinefunction(
                getattr(thing, "health_check", None)
            ):
                return {"response_time": time.monotonic() - began, **await thing.health_check()}
            return _health(await asyncio.wrap_future(in_thread(as_backend(name, thing).check)))
        except Exception as error:
            return {"healthy": False, "status": "unhealthy", "error": str(error) or repr(error)}

    def _in_order(self) -> list[ImageBackend]:
        """What was registered first, then ours (contract B1)."""
        from apex_director.bootstrap.backends import named

        things = sorted(self.available_backends.items(), key=lambda e: id(e[1]) in self._built)
        return [named(name, thing) for name, thing in things]

    def _approved(self) -> frozenset[str]:
        """Backends whose key a person wrote into the code."""
        things = self.available_backends.items()
        return self._written | {n for n, thing in things if getattr(thing, "written", None) is True}

    def _hooked(self) -> bool:
        own = getattr(self.generate_single_backend, "__func__", None)
        return own is not BackendManager.generate_single_backend


def _settings(home: str | Path | None) -> Settings:
    from apex_director.director.studio import settings_of

    return settings_of(home)


def _health(health: Health) -> dict[str, Any]:
    told = {"healthy": health.healthy, "status": health.status, "error": health.cure}
    return told | {"response_time": health.response_s}
