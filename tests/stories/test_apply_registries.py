"""`herald apply` for registries with their policies, and for owners and cards of models."""

import pytest

REGISTRY = """\
registry: models
description: what is served
stages:
  stages: [staging, live]
  transitions: [{to: staging}, {from: staging, to: live}]
card_policy: {sections: [Intended use], aliases: [production]}
protected_aliases: [production]
---
registry: datasets
kind: dataset
visibility: restricted
"""

MODEL = """\
model: churn
card: |
  # Intended use
  Offers for customers that are about to leave.
"""


@pytest.fixture
def server(herald):
    return herald.start()


def apply(server, text, *words):
    return server.cli("apply", "-f", "-", *words, stdin=text)


def test_registries_and_their_policies_are_made_and_then_as_they_should_be(server):
    done = apply(server, REGISTRY, "--yes")
    assert done.returncode == 0, done.stderr
    assert "~ registry models" in done.stdout and "+ registry datasets" in done.stdout and "    + protected alias: production" in done.stdout
    assert "    + transition: staging → live" in done.stdout and "    + card section: Intended use" in done.stdout
    models, datasets = server.get("/v1/registries/models"), server.get("/v1/registries/datasets")
    assert models["description"] == "what is served" and models["protected_aliases"] == ["production"]
    assert models["stages"] == {"stages": ["staging", "live"], "transitions": [{"to": "staging"}, {"from": "staging", "to": "live"}]}
    assert models["card_policy"]["sections"] == ["Intended use"]
    assert (datasets["kind"], datasets["visibility"]) == ("dataset", "restricted")
    again = apply(server, REGISTRY, "--dry-run")
    assert (again.returncode, again.stdout) == (0, ""), again.stdout


def test_null_takes_a_policy_away_and_a_list_is_the_whole_list(server):
    apply(server, REGISTRY, "--yes")
    done = apply(server, "registry: models\nstages: null\ncard_policy: ~\nprotected_aliases: [champion]\n", "--yes")
    assert done.returncode == 0, done.stderr
    models = server.get("/v1/registries/models")
    assert "    - stage: live" in done.stdout and "    - protected alias: production" in done.stdout
    assert models["protected_aliases"] == ["champion"] and "card_policy" not in models and "stages" not in models
    assert models["description"] == "what is served"


def test_a_kind_never_changes(server):
    refused = apply(server, "registry: models\nkind: dataset\n", "--yes")
    assert refused.returncode == 4 and "a kind never changes" in refused.stderr


def test_a_card_is_shown_by_the_lines_that_differ(server):
    assert apply(server, MODEL, "--yes").returncode == 0
    assert apply(server, MODEL, "--dry-run").returncode == 0
    changed = apply(server, MODEL + "  Not for prices.\n", "--yes")
    assert changed.stdout.splitlines() == ["~ model churn", "    ~ card:", "    +   Not for prices."]
    assert server.get("/v1/models/churn/card")["text"].endswith("Not for prices.\n")
    assert apply(server, "model: churn\ncard: null\n", "--yes").returncode == 0
    assert server.request("GET", "/v1/models/churn/card").status_code == 404


def test_a_policy_comes_before_the_model_that_it_is_about(server):
    """In one file, in any order: the alias is refused by the policy of the same file."""
    text = "model: churn\naliases: {production: 1}\n---\nregistry: models\ncard_policy: {sections: [Intended use], aliases: [production]}\n"
    server.post("/v1/models", {"name": "churn"})
    server.post("/v1/models/churn/versions", {})
    refused = apply(server, text, "--yes")
    assert refused.returncode == 4 and "Intended use" in refused.stderr, refused.stderr
    assert apply(server, text + "---\nmodel: fraud\n", "--dry-run").returncode == 2


@pytest.mark.parametrize("text, place", [
    ("registry: models\nvisibility: secret\n", "standard input:2:1: "),
    ("registry: Models\n", "standard input:1:1: "),
    ("registry: models\nstages: {stages: [a], moves: []}\n", "standard input:2:23: "),
    ("registry: models\ncard_policy: {aliases: [production]}\n", "standard input:2:1: "),
    ("registry: models\nprotected_aliases: [latest]\n", "standard input:2:21: "),
])
def test_what_is_wrong_is_told_with_its_place(server, text, place):
    refused = apply(server, text, "--yes")
    assert refused.returncode == 2 and place in refused.stderr, refused.stderr
