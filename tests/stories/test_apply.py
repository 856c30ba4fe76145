"""`herald apply`: what files say, against a real server: the difference first, then done, then nothing more to do."""

import json
import os

import pytest

from tests.support.server import BINARY, environment_with
from tests.support.terminal import Terminal

FILES = {
    "10-churn.yaml": """\
model: churn
description: |
  Who leaves next month.
  Asked every night.
tags: {team: risk, tier: 1}
aliases: {production: v1}
""",
    "20-tell.yml": """\
automation: tell-deployer
on: [alias.assigned]
scope: {model: churn}
conditions: [{field: data.alias, op: equals, value: production}]
actions: [{kind: webhook, url: "https://deploy.example.com/hook", payload: {version: "${version.number}", score: 1.50}}]
""",
    "notes.txt": "no YAML",
}


@pytest.fixture
def server(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn", "tags": {"tier": "2", "extra": "stays"}})
    for _ in range(3):
        server.post("/v1/models/churn/versions", {})
    return server


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def events(server):
    return server.get("/v1")["sequence"]


def test_a_folder_is_shown_then_applied_then_there_is_nothing_to_do(server, folder):
    before = events(server)
    dry = server.cli("apply", "-f", folder, "--dry-run")
    assert dry.returncode == 2 and events(server) == before
    assert dry.stdout.splitlines() == [
        "~ model churn", "    + description:", "    +   Who leaves next month.", "    +   Asked every night.",
        "    + tag team: risk", "    ~ tag tier: 2 → 1", "    + alias production: v1", "    ! tag extra: stays (not named; stays)",
        "+ automation tell-deployer", "    + enabled: true", '    + scope: {"model":"churn"}', '    + on: ["alias.assigned"]',
        '    + conditions: [{"field":"data.alias","op":"equals","value":"production"}]',
        '    + actions: [{"kind":"webhook","url":"https://deploy.example.com/hook","payload":{"version":"${version.number}","score":1.5}}]']
    assert "1 to create, 1 to change, 0 as they should be" in dry.stderr

    done = server.cli("apply", "-f", folder, "--yes", "--reason", "release 4.2")
    assert done.returncode == 0 and done.stdout == dry.stdout and "2 applied" in done.stderr
    model = server.get("/v1/models/churn")
    assert model["description"] == "Who leaves next month.\nAsked every night.\n"
    assert model["tags"] == {"team": "risk", "tier": "1", "extra": "stays"}
    assert server.get("/v1/models/churn/aliases/production")["reason"] == "release 4.2"
    assert server.get("/v1/automations/tell-deployer")["actions"][0]["payload"]["score"] == 1.5

    after = events(server)
    again = server.cli("apply", "-f", folder, "--dry-run")
    assert (again.returncode, again.stdout) == (0, "= model churn\n    ! tag extra: stays (not named; stays)\n")
    assert "1 is there that no file names (marked !): --prune takes it away" in again.stderr
    assert server.cli("apply", "-f", folder).returncode == 0, "with nothing to do nobody is asked"
    assert events(server) == after


def test_what_no_file_names_any_more_is_shown_and_goes_when_asked(server, folder):
    """Tags, aliases and automations; what the files do not list at all, other models and versions stay."""
    server.post("/v1/models", {"name": "fraud", "tags": {"tier": "3"}})
    for automation, model in (("old", "churn"), ("of-fraud", "fraud")):
        server.post("/v1/automations", {"name": automation, "enabled": False, "on": ["alias.assigned"], "scope": {"model": model},
                                        "actions": [{"kind": "slack", "url": "https://hooks.slack.com/x"}]})
    server.put("/v1/models/churn/aliases/candidate", {"version": 2})
    server.cli("apply", "-f", folder, "--yes")
    before = events(server)

    shown = server.cli("apply", "-f", folder, "--dry-run")
    assert shown.returncode == 0, "nothing would change"
    assert shown.stdout.splitlines() == [
        "= model churn", "    ! tag extra: stays (not named; stays)", "    ! alias candidate: v2 (not named; stays)",
        "= automation old", "    ! the whole of it (not named; stays)"]
    assert "3 are there that no file names" in shown.stderr
    forms = json.loads(server.cli("apply", "-f", folder, "--dry-run", "-o", "json").stdout)
    assert [entry["unnamed"] for entry in forms] == [["tag extra: stays", "alias candidate: v2"], [], ["the whole of it"]]

    would = server.cli("apply", "-f", folder, "--prune", "--dry-run")
    assert would.returncode == 2 and events(server) == before
    assert would.stdout.splitlines() == ["~ model churn", "    - tag extra: stays", "    - alias candidate: v2", "- automation old"]
    done = server.cli("apply", "-f", folder, "--prune", "--yes", "--reason", "tidied up")
    assert done.returncode == 0 and done.stdout == would.stdout and "1 to remove" in done.stderr
    model = server.get("/v1/models/churn")
    assert model["tags"] == {"team": "risk", "tier": "1"} and model["aliases"] == {"production": 1} and model["versions"] == 3
    assert server.get("/v1/models/fraud")["tags"] == {"tier": "3"}
    assert sorted(item["name"] for item in server.get("/v1/automations")["items"]) == ["of-fraud", "tell-deployer"]
    assert server.cli("apply", "-f", folder, "--prune", "--dry-run").returncode == 0


def test_a_list_that_a_document_does_not_have_is_never_pruned(server):
    server.put("/v1/models/churn/aliases/production", {"version": 2})
    done = server.cli("apply", "-f", "-", "--prune", "--yes", stdin="model: churn\ndescription: new\n")
    assert done.returncode == 0, done.stderr
    model = server.get("/v1/models/churn")
    assert model["tags"] and model["aliases"] == {"production": 2}


def test_it_comes_from_standard_input_and_null_takes_away(server):
    server.put("/v1/models/churn/aliases/candidate", {"version": 2})
    done = server.cli("apply", "-f", "-", "--yes", stdin="model: churn\ntags: {extra: null}\naliases: {candidate: null, production: 3}\n")
    assert done.returncode == 0, done.stderr
    model = server.get("/v1/models/churn")
    assert model["tags"] == {"tier": "2"} and model["aliases"] == {"production": 3}


def test_models_come_before_what_watches_them(server):
    text = "automation: tell\non: [alias.*]\nscope: {model: fraud}\nactions: [{kind: slack, url: 'https://hooks.slack.com/x'}]\n---\nmodel: fraud\n"
    done = server.cli("apply", "-f", "-", "--yes", stdin=text)
    assert done.returncode == 0, done.stderr
    assert server.get("/v1/automations/tell")["scope"]["model"] == "fraud"
    assert server.cli("apply", "-f", "-", "--dry-run", stdin=text).returncode == 0


@pytest.mark.parametrize("text, complaint", [
    ("model: churn\nlabels: {}\n", 'standard input:2:1: "labels" is not a field here'),
    ("model: churn\n---\nautomation: tell\non: [alias.*]\nactions:\n- kind: webhook\n  ulr: x\n", 'standard input:7:3: "actions[0].ulr"'),
    ("model: churn\ntags: {a: 1, a: 2}\n", "standard input:2:14: "),
    ("model: [\n", "no YAML"),
    ("models: churn\n", "standard input:1:1: "),
    ("model: churn\n---\nmodel: churn\n", "standard input:3:1: model churn is described at standard input:1:1 already"),
])
def test_what_is_wrong_is_told_with_line_and_column_and_changes_nothing(server, text, complaint):
    before = events(server)
    refused = server.cli("apply", "-f", "-", "--yes", stdin=text)
    assert refused.returncode in (2, 4) and complaint in refused.stderr and events(server) == before
    assert server.cli("apply", "-f", "-", "--dry-run", stdin=text).returncode == 1


def test_what_the_server_refuses_says_of_which(server):
    refused = server.cli("apply", "-f", "-", "--yes", stdin="model: churn\naliases: {production: 99}\n")
    assert refused.returncode == 3 and "model churn: " in refused.stderr and "nothing is applied" in refused.stderr


def test_a_version_that_is_not_there_is_told_before_anything_is_applied(server):
    text = "model: churn\ntags: {tier: 3}\naliases: {production: 99}\n---\nmodel: fresh\naliases: {production: 1}\n"
    before = events(server)
    for words in (["--dry-run"], ["--yes"]):
        refused = server.cli("apply", "-f", "-", *words, stdin=text)
        assert refused.returncode != 0 and 'alias "production" goes to v99, which is not there' in refused.stderr
    assert events(server) == before
    fresh = server.cli("apply", "-f", "-", "--dry-run", stdin=text.partition("---\n")[2])
    assert fresh.returncode == 1 and "model fresh: " in fresh.stderr


@pytest.mark.parametrize("text, complaint, code", [
    ("model: nowhere/fresh\n", 'registry "nowhere", which is not there', 3),
    ("model: shelved/fresh\n", 'registry "shelved" is archived and takes no model', 4),
    ("model: asleep\ndescription: new\n", "model asleep is archived, and nothing of it changes: herald model restore asleep", 4),
])
def test_what_could_not_be_carried_out_is_told_before_anything_is_applied(server, text, complaint, code):
    server.post("/v1/registries", {"name": "shelved"})
    server.post("/v1/registries/shelved/archive")
    server.post("/v1/models", {"name": "asleep"})
    server.post("/v1/models/asleep/archive")
    before = events(server)
    text = "model: churn\ntags: {tier: 3}\n---\n" + text
    for words, ends_with in ((["--dry-run"], 1), (["--yes"], code)):
        refused = server.cli("apply", "-f", "-", *words, stdin=text)
        assert refused.returncode == ends_with and complaint in refused.stderr and "nothing is applied" in refused.stderr
    assert "standard input:4:1: " in refused.stderr and events(server) == before


def test_a_registry_of_the_same_files_takes_a_new_model(server):
    text = "model: new/fresh\n---\nregistry: new\n"
    assert server.cli("apply", "-f", "-", "--dry-run", stdin=text).returncode == 2
    assert server.cli("apply", "-f", "-", "--yes", stdin=text).returncode == 0
    assert server.get("/v1/registries/new/models/fresh")["name"] == "fresh"


def test_what_others_moved_meanwhile_is_not_moved_back(server, folder):
    """Between the question and the answer."""
    with Terminal([BINARY, "apply", "-f", str(folder / "10-churn.yaml")], environment_with({"HERALD_URL": server.url, "TERM": "dumb"})) as terminal:
        terminal.wait_for(r"apply it\? \[y/N\] ")
        server.put("/v1/models/churn/aliases/production", {"version": 2})
        terminal.type("y\n")
        terminal.wait_for("model churn: .*production")
        terminal.to_its_end()
    assert server.get("/v1/models/churn/aliases/production")["version"] == 2


def test_a_person_is_asked_and_may_say_no(server, folder):
    before = events(server)
    environment = environment_with({"HERALD_URL": server.url, "TERM": "dumb"})
    with Terminal([BINARY, "apply", "-f", str(folder)], environment) as terminal:
        terminal.wait_for(r"apply it\? \[y/N\] ")
        terminal.type("\n")
        assert "not applied" in terminal.to_its_end()
    assert events(server) == before
    with Terminal([BINARY, "apply", "-f", str(folder)], environment) as terminal:
        terminal.wait_for(r"apply it\? \[y/N\] ")
        terminal.type("y\n")
        assert "2 applied" in terminal.to_its_end()


def test_where_nobody_can_be_asked_it_says_so(server, folder):
    refused = server.cli("apply", "-f", folder)
    assert refused.returncode == 2 and "--yes" in refused.stderr


def test_other_forms_of_output(server, folder):
    assert server.cli("apply", "-f", folder, "--dry-run", "-o", "id").stdout.splitlines() == ["model churn", "automation tell-deployer"]
    shown = json.loads(server.cli("apply", "-f", folder, "--dry-run", "-o", "json").stdout)
    assert [(entry["name"], entry["change"]) for entry in shown] == [("model churn", "change"), ("automation tell-deployer", "create")]
    assert [json.loads(line) for line in server.cli("apply", "-f", folder, "--dry-run", "-o", "jsonl").stdout.splitlines()] == shown


def test_files_that_are_not_there_are_not_found(server, tmp_path):
    assert server.cli("apply", "-f", tmp_path / "nothing.yaml", "--yes").returncode == 3
    (tmp_path / "empty").mkdir()
    assert server.cli("apply", "-f", tmp_path / "empty", "--yes").returncode == 3
    assert server.cli("apply").returncode == 2
    assert os.listdir(tmp_path / "empty") == []
