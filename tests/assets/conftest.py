from __future__ import annotations

from pathlib import Path

import pytest

from apex_director.assets import Library, open_library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return open_library(tmp_path / "studio")
