"""AUTOMATIC1111's web UI, Forge and other servers that speak its ``/sdapi/v1``.

A request waits until its picture is done. It carries our own task id, so that a cancelled picture
stops on the server and nobody else's does.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from apex_director.core.errors import ApexError
from apex_director.images.flat import PictureUnreadable, decode, media_type, scene_of
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Sent
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, without_name
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Quote

from .local import (
    Settings,
    address,
    capabilities_of,
    drawing,
    price,
    quote_of,
    reference_bytes,
    sign_in,
    size_at,
    words,
)

URL_VARIABLE, KEY_VARIABLE = "A1111_URL", "A1111_AUTH"
SEEDS = 2**32  # what its random generators take
SIDE_S = 5.0  # seconds for questions beside the picture
CROP = 1  # its resize mode "crop and resize"


class A1111Backend:
    """Draws on a server with AUTOMATIC1111's API.

    Parameters
    ----------
    config : mapping
        ``base_url``, ``model`` (checkpoint title), ``sampler``, ``scheduler``, ``megapixels``,
        ``steps``, ``guidance_scale``, ``strength``, ``timeout_s`` (docs/backends-local.md).
    clock : callable
        Monotonic time in seconds.
    """

    def __init__(
        self, config: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = Settings(name="a1111", config=dict(config))
        self._clock = clock

    def __repr__(self) -> str:
        return "A1111Backend()"

    @property
    def capabilities(self) -> Capabilities:
        """Exact seeds, a negative prompt, one picture to start from, at no cost."""
        return capabilities_of(
            self._settings,
            priority=7,
            quality_level=3,
            model=self._settings.text("model"),
            needs=URL_VARIABLE,
            key_name=KEY_VARIABLE if sign_in(self._settings, KEY_VARIABLE)[1] else "",
        )

    def ready(self) -> str:
        """Empty when an address is set, else what to set; asks nobody."""
        try:
            self._wire()
        except ApexError as error:
            return without_name(str(error), "a1111")
        return ""

    def quote(self, request: GenerationRequest) -> Quote:
        """Free, unless ``cost_per_image`` books the machine's time."""
        return quote_of(self._settings, self._settings.text("model"))

    def check(self) -> Health:
        """Whether it answers, lets us in and has the checkpoint that is set."""
        if reason := self.ready():
            return Health(healthy=False, status=f"needs {URL_VARIABLE}", cure=reason)
        started = self._clock()
        try:
            listed = self._wire(SIDE_S).get_json("/sdapi/v1/sd-models").data
        except ApexError as error:
            return Health(healthy=False, status="unhealthy", cure=str(error))
        taken, wanted = self._clock() - started, self._settings.text("model")
        names = [_names(entry) for entry in listed if isinstance(entry, Mapping)]
        if wanted and not any(wanted in name for name in names):
            known = ", ".join(name[0] for name in names[:5] if name) or "none"
            cure = f"It has no checkpoint '{wanted}'. Set backends.a1111.model to one of: {known}."
            return Health(healthy=False, status="unhealthy", cure=cure, response_s=taken)
        return Health(healthy=True, status="ready", response_s=taken)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture; leaving in the middle stops it on the server.

        Raises
        ------
        Refused, Unbilled, OutcomeUnknown
            As the server answered; the message names the cure.
        """
        body = self._body(request, call.id)
        path = "/sdapi/v1/img2img" if "init_images" in body else "/sdapi/v1/txt2img"
        wire = self._wire(self.capabilities.timeout_s)
        try:
            reply = wire.post_json(path, body, call=call)
        except ApexError as error:
            if isinstance(error, Unbilled | OutcomeUnknown) and "no answer" in error.what:
                self._interrupt(call.id)  # nobody waits for it any more
            raise
        except BaseException:
            self._interrupt(call.id)
            raise
        return self._drawn(request, body, reply.data)

    def _wire(self, timeout_s: float = SIDE_S) -> Wire:
        url = address(self._settings, URL_VARIABLE)
        if not url:
            raise Refused(
                "no server is named",
                where="a1111",
                what_to_do=f"Set {URL_VARIABLE}, as in http://127.0.0.1:7860, to one started "
                "with --api.",
            )
        headers, secrets = sign_in(self._settings, KEY_VARIABLE)
        return Wire(
            "a1111",
            url,
            headers=headers,
            timeout_s=timeout_s,
            paid=price(self._settings).micros > 0,
            secrets=secrets,
            explain=explain,
        )

    def _body(self, request: GenerationRequest, task_id: str) -> dict[str, Any]:
        settings, how = self._settings, drawing(self._settings)
        width, height = size_at(request.width, request.height, how.megapixels)
        body: dict[str, Any] = {
            "prompt": words(request),
            "negative_prompt": request.negative_prompt,
            "seed": request.seed % SEEDS,
            "steps": how.steps or request.steps,
            "cfg_scale": request.guidance_scale if how.guidance is None else how.guidance,
            "width": width,
            "height": height,
            "batch_size": 1,
            "n_iter": 1,
            "force_task_id": task_id,
        }
        for ours, theirs in (("sampler", "sampler_name"), ("scheduler", "scheduler")):
            if value := settings.text(ours):
                body[theirs] = value
        if model := settings.text("model"):
            body["override_settings"] = {"sd_model_checkpoint": model}
            body["override_settings_restore_afterwards"] = False  # loading it anew takes minutes
        if request.references:
            content = reference_bytes(request.references[0])
            body["init_images"] = [base64.b64encode(content).decode()]
            body["denoising_strength"] = how.strength
            body["resize_mode"] = CROP
        return body

    def _interrupt(self, task_id: str) -> None:
        """Stop our picture on the server, and nobody else's."""
        with contextlib.suppress(ApexError):
            wire = self._wire(SIDE_S)
            now = wire.get_json("/sdapi/v1/progress", {"skip_current_image": "true"}).data
            if isinstance(now, Mapping) and now.get("current_task", task_id) == task_id:
                wire.post_json("/sdapi/v1/interrupt", {})

    def _drawn(self, request: GenerationRequest, body: Mapping[str, Any], data: Any) -> Drawn:
        info = _info(data)
        if info.get("interrupted") is True:
            raise Refused(
                "the picture was interrupted at the server",
                where="a1111",
                what_to_do="Let it finish there.",
            )
        content = self._picture(data, info)
        try:
            pixels = decode(content, where="a1111")
        except PictureUnreadable as error:
            raise self._lost(f"its picture cannot be read: {error.what}") from error
        seed, sent_seed = info.get("seed"), body["seed"]
        notes = []
        if isinstance(seed, int) and seed != sent_seed:
            notes.append(f"the server drew with seed {seed} instead of {sent_seed}")
        return Drawn(
            scene=scene_of(pixels, request.width, request.height),
            original=content,
            media_type=media_type(content),
            model=str(info.get("sd_model_name") or self._settings.text("model")),
            sent=_sent(body, pixels.shape, seed if isinstance(seed, int) else sent_seed),
            provider_id=str(body["force_task_id"]),
            notes=tuple(notes),
            licence=self._settings.text("licence"),
        )

    def _picture(self, data: Any, info: Mapping[str, Any]) -> bytes:
        """The bytes of the picture itself: a grid may stand before it."""
        images = data.get("images") if isinstance(data, Mapping) else None
        if not isinstance(images, list) or not images:
            raise self._lost("its answer holds no picture")
        first = info.get("index_of_first_image", 0)
        chosen = images[first if isinstance(first, int) and 0 <= first < len(images) else 0]
        try:
            return base64.b64decode(str(chosen).rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise self._lost("its picture is no base64") from error

    def _lost(self, what: str) -> ApexError:
        """An answer that came and is of no use."""
        if price(self._settings).micros > 0:
            return OutcomeUnknown(
                what, where="a1111", what_to_do="See the server, then: apex cost resolve"
            )
        return Unbilled(what, where="a1111", what_to_do="See what the server printed.")


def explain(reply: Reply) -> Told | None:
    """What ``{error, detail, body, errors}`` of this API means."""
    data = reply.data if isinstance(reply.data, Mapping) else {}
    detail, said = data.get("detail"), f"{data.get('error', '')} {data.get('errors', '')}"
    if reply.status == 401:
        cure = f"Set {KEY_VARIABLE} to user:password, as in its --api-auth."
        return Told(message="it does not let us in", what_to_do=cure)
    if reply.status >= 500 and "out of memory" in said.replace("OutOfMemory", "out of memory"):
        cure = "Lower backends.a1111.megapixels, or start the server with --medvram."
        return Told(message="its graphics memory was too small", status=400, what_to_do=cure)
    if reply.status == 404 and isinstance(detail, str) and "ampler" in detail:
        cure = "Set backends.a1111.sampler to one it lists under /sdapi/v1/samplers."
        return Told(message=detail, what_to_do=cure)
    if reply.status == 404:
        cure = "Start it with --api, and check the address."
        return Told(message="it does not offer /sdapi/v1", what_to_do=cure)
    if reply.status == 422 and isinstance(detail, list):
        return Told(message="it refuses " + "; ".join(_field(one) for one in detail[:3]))
    return None


def _field(fault: Any) -> str:
    if not isinstance(fault, Mapping):
        return str(fault)
    place = fault.get("loc")
    name = str(place[-1]) if isinstance(place, list) and place else "the request"
    return f"{name}: {fault.get('msg', '')}"


def _info(data: Any) -> Mapping[str, Any]:
    """What it says of the picture: JSON within a JSON text, or nothing."""
    text = data.get("info") if isinstance(data, Mapping) else None
    try:
        found = json.loads(text) if isinstance(text, str) and text else text
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The names a checkpoint goes by."""
    found = (entry.get(key) for key in ("title", "model_name", "filename", "sha256", "hash"))
    return tuple(name for name in found if isinstance(name, str))


def _sent(body: Mapping[str, Any], shape: tuple[int, ...], seed: int) -> Sent:
    extras = {
        key: body[key]
        for key in ("steps", "cfg_scale", "sampler_name", "scheduler", "denoising_strength")
        if key in body
    }
    return Sent(
        prompt=body["prompt"],
        negative_prompt=body["negative_prompt"],
        seed=seed,
        width=shape[1],
        height=shape[0],
        references=len(body.get("init_images", ())),
        extras=extras,
    )
