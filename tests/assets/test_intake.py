"""What may come in, under which name, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apex_director.assets import Library
from apex_director.assets.names import numbered, safe_name, safe_path
from apex_director.core.errors import PathNotAllowed, ValidationFailed

from .pictures import encoded, pixels, png

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 32
REFUSED = [
    ("tool.exe", b"MZ" + b"\0" * 60),
    ("song.png", b"\x7fELF" + b"\0" * 60),
    ("run.sh", b"echo hi"),
    ("notes.txt", b"#!/bin/sh\necho hi"),
    ("page.html", b"<p>hi</p>"),
    ("cover.png", encoded(pixels(1), "JPEG")),
    ("cover.jpg", png(1)),
    ("cover.png", b"not a picture"),
    ("cover.png", png(1)[:200]),
    ("cover.gif", b"GIF89a" + b"\0" * 20),
    ("data.json", b"{not json"),
    ("data.json", png(1)),
    ("notes.txt", b"\xff\xfe\x00 broken"),
    ("logo.svg", b"<svg><script>alert(1)</script></svg>"),
    ("logo.svg", b"<!DOCTYPE x [<!ENTITY a 'b'>]><svg>&a;</svg>"),
    ("logo.svg", b"<svg onload='x()'/>"),
    ("brand.pdf", b"%PDF-1.7\n<< /S /J#61vaScript /JS (x) >>"),
    ("song.wav", b"RIFF\x24\0\0\0AVI LIST"),
    ("empty.txt", b""),
    ("cover.exe.png", b"MZ" + b"\0" * 60),
]
TAKEN = [
    ("cover.webp", encoded(pixels(2), "WEBP"), "images"),
    ("song.wav", WAV, "audio"),
    ("plan.json", b'{"a": [1]}', "data"),
    ("words.lrc", "[00:01.00]Öde\n".encode(), "documents"),
    ("logo.svg", b"<svg xmlns='x'><path d='M0 0'/></svg>", "graphics"),
    ("brand.pdf", b"%PDF-1.7\n<< /Type /Catalog >>", "documents"),
    ("clip.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 16, "video"),
    ("cache.bin", bytes(range(128, 192)), "other"),
]


@pytest.mark.parametrize(("name", "content"), REFUSED)
def test_what_is_not_what_it_says_is_refused(library: Library, name: str, content: bytes) -> None:
    with pytest.raises(ValidationFailed) as caught:
        library.add(content, filename=name)
    assert caught.value.exit_code == 3
    assert caught.value.what_to_do
    assert list(library.store) == []
    assert library.stats()["total_files"] == 0


@pytest.mark.parametrize(("name", "content", "category"), TAKEN)
def test_other_kinds_are_kept_by_category(
    library: Library, name: str, content: bytes, category: str
) -> None:
    kept = library.add(content, filename=name)
    assert kept.category == category
    assert kept.path.read_bytes() == content


def test_a_name_without_an_ending_gets_the_right_one(library: Library) -> None:
    assert library.add(png(1), filename="cover").filename == "cover.png"
    assert library.add(png(2), filename="v1.2").format == "png"


def test_too_large_is_refused_before_it_is_read(library: Library, tmp_path: Path) -> None:
    huge = tmp_path / "huge.dat"
    with huge.open("wb") as handle:
        handle.truncate(50 * 2**20 + 1)
    with pytest.raises(ValidationFailed, match=r"50\.0 MB"):
        library.add(huge, filename="huge.dat")
    with huge.open("wb") as handle:
        handle.truncate(50 * 2**20)
    assert library.add(huge, filename="fits.dat").file_size == 50 * 2**20


def test_a_header_that_promises_too_much_is_refused(library: Library) -> None:
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", 9_000, 9_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    with pytest.raises(ValidationFailed, match="9000x9000"):
        library.add(bomb, filename="bomb.png")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        " . ",
        "../up.png",
        "/etc/x.png",
        "a/b.png",
        "a\\b.png",
        "C:x.png",
        "a\0.png",
        "．．／up.png",
        "a／b.png",
        "\u202e\u200b",
        "\ud800.png",
    ],
)
def test_names_that_are_paths_or_nothing_are_refused(library: Library, name: str) -> None:
    with pytest.raises(ValidationFailed):
        library.add(png(1), filename=name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("con.png", "_con.png"),
        ("COM1", "_COM1"),
        ("gnp\u202e.exe.png", "gnp.exe.png"),
        ("a<b>:c?.png", "a_b__c_.png"),
        ("  Hafen am Abend.png. ", "Hafen am Abend.png"),
        ("ｆｕｌｌ．png", "full.png"),
        ("海辺の夜明け.webp", "海辺の夜明け.webp"),
        ("~/x".replace("/", ""), "~x"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=300))
@example("a" * 500 + ".png")
@example("海" * 200 + ".webp")
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    try:
        safe = safe_name(name)
    except ValidationFailed:
        return
    assert safe == safe_name(safe)
    assert len(safe.encode()) <= 181
    assert Path("/x", safe).parent == Path("/x")
    assert not set(safe) & set('/\\:\0<>"|?*')
    assert len(numbered(safe, "0" * 64, 999).encode()) < 255


@pytest.mark.parametrize(
    "path",
    [
        "../x.png",
        "/etc/x.png",
        "assets/../../x.png",
        "jobs/x.png",
        "x.png",
        "assets/blobs/aa/x.png",
        "assets/./x.png/..",
        "assets//..//x.png",
    ],
)
def test_promised_paths_stay_in_the_library(tmp_path: Path, path: str) -> None:
    with pytest.raises((PathNotAllowed, ValidationFailed)):
        safe_path(tmp_path, path)


def test_a_link_does_not_lead_a_promised_path_out(library: Library, tmp_path: Path) -> None:
    (library.home / "assets").mkdir(parents=True)
    (library.home / "assets" / "images").symlink_to(tmp_path)
    with pytest.raises(PathNotAllowed):
        library.add(png(1), filename="x.png", path="assets/images/x.png")


def test_a_promised_path_is_kept(library: Library) -> None:
    kept = library.add(png(1), filename="x.png", path="assets/images/cover.png")
    assert kept.path == library.home / "assets" / "images" / "cover.png"
    second = library.add(png(2), filename="x.png", path=kept.path)
    assert second.path.parent == kept.path.parent
    assert second.path != kept.path
    with pytest.raises(ValidationFailed, match="end differently"):
        library.add(png(3), filename="x.png", path="assets/images/x.json")
