"""script/demo, as whoever tries Herald first runs it."""

import os
import subprocess

import pytest

from tests.support.server import REPO


@pytest.mark.timeout(420)
def test_the_demo_shows_the_main_job():
    result = subprocess.run([REPO / "script" / "demo", "--no-stay", "--no-build"], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=400, env={name: value for name, value in os.environ.items() if not name.startswith("HERALD_")})
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
    assert "All of it is there." in result.stdout
    assert "\x1b" not in result.stdout
    for shown in ("production was tumour:v1", "a good signature", "byte for byte", "leads to tumour:v2", "second attempt"):
        assert shown in result.stdout
    assert not os.path.exists(REPO / "build" / "demo" / "kafka" / "pid"), "the broker was left behind"
