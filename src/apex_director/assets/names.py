"""Names from outside made safe: file names that stay in their folder, tags, categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from apex_director.core.errors import PathNotAllowed, ValidationFailed

MAX_BYTES = 180  # of a file name: room for a suffix within the 255 of file systems
_RESERVED = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
_UNSAFE = re.compile(r'[<>:"|?*]')
_SLUG = re.compile(r"[^a-z0-9]+")


def safe_name(name: str) -> str:
    """A file name that every file system takes and that cannot leave its folder.

    Look-alikes are made plain (NFKC), invisible and reordering characters are left out.

    Raises
    ------
    ValidationFailed
        It is empty, or is not a name but a path.
    """
    if not isinstance(name, str) or "\0" in name:
        raise _bad(name, "it is no text a file can be named by")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise _bad(ascii(name), "it is no text a file can be named by") from error
    plain = unicodedata.normalize("NFKC", name)
    if re.search(r"[/\\∕⁄⧵]", plain) or re.match(r"^[A-Za-z]:", plain):
        raise _bad(name, "it is a path, not a name")
    shown = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    shown = _UNSAFE.sub("_", shown).strip().strip(".").strip()
    if not shown:
        raise _bad(name, "there is nothing left of it")
    if _RESERVED.match(shown):
        shown = f"_{shown}"
    return _shortened(shown)


def _shortened(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > 15:
        stem, dot, suffix = name, "", ""
    room = MAX_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + suffix


def numbered(name: str, digest: str, attempt: int) -> str:
    """The name to try when earlier ones are taken: plain, then with the content's hash, then with
    a number too.
    """
    if attempt == 0:
        return name
    path = PurePosixPath(name)
    number = "" if attempt == 1 else f"-{attempt}"
    return f"{path.stem}-{digest[:8]}{number}{path.suffix}"


def safe_path(home: Path, wanted: str | Path) -> PurePosixPath:
    """A promised path from the studio folder, below ``assets`` or ``projects``.

    Raises
    ------
    PathNotAllowed
        It leads elsewhere.
    """
    text = str(wanted).replace("\\", "/")
    if Path(text).is_absolute():
        try:
            text = Path(text).relative_to(home).as_posix()
        except ValueError as error:
            raise _elsewhere(wanted) from error
    parts = PurePosixPath(text).parts
    inside = len(parts) > 1 and parts[0] in {"assets", "projects"} and "blobs" not in parts
    if not inside or any(safe_name(part) != part for part in parts):
        raise _elsewhere(wanted)
    folder = (home / PurePosixPath(text)).parent
    if not folder.resolve().is_relative_to(home.resolve()):  # a link on the way may lead out
        raise _elsewhere(wanted)
    return PurePosixPath(text)


def _elsewhere(wanted: object) -> PathNotAllowed:
    return PathNotAllowed(
        "an asset's file lies in the studio's assets or projects folder",
        where=str(wanted),
        what_to_do="Name a path such as assets/images/cover.png.",
    )


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without blanks around them, each once, in the order they came.

    Raises
    ------
    ValidationFailed
        One is no text, is empty or is longer than 200 characters.
    """
    if isinstance(tags, str):
        raise ValidationFailed(
            "tags are a list", where="tags", what_to_do='Give them as ["night", "harbour"].'
        )
    seen: dict[str, str] = {}
    for tag in tags:
        text = " ".join(tag.split()) if isinstance(tag, str) else ""
        if not text or len(text) > 200 or "\0" in text:
            raise ValidationFailed(
                f"{tag!r} is no tag", where="tags", what_to_do="Give 1 to 200 characters each."
            )
        seen.setdefault(folded(text), text)
    return tuple(seen.values())


def clean_category(category: str) -> str:
    """A category as a short lower-case word.

    Raises
    ------
    ValidationFailed
        It is none.
    """
    text = category.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", text):
        raise ValidationFailed(
            f"'{category}' is no category",
            where="category",
            what_to_do="Give one word, such as images, audio or data.",
        )
    return text


def folded(text: str) -> str:
    """Text as it is compared: case and compatibility forms make no difference."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\0", " ")


def slug(name: str) -> str:
    """The readable beginning of a project's id."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _SLUG.sub("-", plain).strip("-")[:40].strip("-") or "project"


def _bad(name: object, why: str) -> ValidationFailed:
    return ValidationFailed(
        f"{name!r} cannot name a file: {why}",
        where="filename",
        what_to_do="Give a plain name such as cover.png.",
    )
