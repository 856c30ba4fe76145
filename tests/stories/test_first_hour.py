"""docs/first-hour.md as a new user would: each task done, and every word that it takes found by reading --help alone."""

import json
import re
import shlex
import subprocess

import pytest

from tests.support.server import BINARY, REPO, environment_with

PAGE = (REPO / "docs" / "first-hour.md").read_text()
TASKS = re.findall(r"^## (\d+)\. (.+?)\n(.*?)(?=^##? |\Z)", PAGE, re.M | re.S)


def script_of(text):
    return "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))


def help_of(*words):
    result = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=60, env=environment_with({}))
    assert result.returncode == 0, result.stderr
    return result.stdout


def commands_in(script):
    """Each `herald ...` with its words, those in $(...) too."""
    for line in script.splitlines():
        for part in re.split(r"\$\(|\|\|", line):
            if part.strip().startswith("herald "):
                yield shlex.split(part.strip().rstrip(")"), comments=True)[1:]


def test_there_are_ten_tasks_and_ten_more():
    assert [int(number) for number, _, _ in TASKS] == list(range(1, 21))
    assert all(list(commands_in(script_of(text))) for _, _, text in TASKS)


@pytest.mark.parametrize("number, text", [(number, text) for number, _, text in TASKS], ids=lambda value: value if value.isdigit() else "")
def test_the_help_leads_to_every_word(number, text):
    for words in commands_in(script_of(text)):
        path, known = [], help_of()
        everywhere = known
        while words and re.search(rf"^  {re.escape(words[0])} {{2,}}", known, re.M):
            path.append(words.pop(0))
            known = help_of(*path)
        assert path, f"herald --help does not lead to {words[0]}"
        for option in (word for word in words if re.match(r"--?[a-z]", word)):
            found = re.search(rf"(^|[ ,]){re.escape(option)}\b", known, re.M) or re.search(rf"(^|[ ,]){re.escape(option)}\b", everywhere, re.M)
            assert found, f"herald {' '.join(path)} --help does not tell of {option}"
        assert "examples" in known


SHOWS = {
    1: [r"^state +ready", r"^events +\d"],
    2: [r"^churn  .*team=risk", r"who leaves next month"],
    3: [r"^version +churn:v1", r"auc=0\.91", r"4f2a9c1", r"churn-1"],
    4: [r"^version +churn:v1"],
    5: [r"^version +churn:v2", r"better auc"],
    6: [r"v1 +v2 .*better auc", r"^version +churn:v1"],
    7: [r"recall: wrong currency"],
    8: [r"serving/model\.bin$"],
    9: [r"trained_on", r"churn"],
    10: [r"^\+ automation tell-deployer", r"^    \+ tag tier: 1", r"^state +succeeded"],
    11: [r"^full name +Ada Lovelace", r"^granted +.* by root", r"^you are +root"],
    12: [r"^ada is in team risk", r"^risk +team +member +credit +.* root$"],
    13: [r"^allowed +true\n(.*\n)*because +.*team \"risk\"", r"^allowed +false"],
    14: [r"^token, shown this once +herald_", r"^at most|^model +churn", r"^builds +ci "],
    15: [r"^version +churn:v3", r'"reference": "churn:v3"'],
    16: [r"^before +v3", r"^reason +errors since the release"],
    17: [r"errors since the release", r"^ +\d+ .*alias\.assigned +root "],
    18: [r"^version +churn:v1 .*"],
    19: [r"^leaf"],
    20: [r"^erased: the entry of ada and 0 texts"],
}


def test_all_are_done_in_their_order(herald, receiver, tmp_path):
    server = herald.start("--allow-target", "127.0.0.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "herald").symlink_to(BINARY)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.bin").write_bytes(b"weights")
    environment = environment_with({"HERALD_URL": server.url, "HERALD_PROFILES_FILE": str(tmp_path / "config.toml"), "link": server.claim_link(),
                                    "PATH": f"{tmp_path}/bin:/usr/bin:/bin"})
    for number, title, text in TASKS:
        script = script_of(text).replace("herald serve --data ./data\n", "")   # it runs already
        script = script.replace("https://deploy.example.com/hook", receiver.url("/hook"))
        result = subprocess.run(["bash", "-e", "-u", "-o", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True,
                                timeout=120)
        assert result.returncode == 0, f"{number}. {title}\n{result.stdout}{result.stderr}"
        for pattern in SHOWS[int(number)]:
            assert re.search(pattern, result.stdout, re.M), f"{number}. {title}: no {pattern!r} in\n{result.stdout}"
    assert (tmp_path / "serving" / "model.bin").read_bytes() == b"weights"
    assert receiver.wait_for(1)[0].path == "/hook"
    exported = [json.loads(line) for line in (tmp_path / "churn.ndjson").read_text().splitlines()]
    assert exported and all(event["type"].startswith("herald.") for event in exported)
