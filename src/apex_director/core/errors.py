"""Every error of the product, one tree, three facts each: what happened, where, what to do.

    ApexError                        exit  HTTP
    ├── JobNotFound (KeyError)          3   404
    ├── ValidationFailed (ValueError)   2   422
    │   └── PlanInvalid                 3   422
    ├── InputUnusable                   3   400
    │   ├── AudioDecodeError            3   400
    │   ├── AudioTooLong                3   400
    │   ├── AudioTooShort               3   400
    │   └── VideoDecodeError            3   400
    ├── SomethingNeeded                 5   409
    │   ├── BackendUnavailable          5   503
    │   ├── AllBackendsFailed           5   503
    │   ├── ApprovalNeeded              5   402
    │   └── BudgetExceeded              5   429
    ├── QualityBlocked                  6   500
    ├── Interrupted                   130   409
    ├── ConfigError                     2   500
    ├── StorageError                    1   500
    │   └── OutputUnwritable            4   507
    ├── AssemblyError                   1   500
    └── PathNotAllowed                  3   403

Exit codes follow the contract's D19. Errors survive pickling (the durable engine stores them).
"""

from __future__ import annotations

from typing import Any, ClassVar


class ApexError(Exception):
    """Base of every error we raise on purpose.

    Parameters
    ----------
    what : str
        What happened, one clause, in the user's words.
    where : str
        File, option, shot or job it happened at; empty if there is no place.
    what_to_do : str
        The next step for the person who reads it.
    log : str
        The last lines a tool printed, for the production log; never shown on the terminal.
    """

    code: ClassVar[str] = "internal_error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, what: str, *, where: str = "", what_to_do: str = "", log: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.what_to_do, self.log = what, where, what_to_do, log

    def __str__(self) -> str:
        """One sentence: where it happened, what, and the way out."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        head = head.rstrip(".")
        return f"{head}. {self.what_to_do}" if self.what_to_do else f"{head}."

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.what_to_do, self.log))

    def as_json(self) -> dict[str, str]:
        """The object `--json` prints for this error (contract D20)."""
        return {
            "error": self.code,
            "message": self.what,
            "where": self.where,
            "what_to_do": self.what_to_do,
        }


def _rebuild(kind: type[ApexError], what: str, where: str, what_to_do: str, log: str) -> ApexError:
    return kind(what, where=where, what_to_do=what_to_do, log=log)


class JobNotFound(ApexError, KeyError):
    """No job of that id in this studio."""

    code, exit_code, http_status = "job_not_found", 3, 404


class ValidationFailed(ApexError, ValueError):
    """A request, option or value is not one we offer."""

    code, exit_code, http_status = "validation_error", 2, 422


class PlanInvalid(ValidationFailed):
    """A plan file has errors; `where` names the field."""

    code, exit_code = "plan_invalid", 3


class InputUnusable(ApexError):
    """An input exists or should exist, and cannot be used."""

    code, exit_code, http_status = "input_unusable", 3, 400


class AudioDecodeError(InputUnusable):
    """No audio could be decoded from the file."""

    code = "audio_not_decodable"


class AudioTooLong(InputUnusable):
    """The audio is longer than the verb takes (contract D28)."""

    code = "audio_too_long"


class AudioTooShort(InputUnusable):
    """The audio is shorter than the verb takes (contract D28)."""

    code = "audio_too_short"


class VideoDecodeError(InputUnusable):
    """No video frame could be decoded from the file."""

    code = "video_not_decodable"


class SomethingNeeded(ApexError):
    """Approval, a budget, a key or an extra must be given first."""

    code, exit_code, http_status = "something_needed", 5, 409


class BackendUnavailable(SomethingNeeded):
    """One backend cannot be used; the message names the cure."""

    code, http_status = "backend_unavailable", 503


class AllBackendsFailed(SomethingNeeded):
    """Every backend of the cascade was tried; `log` lists each attempt."""

    code, http_status = "backend_unavailable", 503


class ApprovalNeeded(SomethingNeeded):
    """A paid backend would be used and nobody has said yes (contract D25)."""

    code, http_status = "approval_needed", 402


class BudgetExceeded(SomethingNeeded):
    """A cap of the production or of the day would be passed."""

    code, http_status = "budget_exceeded", 429


class QualityBlocked(ApexError):
    """The master was finished, and the final check blocked it (contract D27)."""

    code, exit_code = "quality_blocked", 6


class Interrupted(ApexError):
    """The work was stopped by a person and can be resumed."""

    code, exit_code, http_status = "interrupted", 130, 409


class ConfigError(ApexError):
    """A setting is wrong; `where` names the key."""

    code, exit_code = "config_error", 2


class StorageError(ApexError):
    """The studio folder or a store failed."""

    code = "storage_error"


class OutputUnwritable(StorageError):
    """The output cannot be written: rights, a full disk, a file in the way."""

    code, exit_code, http_status = "output_unwritable", 4, 507


class AssemblyError(ApexError):
    """Encoding, joining or muxing failed; `log` carries the encoder's words."""

    code = "assembly_error"


class PathNotAllowed(ApexError):
    """A path leads outside the folders it may use."""

    code, exit_code, http_status = "path_not_allowed", 3, 403
