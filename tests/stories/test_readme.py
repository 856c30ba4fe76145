"""The README's first five minutes, command by command as they stand there, on a server of this test."""

import json
import re
import subprocess

import pytest

from tests.support.server import BINARY, REPO, environment_with

BLOCKS = re.findall(r"```(?:json)?\n(.*?)```", (REPO / "README.md").read_text().split("## First five minutes")[1], re.S)


def commands(block):
    """Those of `herald`; the server is started by the test."""
    lines = [line.split("  #")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(("script/", "export PATH"))]


@pytest.fixture(scope="module")
def shell(herald_of_the_module, tmp_path_factory):
    server = herald_of_the_module.start()
    folder = tmp_path_factory.mktemp("readme")
    (folder / "bin").mkdir()
    (folder / "bin" / "herald").symlink_to(BINARY)

    def run(command):
        environment = environment_with({"HERALD_URL": server.url})
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60, cwd=folder,
                              env={**environment, "PATH": f"{folder}/bin:{environment['PATH']}"})

    run.server, run.folder = server, folder
    return run


def test_the_first_commands_do_what_they_say(shell):
    printed = {}
    for command in commands(BLOCKS[0]):
        if "events follow" in command:
            command += " --after 0 --limit 3"   # what would be watched until Ctrl-C
        result = shell(command)
        assert result.returncode == 0, f"{command}: {result.stderr}"
        printed[command] = result.stdout
    told = {words: next(output for command, output in printed.items() if words in command) for words in (
        "resolve churn:production", "--as-of", "alias history", "events follow")}
    assert "churn:v2" in told["resolve churn:production"] and "s3://models/churn/2" in told["resolve churn:production"]
    assert "churn:v1" in told["--as-of"] and "churn:v2" not in told["--as-of"]
    assert "first release" in told["alias history"] and "better auc" in told["alias history"]
    assert len(told["events follow"].splitlines()) == 3
    assert all(len(line) <= 120 for output in printed.values() for line in output.splitlines())


def test_the_move_would_have_been_refused(shell):
    result = shell("herald alias set churn production 2 --expected 1")
    assert result.returncode == 4 and "churn" in result.stderr


def test_the_same_over_http(shell):
    path = re.search(r"`curl localhost:8420(/\S+)`", (REPO / "README.md").read_text()).group(1)
    assert shell.server.get(path)["version"] == 2


def test_the_webhook_is_made_as_the_readme_says(shell):
    definition = json.loads(BLOCKS[2])
    (shell.folder / f"{definition['name']}.json").write_text(BLOCKS[2])
    for command in commands(BLOCKS[1]):
        result = shell(command)
        assert result.returncode == 0, f"{command}: {result.stderr}"
    assert shell.server.get("/v1/automations/tell-deployer")["enabled"] is True


def test_everything_that_the_readme_calls_is_there():
    called = set(re.findall(r"\bscript/[\w-]+", (REPO / "README.md").read_text()))
    assert called and all((REPO / name).exists() for name in called)
