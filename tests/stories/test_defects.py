"""A 5xx is a defect: the harness itself finds each, whoever asked and whatever the test looked at."""

import pytest

from tests.support.server import Herald


def test_a_5xx_fails_the_test_that_brought_it_about(tmp_path):
    herald = Herald(tmp_path / "herald")
    herald.start().stop()   # a new folder needs room for its first event
    server = herald.start("--disk-reserve", "900t")
    assert server.cli("model", "register", "churn").returncode == 1
    [line] = herald.defects()
    assert "POST /v1/models: storage-full: " in line
    with pytest.raises(AssertionError, match="a 5xx is a defect"):
        herald.close()
    herald.means("storage-full")
    herald.close()


def test_a_refusal_is_none(herald):
    server = herald.start()
    assert server.request("POST", "/v1/models", {"nmae": "churn"}).status_code == 422
    assert server.request("GET", "/v1/models/churn").status_code == 404
    assert herald.defects() == []
