"""Completion in the shells themselves: bash and zsh on a terminal with the tabulator pressed, fish by its own `complete -C`."""

import os
import subprocess

import pytest

from tests.support.server import BINARY, environment_with
from tests.support.terminal import Terminal


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    for name in ("churn", "chess openings", "fraud"):
        server.post("/v1/models", {"name": name, "description": f"about {name}"})
    server.post("/v1/registries", {"name": "datasets", "kind": "dataset"})
    server.post("/v1/principals", {"name": "ada"})
    server.patch("/v1/registries/models", {"stages": {"stages": ["staging", "live"]}})
    server.post("/v1/models/churn/versions", {"aliases": ["production"], "run": {"id": "run-of-churn"}})
    server.post("/v1/principals", {"name": "risk", "kind": "team"})
    server.put("/v1/registries/models/protected-aliases/champion")
    server.post("/v1/artifacts", {"name": "weights", "kind": "model", "reference": "s3://b/w", "digest": "sha256:" + "0" * 64})
    return server


@pytest.fixture
def environment(server, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "herald").symlink_to(BINARY)
    (tmp_path / "definition-of-it.json").write_text("{}")
    return environment_with({"HERALD_URL": server.url, "HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                             "TERM": "xterm", "PS1": "> ", "PROMPT": "> ", "LC_ALL": "C.UTF-8"})


@pytest.fixture(params=["bash", "zsh"])
def shell(request, environment, tmp_path):
    arguments = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}[request.param]
    with Terminal(arguments, environment) as terminal:
        terminal.wait_for("> $")
        prepare = {"bash": "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
                   "zsh": "unsetopt zle_bracketed_paste beep; autoload -Uz compinit; compinit -u"}[request.param]
        terminal.type(f"cd {tmp_path}; {prepare}; source <(herald completion {request.param}); echo re''ady\n")
        terminal.wait_for("^ready")
        terminal.wait_for("> $")
        yield terminal


@pytest.mark.parametrize("keys, becomes", [
    ("herald mod\t", "herald model "),
    ("herald model li\t", "herald model list "),
    ("herald model list --as\t", "herald model list --as-of "),
    ("herald -o jsonl model list --al\t", "herald -o jsonl model list --all "),
    ("herald model list -o tab\t", "herald model list -o table "),
    ("herald model list --output=tab\t", "herald model list --output=table "),
    ("herald model show chu\t", "herald model show churn "),
    ("herald model show che\t", r"herald model show chess\\ openings "),
    ("herald model show data\t", "herald model show datasets/"),
    ("herald resolve churn:pro\t", "herald resolve churn:production "),
    ("herald alias set churn pro\t", "herald alias set churn production "),
    ("herald alias move churn pro\t", "herald alias move churn production="),
    ("herald automation create -f defi\t", "herald automation create -f definition-of-it.json "),
    ("herald search alia\t", "herald search alias:"),
    ("herald search fram\t", "herald search framework:"),
    ("herald stage list sta\t", "herald stage list staging "),
    ("herald role grant ad\t", "herald role grant ada "),
    ("herald role grant ada memb\t", "herald role grant ada member "),
    ("herald user show ad\t", "herald user show ada "),
    ("herald serve --log-form\t", "herald serve --log-format "),
    ("herald serve --log-level de\t", "herald serve --log-level debug "),
    ("herald stage set churn:v1 sta\t", "herald stage set churn:v1 staging "),
    ("herald search x --sort crea\t", "herald search x --sort created "),
    ("herald diff churn:v1 pro\t", "herald diff churn:v1 production "),
    ("herald lineage record dataset:x trai\t", "herald lineage record dataset:x trained_on "),
    ("herald lineage show vers\t", "herald lineage show version:"),
    ("herald lineage show version:churn:v\t", "herald lineage show version:churn:v1 "),
    ("herald run show run-of\t", "herald run show run-of-churn "),
    ("herald team members ris\t", "herald team members risk "),
    ("herald role list --of ad\t", "herald role list --of ada "),
    ("herald access explain --principal ad\t", "herald access explain --principal ada "),
    ("herald events list --actor ad\t", "herald events list --actor ada "),
    ("herald artifact show 0\t", "herald artifact show [0-9a-f-]{36} "),
    ("herald version link churn:v1 0\t", "herald version link churn:v1 [0-9a-f-]{36} "),
    ("herald alias unprotect champ\t", "herald alias unprotect champion "),
    ("herald man mod\t", "herald man model "),
])
def test_a_tabulator_completes(shell, keys, becomes):
    shell.type(keys)
    shell.wait_for(becomes, again="\t")


def test_what_is_ambiguous_is_listed(shell):
    shell.type("herald alias \t\t")
    # In whatever order, and however many columns the shell makes of them.
    shell.wait_for("".join(rf"(?=[\s\S]*\b{word}\b)" for word in ("history", "list", "move", "remove", "set", "show")))


def fish(environment, line, tries=5):
    """The words that fish offers; asked again when there are none, since a busy server may take more than half a second."""
    script = f"herald completion fish | source; complete -C {line!r}"
    result = subprocess.run(["fish", "--no-config", "-c", script], env=environment, capture_output=True, text=True, timeout=60,
                            cwd=environment["HOME"])
    assert result.returncode == 0 and not result.stderr, result.stderr
    rows = [tuple(row.split("\t")) for row in result.stdout.splitlines()]
    return rows if rows or tries == 1 else fish(environment, line, tries - 1)


def test_fish_shows_words_with_what_they_are(environment):
    assert fish(environment, "herald model sh") == [("show", "Show one, with its aliases.")]
    assert fish(environment, "herald model show c") == [("chess openings", "about chess openings"), ("churn", "about churn")]
    assert fish(environment, "herald resolve churn:pro") == [("churn:production", "v1")]
    assert fish(environment, "herald model list --as") == [("--as-of", fish(environment, "herald model list --as")[0][1])]
    assert [row[0] for row in fish(environment, "herald automation create -f defi")] == ["definition-of-it.json"]
    assert [row[0] for row in fish(environment, "herald -o ")] == ["id", "json", "jsonl", "table"]


def test_a_server_that_is_not_there_costs_half_a_second_and_no_word(environment):
    result = subprocess.run([BINARY, "__complete", "model", "show", ""], env={**environment, "HERALD_URL": "http://127.0.0.1:9"},
                            capture_output=True, text=True, timeout=5)
    assert (result.returncode, result.stdout, result.stderr) == (0, "none\n", "")


def test_an_unknown_shell_is_refused(server):
    refused = server.cli("completion", "csh")
    assert refused.returncode == 2 and "none of bash|zsh|fish" in refused.stderr


def test_no_more_names_are_offered_than_a_terminal_shows(herald):
    server = herald.start()
    for number in range(201):
        server.post("/v1/models", {"name": f"model-{number:03}"})
    answered = server.cli("__complete", "model", "show", "model-").stdout.splitlines()
    names = [line for line in answered if line.startswith("model-")]
    assert len(names) == 200 and "model-200" not in names, "the first of them (limits.h: kMaxNamesCompleted)"
    assert "model-200" in server.cli("__complete", "model", "show", "model-2").stdout, "with one more letter it is"
