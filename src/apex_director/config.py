"""Where things are: the studio folder, and the cache of compiled kernels. Settings are read once,
in bootstrap.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def studio_home(flag: str | Path | None = None) -> Path:
    """The studio folder (contract C8).

    ``--home``, else ``APEX_HOME``, else the nearest parent folder that holds ``apex_config.json``,
    else the user's
    data folder. The folder is not created.
    """
    if flag:
        return Path(flag).expanduser().resolve()
    if os.environ.get("APEX_HOME"):
        return Path(os.environ["APEX_HOME"]).expanduser().resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "apex_config.json").is_file():
            return folder
    from platformdirs import user_data_path

    return user_data_path("apex-director", appauthor=False)


def kernel_sources_hash() -> str:
    """Hash of every source file, because numba does not notice edits in imported functions."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


def use_kernel_cache() -> Path:
    """Point numba at the user's cache folder under the sources' hash (contract D21); before numba
    is imported.

    A folder already named by ``NUMBA_CACHE_DIR`` is respected. Nothing is created here.
    """
    if "NUMBA_CACHE_DIR" not in os.environ:
        from platformdirs import user_cache_path

        folder = (
            user_cache_path("apex-director", appauthor=False) / "kernels" / kernel_sources_hash()
        )
        os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return Path(os.environ["NUMBA_CACHE_DIR"])
