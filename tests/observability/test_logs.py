"""Logs: JSON lines in the studio, nothing on the terminal, no secret anywhere."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apex_director.observability import logs
from apex_director.observability.joblog import JobLog
from apex_director.observability.masking import mask, mask_value


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(autouse=True)
def _restore() -> object:
    yield
    for name in (logs.ROOT, "some_library"):
        logging.getLogger(name).handlers = []


def test_lines_are_json_in_two_files_and_never_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.get_logger("jobs").info("before configure goes nowhere")
    logs.configure(tmp_path, also=("some_library",))
    logs.get_logger("jobs", job="j1").info("begins 100%", name="x", shots=3)
    logging.getLogger("some_library").warning("odd %s", "thing")
    try:
        raise ValueError("boom")
    except ValueError:
        logs.get_logger("jobs").error("failed", exc_info=True)
    all_lines = read(tmp_path / "logs" / "apex.log")
    assert [one["event"] for one in all_lines] == ["begins 100%", "odd thing", "failed"]
    assert all_lines[0]["job"] == "j1"
    assert all_lines[0]["shots"] == 3
    assert str(all_lines[0]["timestamp"]).endswith("+00:00")
    (error,) = read(tmp_path / "logs" / "error.log")
    assert "ValueError: boom" in str(error["exception"])
    assert capfd.readouterr() == ("", "")


def test_secrets_are_masked(tmp_path: Path) -> None:
    logs.configure(tmp_path)
    secret = "qwertzuiop123456"
    logs.get_logger().info(f"calling with api_key={secret}", headers={"Authorization": secret})
    assert secret not in (tmp_path / "logs" / "apex.log").read_text()
    JobLog(tmp_path / "job.txt").write("x", f"token: {secret}")
    assert secret not in (tmp_path / "job.txt").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY=S3cr3tValue99",
        '{"api_key": "S3cr3tValue99"}',
        "Authorization: Bearer S3cr3tValue99",
        "https://user:S3cr3tValue99@host/x",
        "password='S3cr3tValue99'",
        "key sk-S3cr3tValue99abc",
        "MINIMAX_API_KEY: S3cr3tValue99",
        "MINIMAX_API_KEY: S3cr3tValue99 was refused",
        "api key: S3cr3tValue99, and more",
        "Authorization: S3cr3tValue99",
        "authorization: Basic S3cr3tValue99",
        "export MINIMAX_API_KEY=S3cr3tValue99 (get one at platform.minimax.io)",
    ],
)
def test_mask(text: str) -> None:
    assert "S3cr3tValue99" not in mask(text)
    assert "***" in mask(text)


def test_short_secrets_are_masked_where_they_stand_alone() -> None:
    for text in ("password: hunter", "password: hunter, user: x", "token=ab", '"secret": "a b"'):
        assert not any(word in mask(text) for word in ("hunter", "=ab", '"a'))


@pytest.mark.parametrize(
    "text",
    [
        "needs MINIMAX_API_KEY: export MINIMAX_API_KEY=... (get one at platform.minimax.io)",
        "needs OPENAI_API_KEY: get one at platform.openai.com, then export OPENAI_API_KEY=...",
        "Check GEMINI_API_KEY.",
        "Check MINIMAX_API_KEY and its region: keys of api.minimaxi.com (China) need "
        "MINIMAX_BASE_URL set to it.",
        "invalid api key: see https://platform.minimax.io/user-center/basic1 for one",
    ],
)
def test_advice_is_no_secret(text: str) -> None:
    assert mask(text) == text


def test_mask_leaves_plain_text_alone() -> None:
    text = "shot 3 of 40: key of A minor, 120 BPM, http://localhost:8000/x?y=1"
    assert mask(text) == text
    nested = {"token": "abc", "list": ["password=x1", 3], "n": None}
    assert mask_value(nested) == {"token": "***", "list": ["password=***", 3], "n": None}


def test_logs_rotate_under_two_writers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 4000)
    first, second = (logs._handlers(tmp_path, "INFO")[0] for _ in range(2))
    for number in range(120):
        for handler in (first, second):
            handler.handle(logging.makeLogRecord({"msg": f"line {number}", "levelno": 20}))
    kept = sorted(tmp_path.glob("apex.log*"))
    assert len(kept) == 1 + logs.BACKUPS
    assert all(path.stat().st_size < 5000 for path in kept)
    assert "line 119" in (tmp_path / "apex.log").read_text()


def test_a_folder_that_cannot_be_written_is_silent(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file in the way")
    logs.configure(tmp_path)
    logs.get_logger().error("nobody hears it")


def test_production_log_of_several_processes_never_mixes_lines(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.txt"
    program = (
        "import sys; from pathlib import Path;"
        "from apex_director.observability.joblog import JobLog;"
        "[JobLog(Path(sys.argv[1])).write('stage', sys.argv[2] * 300) for _ in range(200)]"
    )
    command = [sys.executable, "-c", program, str(path)]
    started = [subprocess.Popen([*command, letter]) for letter in "ab"]
    assert [one.wait() for one in started] == [0, 0]
    JobLog(path).write("end", "two\nlines\n")
    lines = path.read_text().splitlines()
    assert len(lines) == 401
    dated = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 "
    assert all(re.fullmatch(dated + r"stage (a{300}|b{300})", line) for line in lines[:-1])
    assert re.fullmatch(dated + r"end two \| lines", lines[-1])
