"""What a file is by its first bytes, and whether its name says the same (contract B41)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from apex_director.core.errors import ValidationFailed

HEAD = 4096
_MB = 1024 * 1024
MAX_BYTES = {"audio": 500 * _MB, "video": 100 * _MB}
MAX_OTHER = 50 * _MB  # contract X5


class ContentRefused(ValidationFailed):
    """A file is not what its name says, is too large, or is of a kind that is not kept."""

    code, exit_code, http_status = "content_refused", 3, 415


_EXECUTABLE = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
    b"dex\n",
    b"#!",
    b"!<arch>",
    b"\x4c\0\0\0\x01\x14\x02\0",
)
_PROGRAMS = (
    "exe dll so dylib sys drv bat cmd com scr pif msi msp cpl lnk ps1 psm1 vbs vbe js mjs cjs jse "
    "wsf wsh hta sh bash zsh csh fish py pyc pyw pl rb php asp aspx jsp jar class war app apk deb "
    "rpm dmg iso html htm xhtml mht svgz swf wasm reg scf url desktop "
)
_NO_PICTURES = "gif bmp tif tiff heic heif avif ico psd jp2 jxl "


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One sort of file: its category, and how its bytes are known."""

    category: str
    matches: Callable[[bytes], bool] | None = None  # None: text
    picture: bool = False


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] in {b"RIFF", b"RF64"} and head[8:12] == form


def _mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0)


def _iso_media(head: bytes) -> bool:
    return head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}


_MP4 = Kind(category="video", matches=_iso_media)
_M4A = Kind(category="audio", matches=_iso_media)
_OGG = Kind(category="audio", matches=_starts(b"OggS"))
_JPEG = Kind(category="images", matches=_starts(b"\xff\xd8\xff"), picture=True)
_MATROSKA = Kind(category="video", matches=_starts(b"\x1aE\xdf\xa3"))
_AIFF = Kind(category="audio", matches=lambda head: head[:4] == b"FORM" and head[8:11] == b"AIF")
_DATA, _TEXT = Kind(category="data"), Kind(category="documents")
KINDS: dict[str, Kind] = {
    "png": Kind(category="images", matches=_starts(b"\x89PNG\r\n\x1a\n"), picture=True),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": Kind(category="images", matches=_riff(b"WEBP"), picture=True),
    "wav": Kind(category="audio", matches=_riff(b"WAVE")),
    "flac": Kind(category="audio", matches=_starts(b"fLaC")),
    "ogg": _OGG,
    "oga": _OGG,
    "opus": _OGG,
    "mp3": Kind(category="audio", matches=_mp3),
    "aac": Kind(category="audio", matches=_mp3),
    "m4a": _M4A,
    "aif": _AIFF,
    "aiff": _AIFF,
    "mp4": _MP4,
    "m4v": _MP4,
    "mov": _MP4,
    "mkv": _MATROSKA,
    "webm": _MATROSKA,
    "pdf": Kind(category="documents", matches=_starts(b"%PDF-")),
    "ttf": Kind(category="fonts", matches=_starts(b"\0\x01\0\0", b"true")),
    "otf": Kind(category="fonts", matches=_starts(b"OTTO")),
    "woff2": Kind(category="fonts", matches=_starts(b"wOF2")),
    "npy": Kind(category="data", matches=_starts(b"\x93NUMPY")),
    "json": _DATA,
    "otio": _DATA,
    "csv": _DATA,
    "edl": _DATA,
    "fcpxml": _DATA,
    "xml": _DATA,
    "cube": _DATA,
    "yaml": _DATA,
    "yml": _DATA,
    "toml": _DATA,
    "txt": _TEXT,
    "md": _TEXT,
    "srt": _TEXT,
    "vtt": _TEXT,
    "lrc": _TEXT,
    "ass": _TEXT,
    "svg": Kind(category="graphics"),
}
_TELLING = ("png", "jpg", "webp", "wav", "flac", "ogg", "mkv", "pdf", "woff2", "otf", "npy", "mp4")
_SVG_ACTIVE = re.compile(r"<script|<foreignobject|\son\w+\s*=|javascript:|<!entity", re.IGNORECASE)
_PDF_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")


def extension(name: str) -> str:
    """The extension without its dot, lower-case."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def extension_of(head: bytes) -> str:
    """The extension the first bytes ask for; empty where they tell nothing."""
    for name in _TELLING:
        matches = KINDS[name].matches
        if matches is not None and matches(head):
            return name
    return ""


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of a file by its name, which its first bytes confirm.

    Raises
    ------
    ContentRefused
        Name and bytes disagree, or it is a program.
    """
    suffix = extension(name)
    if suffix in _PROGRAMS.split() or head.startswith(_EXECUTABLE):
        raise _refused(name, "programs and scripts are not kept", "Give pictures, sound or data.")
    if suffix in _NO_PICTURES.split():
        raise _refused(name, f"pictures of kind {suffix} are not kept", "Save it as PNG or JPEG.")
    if not head:
        raise _refused(name, "it is empty", "Make it again.")
    kind = KINDS.get(suffix)
    found = extension_of(head)
    if kind is None:
        return KINDS[found] if found else Kind(category="other")
    if kind.matches is None:
        if found or b"\0" in head:
            raise _mismatch(name, suffix, found)
    elif not kind.matches(head):
        raise _mismatch(name, suffix, found)
    return kind


def limit_of(kind: Kind) -> int:
    """The largest size of its kind in bytes (contract X5, B41)."""
    return MAX_BYTES.get(kind.category, MAX_OTHER)


def inspect_whole(name: str, kind: Kind, content: bytes) -> None:
    """Look through what can only be judged whole: text, JSON, SVG, PDF.

    Raises
    ------
    ContentRefused
        It is not what its name says, or holds something that acts.
    """
    suffix = extension(name)
    if suffix == "pdf":
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), content)
        if _PDF_ACTIVE.search(plain):
            raise _refused(name, "the PDF holds scripts or files", "Export it without them.")
    if kind.matches is not None or suffix not in KINDS:
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(name, "its text is not UTF-8", "Save it as UTF-8.") from error
    if "\0" in text:
        raise _refused(name, "it is not text", "Name it by what it is.")
    if suffix in {"json", "otio"}:
        _require_json(name, text)
    elif suffix in {"xml", "fcpxml"} and "<!entity" in text.lower():
        raise _refused(name, "it defines entities", "Save it without them.")
    elif suffix == "svg" and ("<svg" not in text.lower() or _SVG_ACTIVE.search(text)):
        raise _refused(name, "the SVG is none, or holds scripts or entities", "Save it plain.")


def _require_json(name: str, text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(name, "it is not JSON", "Mend it, or name it by what it is.") from error


def _mismatch(name: str, suffix: str, found: str) -> ContentRefused:
    is_what = f"; it is {found}" if found else ""
    cure = f"Name it .{found}." if found else "Name it by what it is."
    return _refused(name, f"its bytes are no {suffix}{is_what}", cure)


def _refused(name: str, what: str, cure: str) -> ContentRefused:
    return ContentRefused(what, where=name, what_to_do=cure)
