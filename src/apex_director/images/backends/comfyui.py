"""ComfyUI: the user's own workflow, told what to draw through named inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apex_director.core.errors import ApexError, ConfigError, Interrupted
from apex_director.images.flat import PictureUnreadable, decode, media_type, scene_of
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Sent
from apex_director.providers import Refused
from apex_director.providers.faults import without_name
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Quote

from .comfyui_graph import Template, read_template
from .comfyui_run import Run, awaited, start
from .comfyui_server import (
    KEY_VARIABLE,
    WHERE,
    explain,
    fault_of,
    fetch,
    picture,
    stop,
    was_cached,
)
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

URL_VARIABLE = "COMFYUI_URL"
SEEDS = 2**64  # what its samplers take
ANSWER_S = 60.0  # seconds for one question or one download


class ComfyUIBackend:
    """Runs a workflow of the user's on a ComfyUI server.

    Parameters
    ----------
    config : mapping
        ``base_url``, ``workflow`` (file of "Export (API)"; relative to ``home``), ``bindings``,
        ``output``, ``megapixels``, ``steps``, ``guidance_scale``, ``timeout_s``
        (docs/backends-local.md).
    clock, sleep : callables
        Monotonic time in seconds, and waiting.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = Settings(name=WHERE, config=dict(config))
        self._clock, self._sleep = clock, sleep
        self._template: Template | None = None
        self._wrong: ApexError | None = None
        try:
            self._template = self._read()
        except ApexError as error:  # told by ready(), so that a studio with it still starts
            self._wrong = error

    @property
    def capabilities(self) -> Capabilities:
        """What the workflow binds: without an input for it, a seed or a negative is not taken."""
        template = self._template
        return capabilities_of(
            self._settings,
            priority=8,
            quality_level=3,
            model=template.checkpoint() if template else "",
            seed="exact" if template and template.binds("seed") else "none",
            negative_prompt="native" if template and template.binds("negative_prompt") else "none",
            max_references=template.references if template else 0,
            needs=f"{URL_VARIABLE} and backends.comfyui.workflow",
            key_name=KEY_VARIABLE if sign_in(self._settings, KEY_VARIABLE)[1] else "",
            owns_ids=True,
        )

    def ready(self) -> str:
        """Empty when an address and a sound workflow are set, else what to set; asks nobody."""
        try:
            self._wire()
            self._checked()
        except ApexError as error:
            return without_name(str(error), "comfyui")
        return ""

    def quote(self, request: GenerationRequest) -> Quote:
        """Free, unless ``cost_per_image`` books the machine's time."""
        return quote_of(self._settings, self._template.checkpoint() if self._template else "")

    def check(self) -> Health:
        """Whether it answers and has every node and model file of the workflow."""
        if reason := self.ready():
            return Health(healthy=False, status=f"needs {URL_VARIABLE} and a workflow", cure=reason)
        started = self._clock()
        try:
            wire, template = self._wire(), self._checked()
            wire.get_json("/system_stats")
            taken = self._clock() - started
            cure = _lacking(wire, template)
        except ApexError as error:
            return Health(healthy=False, status="unhealthy", cure=str(error))
        return Health(
            healthy=not cure,
            status="unhealthy" if cure else "ready",
            cure=cure,
            response_s=taken,
        )

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Make one picture, or wait for the one an earlier process asked for; leaving in the
        middle takes it off the server.

        Raises
        ------
        ConfigError
            The workflow or its bindings are wrong.
        Refused, Unbilled, OutcomeUnknown
            As the server answered; the message names node and cure.
        """
        run, values = self._run(), self._values(request)
        earlier = call.provider_id
        try:
            prompt_id = earlier or start(run, values, _references(run.template, request), call)
            entry = awaited(run, prompt_id, known=not earlier or bool(call.facts))
        except BaseException as error:
            if isinstance(error, Interrupted) or not isinstance(error, Exception):
                stop(run.wire, call.provider_id or call.id)
            raise
        if fault := fault_of(entry, run.template, run.wire, earlier=bool(earlier)):
            raise fault
        return _drawn(run, entry, request, values, prompt_id, self._settings.text("licence"))

    def _wire(self) -> Wire:
        url = address(self._settings, URL_VARIABLE)
        if not url:
            raise Refused(
                "no server is named",
                where=WHERE,
                what_to_do=f"Set {URL_VARIABLE}, as in http://127.0.0.1:8188.",
            )
        headers, secrets = sign_in(self._settings, KEY_VARIABLE)
        return Wire(
            WHERE,
            url,
            headers=headers,
            timeout_s=min(ANSWER_S, self.capabilities.timeout_s),
            paid=price(self._settings).micros > 0,
            secrets=secrets,
            explain=explain,
        )

    def _run(self) -> Run:
        return Run(
            wire=self._wire(),
            template=self._checked(),
            cost=quote_of(self._settings, "").cost if price(self._settings).micros else None,
            timeout_s=self.capabilities.timeout_s,
            clock=self._clock,
            sleep=self._sleep,
        )

    def _read(self) -> Template:
        settings = self._settings
        if not settings.text("workflow"):
            raise ConfigError(
                "no workflow is named",
                where=settings.where("workflow"),
                what_to_do="Set it to a file of ComfyUI's Export (API).",
            )
        bindings = settings.config.get("bindings") or {}
        if not isinstance(bindings, Mapping):
            told = 'Write {"prompt": {"node": "6", "input": "text"}}.'
            raise settings.wrong("bindings", "it is no object", told)
        path = Path(settings.text("home")) / Path(settings.text("workflow")).expanduser()
        return read_template(path, bindings, settings.text("output"))

    def _checked(self) -> Template:
        if self._wrong is not None:
            raise self._wrong.with_traceback(None)
        assert self._template is not None
        return self._template

    def _values(self, request: GenerationRequest) -> dict[str, Any]:
        """What each name a workflow may bind stands for in this picture."""
        how = drawing(self._settings)
        width, height = size_at(request.width, request.height, how.megapixels)
        return {
            "prompt": words(request),
            "negative_prompt": request.negative_prompt,
            "seed": request.seed % SEEDS,
            "width": width,
            "height": height,
            "steps": how.steps or request.steps,
            "cfg": request.guidance_scale if how.guidance is None else how.guidance,
        }


def _references(template: Template, request: GenerationRequest) -> list[bytes]:
    return [reference_bytes(one) for one in request.references[: template.references]]


def _drawn(
    run: Run,
    entry: Mapping[str, Any],
    request: GenerationRequest,
    values: Mapping[str, Any],
    prompt_id: str,
    licence: str,
) -> Drawn:
    template, chosen = run.template, picture(entry, run.template)
    if chosen is None:
        raise Refused(
            "the workflow ended without a picture",
            where=WHERE,
            what_to_do="End it in a SaveImage node, or set backends.comfyui.output.",
            cost=run.cost,
        )
    node, file = chosen
    cached = was_cached(entry, node)
    content = _fetched(run, file, cached=cached)
    try:
        pixels = decode(content, where=WHERE)
    except PictureUnreadable as error:
        raise Refused(
            f"the workflow's picture cannot be used: {error.what}",
            where=WHERE,
            what_to_do="Have it save a PNG, JPEG or WebP.",
            cost=run.cost,
        ) from error
    notes = []
    if cached:
        notes.append("the server had this very picture already and gave its file again")
    if template.references > len(request.references):
        notes.append("the workflow's own pictures stood in for references that were not given")
    return Drawn(
        scene=scene_of(pixels, request.width, request.height),
        original=content,
        media_type=media_type(content),
        model=template.checkpoint(),
        sent=_told(template, values, request, pixels.shape),
        provider_id=prompt_id,
        notes=tuple(notes),
        licence=licence,
    )


def _fetched(run: Run, file: Mapping[str, Any], *, cached: bool) -> bytes:
    try:
        return fetch(run.wire, file)
    except Refused as error:
        if not cached or error.status != 404:
            raise
        raise Refused(
            "the server answered from its cache with a file that is gone",
            where=WHERE,
            what_to_do="Bind filename_prefix, so that each picture is saved anew.",
            status=404,
            cost=run.cost,
        ) from error


def _told(
    template: Template,
    values: Mapping[str, Any],
    request: GenerationRequest,
    shape: tuple[int, ...],
) -> Sent:
    """What of the values the workflow was really told; the size is that of its picture."""

    def bound(name: str, otherwise: Any) -> Any:
        return values[name] if template.binds(name) else otherwise

    return Sent(
        prompt=values["prompt"],
        negative_prompt=bound("negative_prompt", ""),
        seed=bound("seed", None),
        width=shape[1],
        height=shape[0],
        references=min(template.references, len(request.references)),
        extras={name: values[name] for name in ("steps", "cfg") if template.binds(name)},
    )


def _lacking(wire: Wire, template: Template) -> str:
    """The first node or listed value of the workflow the server does not have, or empty."""
    known: dict[str, Any] = {}
    for node, held in template.graph.items():
        kind = str(held["class_type"])
        if kind not in known:
            data = wire.get_json(f"/object_info/{kind}").data
            known[kind] = data.get(kind) if isinstance(data, Mapping) else None
        if not isinstance(known[kind], Mapping):
            return f"It has no node '{kind}' ({template.label(node)}). Install it there."
        for name, value in held["inputs"].items():
            among = _choices(known[kind], name)
            if isinstance(value, str) and among and value not in among:
                told = ", ".join(among[:5])
                return f"It has no {name} '{value}' ({template.label(node)}), but: {told}."
    return ""


def _choices(kind: Mapping[str, Any], name: str) -> list[str]:
    """The values an input can be set to, where the server lists them."""
    inputs = kind.get("input")
    for group in ("required", "optional"):
        fields = inputs.get(group) if isinstance(inputs, Mapping) else None
        held = fields.get(name) if isinstance(fields, Mapping) else None
        if isinstance(held, list) and held and isinstance(held[0], list):
            return [value for value in held[0] if isinstance(value, str)]
    return []
