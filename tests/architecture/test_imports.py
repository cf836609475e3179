"""Who may know whom: the import table of docs/architecture.md, enforced."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "apex_director"
ROOT = Path(__file__).parents[2] / "src" / PACKAGE
CRAFTS = (
    "audio",
    "complexity",
    "design",
    "cinematography",
    "images",
    "voice",
    "video",
    "qa",
    "estimation",
)
KIT = {"core", "observability", "providers"}
ABOVE = {"core", "config", "observability", "director", "jobs", "accounts", "assets", "bootstrap"}
ANYTHING = {"faces", "__init__"}
FACES = frozenset(
    f"core/{name}.py"
    for name in (
        *("asset_manager", "backend_manager", "checkpoint", "config", "estimator"),
        "orchestrator",
    )
)
"""Old module names that hold promised classes and nothing else (contract D31)."""
MODEL = {"model", "schema"}
TYPING_ONLY = "TYPE_CHECKING"
Name = tuple[str, ...]
"""A module below the package, by its parts."""


def modules() -> Iterator[Path]:
    yield from sorted(ROOT.rglob("*.py"))


def _targets(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Dotted paths below the package that an import statement names."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            parts = tuple(alias.name.split("."))
            if parts[0] == PACKAGE:
                yield parts[1:]
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            base = package[: len(package) - node.level + 1]
            parts = base + tuple((node.module or "").split(".") if node.module else ())
        else:
            parts = tuple((node.module or "").split("."))
            if parts[0] != PACKAGE:
                return
            parts = parts[1:]
        if len(parts) > 1:
            yield parts
        else:
            for alias in node.names:
                yield (*parts, alias.name)


def imports(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, dotted path) of everything of ours that a file imports, lazily or not."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        for target in _targets(node, package):
            yield getattr(node, "lineno", 0), target


def _craft_allows(room: str, path: Path, target: tuple[str, ...]) -> bool:
    head = target[0]
    if head in KIT:
        return True
    if head in CRAFTS and CRAFTS.index(head) < CRAFTS.index(room):
        return "model" in target or "schema" in target
    outside = path.relative_to(ROOT).parts
    return head in {"media", "db"} and ("backends" in outside or path.name == "sql.py")


def _face_or_model(target: tuple[str, ...]) -> bool:
    """A room's `__init__` (its face) or its model, never a module inside it."""
    face = len(target) <= 2 and not (ROOT / target[0] / f"{target[-1]}.py").is_file()
    return face or bool(MODEL & set(target))


def allowed(path: Path, target: tuple[str, ...]) -> bool:
    """The table, row by row."""
    parts = path.relative_to(ROOT).parts
    room, head = parts[0].removesuffix(".py"), target[0]
    if not target or head == room or (path.stem in ANYTHING and len(parts) == 1):
        return True
    if path.name == "faces.py" or path.relative_to(ROOT).as_posix() in FACES:
        return True
    if path.relative_to(ROOT).as_posix() in {"core/__init__.py", "images/__init__.py"}:
        return head == room
    if head in {"version", "__version__"}:
        return True
    rules = {
        "core": set(),
        "config": {"core"},
        "observability": {"core"},
        "media": {"core", "observability"},
        "db": {"core", "observability"},
        "assets": {"core", "observability", "db", "media"},
        "accounts": {"core", "observability", "db"},
        "asgi": {"api", "web", "bootstrap"},
    }
    if room in rules:
        return head in rules[room]
    if room == "providers":
        return head in {"core", "observability"} or (head == "db" and path.name == "sql.py")
    if room in CRAFTS:
        return _craft_allows(room, path, target)
    if room == "productions":
        if head in {"core", "observability", "media", "assets", "providers"}:
            return True
        return head in CRAFTS and "backends" not in target and _face_or_model(target)
    if room == "jobs":
        return head in {"core", "observability", "db", "productions", "config"}
    if room == "bootstrap":
        return True
    if room == "director":
        known = head in {"core", "config", "observability", "productions", "jobs", "bootstrap"}
        return known or (head in CRAFTS and bool(MODEL & set(target)))
    if room in {"api", "web", "cli"}:
        also = {"db", "api", "asgi"} if room == "cli" else set()
        return head in ABOVE | also or (head in CRAFTS and bool(MODEL & set(target)))
    return False


def test_every_import_is_one_the_table_allows() -> None:
    breaches = [
        f"{path.relative_to(ROOT)}:{line}: {path.relative_to(ROOT).parts[0]} may not import "
        f"{'.'.join(target)}"
        for path in modules()
        for line, target in imports(path)
        if target and not allowed(path, target)
    ]
    assert not breaches, "\n".join(breaches)


def test_the_table_can_fail() -> None:
    assert not allowed(ROOT / "audio" / "beats.py", ("cinematography", "plan"))
    assert not allowed(ROOT / "core" / "time.py", ("media", "decode"))
    assert not allowed(
        ROOT / "productions" / "music_video.py", ("images", "backends", "procedural")
    )
    assert allowed(ROOT / "video" / "camera.py", ("cinematography", "model", "Shot"))


def _is_face(target: tuple[str, ...]) -> bool:
    return "faces" in target or any(f"{'/'.join(target[:2])}.py" == face for face in FACES)


def test_faces_are_imported_by_their_package_alone() -> None:
    breaches = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for line, target in imports(path)
        if _is_face(target)
        and path.name != "__init__.py"
        and path.relative_to(ROOT).as_posix() not in FACES
    ]
    assert not breaches


def test_one_file_imports_the_durable_engine() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if (
            isinstance(node, ast.Import) and any(a.name.split(".")[0] == "dbos" for a in node.names)
        )
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dbos")
    }
    assert users <= {"jobs/engine.py"}


def test_pyav_is_at_home_in_media_alone() -> None:
    users = {
        path.relative_to(ROOT).parts[0]
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "av" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "av")
    }
    assert users <= {"media"}


def test_no_lazy_verb_is_named_like_a_module_beside_it() -> None:
    """Importing the module would put it in the verb's place."""
    breaches = []
    for path in ROOT.rglob("__init__.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id in {"_LAZY", "_HOMES"} for t in node.targets
            )
            if not (named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)):
                continue
            verbs = [str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)]
            breaches += [
                f"{path.relative_to(ROOT)}: {verb}"
                for verb in verbs
                if (path.parent / f"{verb}.py").is_file()
            ]
    assert not breaches


def _at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported."""
    for node in body:
        if isinstance(node, ast.If) and TYPING_ONLY in ast.dump(node.test):
            yield from _at_import(node.orelse)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _at_import(node.body)
        elif not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def _loaded(known: set[Name], module: Name, path: Path) -> set[Name]:
    """Modules that must be whole before this one is, its own packages apart."""
    package = module if path.name == "__init__.py" else module[:-1]
    found: set[Name] = set()
    for node in _at_import(ast.parse(path.read_text(encoding="utf-8")).body):
        for target in _targets(node, package):
            names = [target]
            if isinstance(node, ast.ImportFrom):
                names += [(*target, alias.name) for alias in node.names]
            for name in names:
                found |= {name[:n] for n in range(1, len(name) + 1)} & known
    return {other for other in found if module[: len(other)] != other}


def test_no_module_needs_itself() -> None:
    """Any module can be the first that is imported: a worker may begin anywhere."""
    files = {}
    for path in modules():
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[parts[:-1] if parts[-1] == "__init__" else parts] = path
    needs = {m: _loaded(set(files), m, path) for m, path in files.items() if m}
    done: set[Name] = set()

    def walk(module: Name, trail: tuple[Name, ...]) -> None:
        if module in trail:
            ring = trail[trail.index(module) :]
            raise AssertionError(" -> ".join(".".join(m) for m in (*ring, module)))
        if module not in done:
            for other in sorted(needs[module]):
                walk(other, (*trail, module))
            done.add(module)

    for module in sorted(needs):
        walk(module, ())
