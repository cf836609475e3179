"""One picture through a hook: the cascade in a thread of its own, every attempt in the caller's
loop (contract D6, P25, D31).

The hook is a coroutine that a person may have replaced, so it runs where its caller runs; the
cascade is plain code that waits, so it does not. A call to a provider that is under way when the
caller is cancelled is seen to its end in the background and booked: what it costs is not lost, nor
is the picture.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from apex_director.core.errors import ApexError, Interrupted
from apex_director.images.backends.outside import (
    Answer,
    OutsideBackend,
    asked,
    drawn_from,
    read_answer,
)
from apex_director.images.keeping import keep, recall
from apex_director.images.model import Bytes, Drawn, GenerationRequest, ImageBackend
from apex_director.images.policy import adapt, order
from apex_director.providers import Candidate, Made, Unbilled, run_cascade
from apex_director.providers.model import Call, Cost, Kept

if TYPE_CHECKING:
    from apex_director.providers.model import Budget, Desk, Purpose

Hook = Callable[..., Awaitable[Any]]
LONGEST_FAREWELL = 5.0  # seconds a cancelled hook may take to tidy up
IN_MEMORY = "memory:"  # the path of a picture that no file has yet


@dataclass(frozen=True, kw_only=True)
class Books:
    """Where the calls of one picture are booked, and what may be spent on it."""

    purpose: Purpose
    budget: Budget
    desk: Desk | None = None
    store: Bytes | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """What an attempt came to: the hook's own words, and the picture where it is one of ours to
    develop.
    """

    told: Mapping[str, Any] = field(default_factory=dict)
    drawn: Drawn | None = None
    content: bytes = b""
    warning: str = ""


class _Watched:
    """A call that remembers whether the request has left."""

    def __init__(self, call: Call) -> None:
        self._call, self.sent = call, bool(call.provider_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)

    def sending(self) -> None:
        self.sent = True
        self._call.sending()


@dataclass(kw_only=True, eq=False)
class Trial:
    """One attempt on one backend, as the hook's own body finds it."""

    name: str
    backend: ImageBackend
    request: GenerationRequest
    call: Any
    work: Future[Drawn] | None = None

    async def run(self) -> dict[str, Any]:
        """Make the call here and now; the mapping of contract P25.

        Raises
        ------
        Exception
            Whatever the backend raised.
        """
        if isinstance(self.backend, OutsideBackend):
            made = self.backend.target.generate_image(self.request.prompt, **asked(self.request))
            told = await made if inspect.isawaitable(made) else made
            return dict(told) if isinstance(told, Mapping) else {"image_path": told}
        self.work = in_thread(partial(self.backend.generate, self.request, self.call))
        drawn = await asyncio.wrap_future(self.work)
        return {"image_path": f"{IN_MEMORY}{self.call.id}", "metadata": {"model": drawn.model}}

    def finished(self) -> Drawn | None:
        """What the provider made, waited for if the call is under way; None if it made nothing."""
        if self.work is None:
            return None
        try:
            return self.work.result()
        except BaseException:
            return None


_TRIAL: ContextVar[Trial | None] = ContextVar("apex_trial", default=None)


def trial_of(name: str) -> Trial | None:
    """The attempt the cascade is making on this backend right here, if it is."""
    trial = _TRIAL.get()
    return trial if trial is not None and trial.name == name else None


async def plain_hook(backend_name: str, request: GenerationRequest, **_: Any) -> dict[str, Any]:
    """The hook where nobody put in another: make the call.

    Raises
    ------
    RuntimeError
        It was not the cascade that called it.
    """
    trial = trial_of(backend_name)
    if trial is None:
        raise RuntimeError(f"no attempt on {backend_name} is under way ({request.prompt[:40]})")
    return await trial.run()


def in_thread(work: Callable[[], Any]) -> Future[Any]:
    """Run it in a thread that the interpreter waits for, whatever becomes of the loop."""
    done: Future[Any] = Future()

    def run() -> None:
        if done.set_running_or_notify_cancel():
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

    threading.Thread(target=run, name="apex-picture").start()
    return done


class Flight:
    """The bridge between a waiting cascade and the loop its hook runs in."""

    def __init__(self, hook: Hook, keywords: Mapping[str, Any]) -> None:
        self._hook, self._keywords = hook, dict(keywords)
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    def pause(self, seconds: float) -> None:
        """Wait between tries, unless the caller has gone.

        Raises
        ------
        Interrupted
            It has.
        """
        if self._stopped.wait(seconds):
            raise _gone()

    def attempt(self, request: GenerationRequest, candidate: Candidate[Any], call: Call) -> Picture:
        """Run the hook once, from the cascade's thread.

        Raises
        ------
        Interrupted
            The caller has gone and no call is under way.
        Exception
            Whatever the attempt failed with.
        """
        if self._stopped.is_set():
            raise _gone()
        backend = candidate.backend
        watched = _Watched(call)
        trial = Trial(
            name=candidate.name,
            backend=backend,
            request=adapt(request, backend.capabilities),
            call=watched,
        )
        try:
            told = self._hop(trial)
        except CancelledError:
            drawn = trial.finished()
            if drawn is not None:
                return Picture(drawn=drawn)
            if self._stopped.is_set() or self._loop.is_closed():
                raise _gone() from None
            raise Unbilled("the attempt was cancelled", where=candidate.name) from None
        except Exception as error:
            drawn = trial.finished() if candidate.paid else None
            if drawn is not None:  # paid for and there: nothing that came after undoes that
                return Picture(drawn=drawn)
            if watched.sent or isinstance(error, ApexError):
                raise
            raise _failed(candidate.name, error) from error
        return self._read(told, trial, candidate)

    def _read(self, told: Any, trial: Trial, candidate: Candidate[Any]) -> Picture:
        """What the hook gave back: our backend's picture, or whatever it names."""
        drawn = trial.finished()
        if drawn is not None:
            return Picture(told=told if isinstance(told, Mapping) else {}, drawn=drawn)
        if candidate.paid and not trial.call.sent:
            trial.call.billed(Cost())  # the hook was replaced: nobody has been asked
        base_url = str(getattr(trial.backend, "base_url", "") or "")
        answer: Answer = read_answer(told, name=trial.name, base_url=base_url)
        return Picture(
            told=answer.told,
            drawn=drawn_from(answer, trial.request) if answer.content else None,
            content=answer.content,
            warning=answer.warning,
        )

    def _hop(self, trial: Trial) -> Any:
        made = self._run(trial)
        try:
            future = asyncio.run_coroutine_threadsafe(made, self._loop)
        except RuntimeError:  # the loop has ended
            made.close()
            raise _gone() from None
        return future.result()

    async def _run(self, trial: Trial) -> Any:
        if self._stopped.is_set():
            raise asyncio.CancelledError
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        _TRIAL.set(trial)
        found = self._hook(trial.name, trial.request, **self._keywords)
        return await found if inspect.isawaitable(found) else found

    async def stop(self) -> None:
        """Let no further attempt begin, end the one under way, and give it time to tidy up."""
        self._stopped.set()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=LONGEST_FAREWELL)


async def fly(
    request: GenerationRequest,
    backends: Sequence[ImageBackend],
    hook: Hook,
    books: Books,
    *,
    prefer: str = "",
    barred: Mapping[str, str] | None = None,
    tries: int | None = None,
    keywords: Mapping[str, Any] | None = None,
) -> Made[ImageBackend, Picture]:
    """Make a picture with the first backend that can, every attempt through the hook.

    Parameters
    ----------
    hook : coroutine function ``(backend_name, request, **keywords) -> {image_path, metadata}``
    barred : mapping
        Backends that may not be used, with the reason.
    tries : int
        At most so many calls of each; as its capabilities say where not given.

    Raises
    ------
    AllBackendsFailed
        No backend made it; ``log`` lists each attempt.
    ValidationFailed
        The preferred backend does not exist.
    """
    flight = Flight(hook, keywords or {})
    candidates = [
        replace(
            candidate,
            skip=(barred or {}).get(candidate.name, "") or candidate.skip,
            tries=tries or candidate.tries,
        )
        for candidate in order(request, backends, prefer=prefer)
    ]
    work = in_thread(partial(_cascade, request, candidates, flight, books))
    try:
        made: Made[ImageBackend, Picture] = await asyncio.wrap_future(work)
    except asyncio.CancelledError:
        await flight.stop()
        raise
    return made


def _cascade(
    request: GenerationRequest,
    candidates: Sequence[Candidate[ImageBackend]],
    flight: Flight,
    books: Books,
) -> Made[ImageBackend, Picture]:
    store = books.store
    return run_cascade(
        candidates,
        partial(flight.attempt, request),
        what=f"picture {request.scene_id}" if request.scene_id else "picture",
        seed=request.seed,
        purpose=books.purpose,
        desk=books.desk if store is not None else None,
        budget=books.budget,
        keep=None if store is None else partial(_kept, store=store),
        recall=None if store is None else partial(_recalled, store=store, request=request),
        wait=flight.pause,
    )


def _kept(picture: Picture, *, store: Bytes) -> Kept:
    if picture.drawn is None:  # a path that leads nowhere: there is nothing to keep
        return Kept(result="")
    return keep(picture.drawn, store)


def _recalled(
    _: Candidate[ImageBackend], kept: Kept, *, store: Bytes, request: GenerationRequest
) -> Picture:
    return Picture(drawn=recall(kept, store, request.width, request.height))


def _failed(name: str, error: Exception) -> Unbilled:
    """Any exception of a hook before a request has left cost nothing and may pass (D30a)."""
    return Unbilled(f"{type(error).__name__}: {error}".rstrip(": "), where=name)


def _gone() -> Interrupted:
    return Interrupted("the caller has gone", where="backends")
