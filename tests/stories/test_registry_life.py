"""Registries, models, versions, aliases, stages and cards by command line, over the real server."""

import json

import pytest


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    return herald_of_the_module.start()


def succeed(server, *words, **options):
    result = server.cli(*words, **options)
    assert result.returncode == 0, f"herald {' '.join(map(str, words))}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def refused(server, *words, **options):
    before = server.get("/v1")["sequence"]
    result = server.cli(*words, **options)
    assert server.get("/v1")["sequence"] == before and result.stdout == ""
    return result.returncode, result.stderr


def given(server, model, versions=1):
    succeed(server, "model", "register", model)
    for _ in range(versions):
        succeed(server, "version", "register", model)


def shown(server, *words):
    return json.loads(succeed(server, *words, "-o", "json"))


# ---- registries ----


def test_a_registry_is_made_changed_archived_and_restored(server):
    succeed(server, "registry", "create", "fraud", "--visibility", "restricted", "--description", "of the fraud team")
    made = shown(server, "registry", "show", "fraud")
    assert (made["visibility"], made["description"], made["kind"]) == ("restricted", "of the fraud team", "model")
    succeed(server, "registry", "update", "fraud", "--stage", "dev", "--stage", "live", "--transition", "none:dev",
            "--transition", "dev:live", "--card-section", "Intended use", "--card-alias", "production")
    changed = shown(server, "registry", "show", "fraud")
    assert changed["stages"] == {"stages": ["dev", "live"], "transitions": [{"to": "dev"}, {"from": "dev", "to": "live"}]}
    assert changed["card_policy"] == {"sections": ["Intended use"], "aliases": ["production"], "stages": []}
    assert "none -> dev, dev -> live" in succeed(server, "registry", "show", "fraud")
    cleared = shown(server, "registry", "update", "fraud", "--no-stages", "--no-card-policy", "--no-description")
    assert not {"stages", "card_policy", "description"} & cleared.keys()

    succeed(server, "registry", "archive", "fraud", "--reason", "moved")
    assert refused(server, "model", "register", "fraud/x")[0] == 4
    succeed(server, "registry", "restore", "fraud")
    succeed(server, "model", "register", "fraud/x")
    history = [event["type"] for event in map(json.loads, succeed(server, "registry", "history", "fraud", "-o", "jsonl").splitlines())]
    assert history[0] == "herald.model.registered.v1" and "herald.registry.archived.v1" in history
    assert "fraud" in succeed(server, "registry", "list", "-o", "id").split()


@pytest.mark.parametrize("words, said", [
    (("registry", "update", "models", "--transition", "a:b"), "--stage"),
    (("registry", "update", "models", "--stage", "a", "--transition", "ab"), "FROM:TO"),
    (("registry", "update", "models", "--card-alias", "production"), "--card-section"),
    (("registry", "update", "models", "--stage", "a", "--no-stages"), "taken away"),
    (("registry", "update", "models"), "nothing to change"),
    (("registry", "update", "models", "--stage", "a b"), "stages.stages[0]"),
    (("registry", "create", "Upper"), "name"),
])
def test_what_no_registry_takes_is_refused(server, words, said):
    code, sentence = refused(server, *words)
    assert code == 2 and said in sentence


# ---- the life of a model ----


def test_a_model_is_renamed_archived_restored_and_deleted(server):
    given(server, "life", versions=2)
    succeed(server, "alias", "set", "life", "production", "2")
    succeed(server, "model", "rename", "life", "a second life")
    assert shown(server, "version", "show", "a second life:production")["version"] == 2
    assert server.cli("model", "show", "life").returncode == 3
    succeed(server, "model", "archive", "a second life", "--reason", "no longer sold")
    assert "a second life" not in succeed(server, "model", "list", "--all", "-o", "id").splitlines()
    assert succeed(server, "model", "list", "--state", "archived", "-o", "id").splitlines() == ["a second life"]
    assert refused(server, "version", "register", "a second life")[0] == 4
    succeed(server, "model", "restore", "a second life")
    moment = server.get("/v1")["sequence"]
    assert "its history stays" in succeed(server, "model", "delete", "a second life", "--reason", "a mistake")
    assert server.cli("model", "show", "a second life").returncode == 3
    assert shown(server, "model", "show", "a second life", "--as-of", moment)["aliases"] == {"production": 2}
    identity = succeed(server, "model", "list", "--state", "deleted", "--name", "a second life", "-o", "id").strip()
    assert server.get(f"/v1/models/{identity}")["name"] == "a second life"
    assert "model.deleted" in succeed(server, "model", "history", identity)
    rows = [line.split("  ") for line in succeed(server, "model", "list", "--state", "all", "--all").splitlines()]
    assert ["a second life", "deleted"] in [[cell.strip() for cell in row if cell][:2] for row in rows]
    assert server.cli("model", "owner", "nobody-s", "--remove").returncode == 3
    assert refused(server, "model", "owner", "x")[0] == 2


def test_a_deleted_model_of_another_registry_is_listed_as_commands_take_it(server):
    server.post("/v1/registries", {"name": "graveyard"})
    server.post("/v1/registries/graveyard/models", {"name": "rest"})
    succeed(server, "model", "archive", "graveyard/rest")
    listed = ("model", "list", "--registry", "graveyard", "--state", "all", "-o", "id")
    assert succeed(server, *listed).split() == ["graveyard/rest"]
    succeed(server, "model", "delete", "graveyard/rest")
    (identity,) = succeed(server, *listed).split()
    assert identity.startswith("graveyard/") and identity != "graveyard/rest"
    assert shown(server, "model", "show", identity)["name"] == "rest"
    assert "model.deleted" in succeed(server, "model", "history", identity)


def test_versions_are_deleted_and_restored(server):
    given(server, "tomb", versions=2)
    succeed(server, "alias", "set", "tomb", "canary", "2")
    assert refused(server, "version", "delete", "tomb:v2")[0] == 4
    succeed(server, "version", "delete", "tomb:v2", "--remove-aliases", "--reason", "leaks the target")
    assert succeed(server, "version", "list", "tomb", "-o", "id").split() == ["tomb:v1"]
    assert succeed(server, "version", "list", "tomb", "--state", "deleted", "-o", "id").split() == ["tomb:v2"]
    assert succeed(server, "version", "register", "tomb", "-o", "id") == "tomb:v3\n"
    assert "tomb:v2" in succeed(server, "version", "restore", "tomb:v2", "--reason", "it does not")


def test_the_history_of_what_was_deleted_is_read(server):
    given(server, "bygone", versions=2)
    succeed(server, "comment", "add", "bygone:v1", "it leaks")
    succeed(server, "version", "delete", "bygone:v1", "--reason", "leaks the target")
    types = [event["type"] for event in map(json.loads, succeed(server, "version", "history", "bygone:v1", "-o", "jsonl").splitlines())]
    assert types == ["herald.version.deleted.v1", "herald.comment.added.v1", "herald.version.registered.v1"]
    assert "it leaks" in succeed(server, "comment", "list", "bygone:v1") and "version.deleted" in succeed(server, "history", "bygone:v1")
    assert server.get("/v1/models/bygone/versions/1/stages")["items"] == []
    identity = shown(server, "model", "show", "bygone")["id"]
    succeed(server, "model", "delete", "bygone")
    succeed(server, "model", "register", "bygone")
    succeed(server, "model", "describe", "bygone", "another")
    history = [event["type"] for event in map(json.loads, succeed(server, "model", "history", identity, "-o", "jsonl").splitlines())]
    assert history[0] == "herald.model.deleted.v1" and history[-1] == "herald.model.registered.v1"
    assert {"herald.version.deleted.v1", "herald.comment.added.v1"} <= set(history) and "herald.model.described.v1" not in history
    assert "model.deleted" in succeed(server, "history", identity)
    assert server.get(f"/v1/models/{identity}")["deleted"] and server.cli("model", "describe", identity, "x").returncode == 3
    assert server.cli("model", "history", "0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b").returncode == 3


def test_a_comment_is_said_in_other_words_and_taken_away(server):
    given(server, "discussed")
    comment = succeed(server, "comment", "add", "discussed:v1", "looks god", "-o", "id").strip()
    assert "looks good" in succeed(server, "comment", "edit", "discussed", comment, "looks good")
    assert [item["text"] for item in server.get("/v1/models/discussed/comments")["items"]] == ["looks good"]
    assert refused(server, "comment", "edit", "discussed", comment, "")[0] == 2
    assert refused(server, "comment", "edit", "discussed", comment.replace(comment[:8], "00000000"), "x")[0] == 3
    succeed(server, "comment", "remove", "discussed", comment)
    assert server.get("/v1/models/discussed/comments")["items"] == [] and refused(server, "comment", "remove", "discussed", comment)[0] == 3
    types = [event["type"] for event in server.get("/v1/models/discussed/history")["items"]]
    assert types[:3] == ["herald.comment.removed.v1", "herald.comment.edited.v1", "herald.comment.added.v1"]


def test_many_models_are_changed_by_one_command_or_none_is(server, tmp_path):
    for model in ("bulk-1", "bulk-2"):
        given(server, model)
    assert succeed(server, "model", "tag", "bulk-1", "bulk-2", "team=risk", "-o", "id").split() == ["bulk-1", "bulk-2"]
    assert shown(server, "model", "show", "bulk-2")["tags"] == {"team": "risk"}
    code, sentence = refused(server, "model", "archive", "bulk-1", "bulk-9", "--reason", "x")
    assert code == 3 and "bulk-9" in sentence and "archived" not in shown(server, "model", "show", "bulk-1")
    names = tmp_path / "names"
    names.write_text("bulk-1\nbulk-2\n")
    assert succeed(server, "model", "archive", "-f", names, "--reason", "no longer sold") == "2 models, 2 changes\n"
    assert succeed(server, "model", "list", "--state", "archived", "--name", "bulk-", "-o", "id").split() == ["bulk-1", "bulk-2"]
    events = server.get("/v1/events?type=model.archived&order=desc&limit=2")["items"]
    assert len({event["correlationid"] for event in events}) == 1 and {event["data"]["reason"] for event in events} == {"no longer sold"}
    succeed(server, "model", "restore", "bulk-1", "bulk-2")
    assert succeed(server, "model", "owner", "bulk-1", "bulk-2", "--remove") == "2 models, 0 changes\n"
    answer = server.request("POST", "/v1/models:change", {"models": ["bulk-1"], "owner": "nobody-s"})
    assert (answer.status_code, answer.json()["field"]) == (404, "owner")
    succeed(server, "model", "delete", "bulk-1", "bulk-2")
    assert succeed(server, "model", "list", "--name", "bulk-", "-o", "id") == ""


@pytest.mark.parametrize("body, status, field", [
    ({"models": []}, 422, "body"), ({"models": [], "archive": True}, 422, "models"), ({"models": ["a/b/c"], "archive": True}, 422, "models[0]"),
    ({"models": ["nowhere"], "archive": True}, 404, "models[0]"), ({"models": ["x"], "archive": True, "restore": True}, 422, "body"),
    ({"models": ["x"] * 257, "archive": True}, 422, "models"), ({"models": ["x"], "owner": 7}, 422, "owner"), ({"models": "x", "archive": True}, 422, "models")])
def test_a_change_of_many_models_that_makes_no_sense_is_refused(server, body, status, field):
    answer = server.request("POST", "/v1/models:change", body)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text


def test_many_versions_are_registered_at_once_or_none_is(server, tmp_path):
    given(server, "batch")
    lines = tmp_path / "versions.jsonl"
    lines.write_text('{"model": "batch", "metrics": {"auc": 0.5}, "aliases": ["champion"]}\n\n'
                     '{"model": "batch-new", "create_model": true}\n{"model": "batch", "aliases": ["champion"]}\n')
    assert succeed(server, "version", "register", "-f", lines, "-o", "id").split() == ["batch:v2", "batch-new:v1", "batch:v3"]
    assert shown(server, "model", "show", "batch")["aliases"] == {"champion": 3}
    body = {"versions": [{"model": "batch"}, {"model": "batch", "number": 9}]}
    before = server.get("/v1")["sequence"]
    answer = server.request("POST", "/v1/versions:register", body)
    assert (answer.status_code, answer.json()["field"]) == (409, "versions[1].number") and server.get("/v1")["sequence"] == before
    for body, status, field in (({"versions": []}, 422, "versions"), ({"versions": [{"model": "none"}]}, 404, "versions[0].model"),
                                ({"versions": [{}]}, 422, "versions[0].model"), ({"versions": [{"model": "batch"}] * 257}, 422, "versions"),
                                ({"versions": [{"model": "batch", "artifacts": ["x"]}]}, 422, "versions[0].artifacts[0]"),
                                ({"versions": [{"model": "batch", "metadata": 7}]}, 422, "versions[0].metadata")):
        answer = server.request("POST", "/v1/versions:register", body)
        assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    first = server.request("POST", "/v1/versions:register", {"versions": [{"model": "batch"}] * 2}, idempotency_key="twice")
    again = server.request("POST", "/v1/versions:register", {"versions": [{"model": "batch"}] * 2}, idempotency_key="twice")
    assert first.json() == again.json() and [item["version"] for item in first.json()["items"]] == [4, 5]
    assert refused(server, "version", "register", "batch", "-f", lines)[0] == 2
    lines.write_text("[1]\n")
    assert "line 1" in refused(server, "version", "register", "-f", lines)[1]


def test_a_run_is_told_with_all_that_is_known_of_it(server, tmp_path):
    succeed(server, "model", "register", "run")
    parameters = tmp_path / "parameters.json"
    parameters.write_text('{"depth": 6}')
    succeed(server, "version", "register", "run", "--run", "8f3a", "--commit", "e83c516", "--repository", "https://git.example.com/run",
            "--framework", "scikit-learn 1.7.2", "--environment", "sha256:" + "0" * 64, "--parameters", f"@{parameters}",
            "--run-url", "https://ci.example.com/8f3a")
    run = shown(server, "version", "show", "run:v1")["run"]
    assert run["parameters"] == {"depth": 6} and run["framework"] == "scikit-learn 1.7.2" and run["commit"] == "e83c516"
    assert "framework    scikit-learn 1.7.2" in succeed(server, "version", "show", "run:v1")
    assert refused(server, "version", "register", "run", "--framework", "x")[0] == 2


# ---- aliases ----


def test_aliases_are_swapped_rolled_back_and_tell_their_holders(server):
    given(server, "alias", versions=3)
    succeed(server, "alias", "move", "alias", "blue=1", "green=2")
    succeed(server, "alias", "swap", "alias", "blue", "green", "--expected", "blue=1", "--reason", "cut over")
    assert shown(server, "alias", "show", "alias", "blue")["version"] == 2
    assert refused(server, "alias", "swap", "alias", "blue", "green", "--expected", "blue=1")[0] == 4
    back = shown(server, "alias", "rollback", "alias", "blue", "--expected", "2", "--reason", "errors doubled")
    assert (back["version"], back["reason"]) == (1, "errors doubled")
    holders = [json.loads(line) for line in succeed(server, "alias", "holders", "alias", "blue", "-o", "jsonl").splitlines()]
    assert [holder["version"] for holder in holders] == [1, 2, 1]
    assert "until" not in holders[0] and holders[1]["until"] == holders[0]["since"]
    before = holders[1]["since"]["sequence"] - 1
    assert len(succeed(server, "alias", "holders", "alias", "blue", "--as-of", before, "-o", "id").split()) == 1
    assert succeed(server, "alias", "holders", "alias", "blue").split()[:4] == ["VERSION", "FROM", "UNTIL", "HELD"]


def test_aliases_are_protected(server):
    succeed(server, "alias", "protect", "guarded")
    assert shown(server, "registry", "show", "models")["protected_aliases"] == ["guarded"]
    assert "no longer protected" in succeed(server, "alias", "unprotect", "guarded")
    assert refused(server, "alias", "protect", "v3")[0] == 2
    assert refused(server, "alias", "protect", "x", "--registry", "nope")[0] == 3


# ---- stages ----


def test_where_versions_stood_is_asked_of_any_moment(server):
    succeed(server, "registry", "create", "paced", "--stage", "dev", "--stage", "live")
    given(server, "paced/churn", versions=2)
    moments = [server.get("/v1")["sequence"]]
    for version, stage in (("v1", "dev"), ("v1", "live"), ("v2", "live"), ("v1", "none")):
        succeed(server, "stage", "set", f"paced/churn:{version}", stage)
        moments.append(server.get("/v1")["sequence"])
    found, listed, told = [], [], []
    for moment in moments:
        listed.append(succeed(server, "stage", "list", "live", "--registry", "paced", "--as-of", moment, "-o", "id").split())
        found.append(sorted(succeed(server, "search", "stage:live", "registry:paced", "--kind", "versions", "--as-of", moment, "-o", "id").split()))
        told.append(shown(server, "version", "show", "paced/churn:v1", "--as-of", moment).get("stage"))
    both = ["paced/churn:v1", "paced/churn:v2"]
    assert [sorted(names) for names in listed] == found == [[], [], both[:1], both, both[1:]]
    assert told == [None, "dev", "live", "live", None]


def test_versions_go_from_stage_to_stage(server):
    succeed(server, "registry", "create", "staged", "--stage", "dev", "--stage", "live", "--transition", "none:dev",
            "--transition", "dev:live", "--transition", "live:none")
    given(server, "staged/churn", versions=2)
    succeed(server, "stage", "set", "staged/churn:v1", "dev", "--reason", "new")
    succeed(server, "stage", "set", "staged/churn:v1", "live", "--expected", "dev")
    code, sentence = refused(server, "stage", "set", "staged/churn:v2", "live")
    assert code == 4 and 'from no stage no transition leads to stage "live": it leads to "dev"' in sentence
    assert succeed(server, "stage", "list", "live", "--registry", "staged", "-o", "id").split() == ["staged/churn:v1"]
    assert succeed(server, "stage", "list", "live", "--model", "staged/churn", "-o", "id").split() == ["staged/churn:v1"]
    assert succeed(server, "version", "list", "staged/churn", "--stage", "dev", "-o", "id") == ""
    steps = [json.loads(line) for line in succeed(server, "stage", "history", "staged/churn:v1", "-o", "jsonl").splitlines()]
    assert [(step.get("from"), step["to"]) for step in steps] == [("dev", "live"), (None, "dev")]
    succeed(server, "stage", "set", "staged/churn:v1", "none")
    assert refused(server, "stage", "list", "nope", "--registry", "staged")[0] == 3


# ---- cards ----


CARD = "# Churn\n\nIntended use\n============\n\n\tto call people\n\n```\n# not a heading\n```\n"


def test_a_card_is_written_and_comes_back_byte_for_byte(server, tmp_path):
    given(server, "carded")
    file = tmp_path / "CARD.md"
    file.write_text(CARD)
    assert "Churn, Intended use" in succeed(server, "card", "set", "carded", "-f", file)
    assert succeed(server, "card", "show", "carded") == CARD
    result = server.cli("card", "show", "carded:v1")
    assert result.stdout == CARD and "the model's" in result.stderr
    succeed(server, "card", "set", "carded:v1", "-f", "-", stdin="# Of v1\n")
    assert succeed(server, "card", "show", "carded:v1") == "# Of v1\n"
    succeed(server, "card", "remove", "carded:v1")
    assert refused(server, "card", "remove", "carded:v1")[0] == 3
    assert refused(server, "card", "set", "carded")[0] == 2
    assert refused(server, "card", "set", "carded:latest", "--text", "x")[0] == 2


def test_a_version_without_an_intended_use_does_not_reach_production(server):
    succeed(server, "registry", "create", "guarded", "--card-section", "Intended use", "--card-alias", "production")
    given(server, "guarded/churn")
    code, sentence = refused(server, "alias", "set", "guarded/churn", "production", "1")
    assert code == 4 and '"Intended use"' in sentence
    succeed(server, "card", "set", "guarded/churn:v1", "--text", "# Limits\n")
    assert "it lacks: Intended use" in server.cli("card", "show", "guarded/churn:v1").stderr
    assert refused(server, "alias", "set", "guarded/churn", "production", "1")[0] == 4
    succeed(server, "card", "set", "guarded/churn:v1", "--text", CARD)
    succeed(server, "alias", "set", "guarded/churn", "production", "1")


# ---- many at once ----


def test_many_versions_are_changed_by_one_command(server, tmp_path):
    for model in ("many", "more"):
        given(server, model, versions=3)
    assert succeed(server, "version", "tag", "many:v1", "many:v2", "more:v3", "tier=1", "team=risk") == "3 versions, 6 changes\n"
    assert shown(server, "version", "show", "more:v3")["tags"] == {"team": "risk", "tier": "1"}
    references = succeed(server, "version", "list", "many", "-o", "id")
    assert succeed(server, "version", "tag", "-f", "-", "--remove", "tier", "-o", "json", stdin=references)
    assert "tier" not in shown(server, "version", "show", "many:v1")["tags"]
    assert succeed(server, "alias", "assign", "champion", "many:v2", "more:v1", "-o", "id").split() == ["many:v2", "more:v1"]
    file = tmp_path / "versions"
    file.write_text("many:v1\nmore:v2\n\n")
    succeed(server, "version", "delete", "-f", file, "--reason", "old")
    assert succeed(server, "version", "list", "more", "-o", "id").split() == ["more:v3", "more:v1"]
    succeed(server, "version", "restore", "many:v1", "more:v2")
    first, second = list(server.every_event())[-2:]
    assert first["correlationid"] == second["correlationid"]


def test_of_many_versions_all_are_changed_or_none(server):
    given(server, "allornone", versions=2)
    code, sentence = refused(server, "version", "tag", "allornone:v1", "allornone:v9", "tier=1")
    assert code == 3 and "allornone:v9" in sentence
    assert refused(server, "version", "tag", "allornone:v1", "allornone:latest", "tier=1")[0] == 2
    assert refused(server, "version", "delete")[0] == 2
    assert refused(server, "alias", "assign", "x", "allornone:v1", "allornone:v2")[0] == 2
    assert refused(server, "version", "delete", "allornone:v1", "-f", "-", stdin="allornone:v2\n")[0] == 2
    code, sentence = refused(server, "version", "delete", "-f", "-", stdin="\n".join(f"allornone:v{n}" for n in range(1, 258)))
    assert code == 2 and "at most 256" in sentence


# ---- references ----


def test_a_reference_is_recorded_without_its_bytes(server, herald_of_the_module):
    digest = "sha256:" + "ab" * 32
    made = shown(server, "artifact", "reference", "customers", "s3://data/customers.parquet", "--digest", digest, "--bytes", "1048576")
    assert (made["reference"], made["digest"], made["bytes"], made["kind"]) == ("s3://data/customers.parquet", digest, 1048576, "dataset")
    assert "reference  s3://data/customers.parquet" in succeed(server, "artifact", "show", made["id"])
    code, sentence = refused(server, "artifact", "download", made["id"])
    assert code == 3 and "s3://data/customers.parquet" in sentence
    assert refused(server, "artifact", "reference", "x", "s3://x/y")[0] == 2


def test_the_folder_is_sound_with_all_of_it(herald):
    server = herald.start()
    succeed(server, "artifact", "reference", "customers", "s3://data/customers.parquet", "--digest", "sha256:" + "ab" * 32)
    given(server, "churn")
    succeed(server, "card", "set", "churn", "--text", CARD)
    succeed(server, "model", "delete", "churn")
    server.stop()
    assert herald.fsck().returncode == 0


# ---- names ----


@pytest.mark.parametrize("name", ["churn.v2", "churn-eu", "my model (v2)", "Kündigung", "离职", "a=b", "v3", "42", "100%", "a+b&c?d#e"])
def test_models_have_the_names_that_people_give_them(server, name):
    given(server, name)
    succeed(server, "alias", "set", name, "production", "1")
    assert shown(server, "resolve", f"{name}:production")["model"] == name
    assert name in succeed(server, "model", "list", "--all", "-o", "id").splitlines()


@pytest.mark.parametrize("name", ["a/b/c", "a:b", "a@b", " a", "a ", "", "a\tb", "a\u200bb", "a\u202eb", ".", ".."])
def test_names_that_would_be_mistaken_are_refused(server, name):
    answer = server.request("POST", "/v1/models", {"name": name})
    assert (answer.status_code, answer.json()["field"]) == (422, "name")


@pytest.mark.parametrize("alias", ["latest", "v3", "3", "0042", "a b", "prod!", "pröd", "a/b", ""])
def test_aliases_that_read_like_versions_or_break_the_rule_are_refused(server, alias):
    if not any(model["name"] == "named" for model in server.get("/v1/models?limit=1000")["items"]):
        given(server, "named")
    answer = server.request("POST", "/v1/models/named/aliases:move", {"moves": [{"alias": alias, "to": 1}]})
    assert (answer.status_code, answer.json()["field"]) == (422, "moves[0].alias")
