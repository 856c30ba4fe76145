"""People on a claimed server: called by name wherever one is asked for, and shown by name beside the id that was recorded."""

import json

import pytest

from tests.stories.test_access import newcomer, person, root, token_of  # noqa: F401  (fixtures)

@pytest.fixture
def team(root, person):
    """Vi owns `pub`, Ada moved its alias after her."""
    vi, ada = newcomer(root, person, "vi"), newcomer(root, person, "ada")
    for name in ("vi", "ada"):
        root.does("role", "grant", name, "member")
    vi.does("model", "register", "pub", "--owner", "me")
    for who in (vi, ada):
        who.does("version", "register", "pub")
    vi.does("alias", "set", "pub", "production", "1")
    ada.does("alias", "set", "pub", "production", "2", "--reason", "better")
    vi.does("comment", "add", "pub", "works for me")
    root.vi, root.ada = vi, ada
    root.id_of = lambda name: root.sees("user", "show", name)["id"]
    return root


def test_people_are_called_by_name_over_http_and_by_command_line(team):
    vi = team.id_of("vi")
    shown = team.sees("model", "show", "pub")
    assert (shown["owner"], shown["owner_name"]) == (vi, "vi")
    assert (shown["created"]["actor"], shown["created"]["name"]) == (vi, "vi")

    assert "owner_name" not in team.sees("model", "owner", "pub", "--remove")
    for name in ("ada", "vi"):
        assert team.sees("model", "owner", "pub", name)["owner_name"] == name
    assert team.sees("model", "register", "second", "--owner", "ada")["owner_name"] == "ada"

    newest = team.does("events", "tail", "-n", "1", "-o", "id").strip()
    found = [model["name"] for model in team.sees("search", "owner:vi", "--min-sequence", newest)]
    assert found == ["pub"]
    by_vi = team.sees("events", "list", "--actor", "vi")
    assert by_vi and {event["actorid"] for event in by_vi} == {vi}
    assert by_vi == team.sees("events", "list", "--actor", vi) == team.vi.sees("events", "list", "--actor", "me")
    assert "\"vi\"" not in json.dumps(by_vi), "events hold ids alone"

    assert [step["name"] for step in team.sees("alias", "history", "pub", "production")] == ["ada", "vi"]
    assert [step["name"] for step in team.sees("history", "pub:production")] == ["ada", "vi"]
    assert {version["created"]["name"] for version in team.sees("version", "list", "pub")} == {"vi", "ada"}
    assert team.sees("comment", "list", "pub")[0]["created"]["name"] == "vi"


def test_a_name_that_nobody_has_is_refused_and_never_found_empty(team):
    for words, field in [(("model", "owner", "pub", "nobody"), "owner"),
                         (("model", "register", "third", "--owner", "nobody"), "owner"),
                         (("events", "list", "--actor", "nobody"), "actor"),
                         (("events", "export", "--actor", "nobody"), "actor"),
                         (("search", "owner:nobody"), "q"),
                         (("search", "owner:v*"), "q")]:
        done = team.run(*words)
        assert done.returncode != 0 and done.stdout == "", words
        assert f"({field})" in done.stderr, done.stderr


def test_who_was_erased_has_no_name_and_keeps_what_was_done(team):
    vi = team.id_of("vi")
    team.does("erase", "vi", "--reason", "asked for it")
    shown = team.sees("model", "show", "pub")
    assert shown["owner"] == shown["created"]["actor"] == vi
    assert "owner_name" not in shown and "name" not in shown["created"]
    assert team.run("events", "list", "--actor", "vi").returncode != 0
    assert team.sees("events", "list", "--actor", vi)
    assert vi in team.does("model", "show", "pub")


def test_messages_name_who_acted(herald, receiver, person):
    server = herald.start("--allow-target", "127.0.0.0/8")
    root = person("root")
    root.does("claim", server.claim_link(), "--name", "root")
    headers = {"Authorization": f"Bearer {json.loads(root.does('token', 'issue', '--output', 'json'))['token']}"}
    actions = [{"kind": kind, "url": receiver.url(f"/{kind}")} for kind in ("slack", "teams")]
    server.post("/v1/automations", {"name": "tell", "on": ["alias.assigned"], "actions": actions}, headers=headers)
    root.does("model", "register", "churn")
    root.does("version", "register", "churn")
    root.does("alias", "set", "churn", "production", "1")
    for kind in ("slack", "teams"):
        said = receiver.wait_for(1, f"/{kind}")[0].body.decode()
        assert "root" in said and root.sees("whoami")["principal"]["id"] not in said


def test_a_hundred_people_are_named_in_one_answer_and_the_rest_keep_their_ids(herald):
    server = herald.start()
    claimed = server.request("POST", "/v1/claim", {"code": server.claim_link().partition("#")[2], "name": "root"}).json()
    headers = {"Authorization": f"Bearer {claimed['token']}"}
    ids = {}
    for number in range(101):
        name = f"person-{number:03}"
        ids[name] = server.post("/v1/principals", {"name": name}, headers=headers)["id"]
        server.put(f"/v1/roles/{name}", {"role": "viewer"}, headers=headers)
    shown = server.cli("events", "tail", "-n", "102", "--type", "role.granted", environment={"HERALD_TOKEN": claimed["token"]})
    assert shown.returncode == 0, shown.stderr
    named = [name for name in ids if name in shown.stdout]
    by_id = [name for name, principal in ids.items() if principal in shown.stdout]
    assert named == sorted(ids)[:99], "with root, who granted them, a hundred (limits.h: kMaxPeopleNamed)"
    assert by_id == sorted(ids)[99:]


def test_a_person_is_given_another_name_and_keeps_what_is_theirs(team):
    ada = team.id_of("ada")
    team.does("user", "update", "ada", "--name", "countess", "--reason", "as she is called")
    assert team.id_of("countess") == team.id_of("COUNTESS") == ada
    assert team.run("user", "show", "ada").returncode == 3
    assert [step["name"] for step in team.sees("alias", "history", "pub", "production")] == ["countess", "vi"]
    assert team.sees("user", "show", "countess")["name"] == team.ada.sees("user", "show", "me")["name"] == "countess"
    assert team.ada.sees("user", "update", "me", "--email", "c@example.com")["email"] == "c@example.com", "the token is whose it was"
    assert team.sees("role", "list", "--of", "countess")[0]["role"] == "member"
    assert team.sees("events", "list", "--actor", "countess") == team.sees("events", "list", "--actor", ada)


def test_a_name_that_was_given_up_is_free_for_another_alone_who_then_has_it(team):
    ada = team.id_of("ada")
    team.does("user", "update", "ada", "--name", "countess")
    team.does("user", "create", "ada")
    assert team.id_of("ada") != ada == team.id_of("countess")
    taken = team.run("user", "update", "countess", "--name", "Ada")
    assert taken.returncode == 4 and "(name)" in taken.stderr
    team.does("user", "update", "countess", "--name", "Countess")
    assert team.sees("user", "show", "countess")["name"] == "Countess", "its own, in other letters"


def test_what_one_is_called_is_for_administrators_to_change(team):
    refused = team.ada.run("user", "update", "me", "--name", "root2")
    assert refused.returncode == 5 and "administrators" in refused.stderr and "(name)" in refused.stderr
    assert team.ada.run("user", "update", "vi", "--email", "x@example.com").returncode == 5
    for name in ("me", "", "a b", "-x", "vi", "ROOT"):
        assert team.run("user", "update", "ada", "--name", name).returncode in (2, 4), name
    assert team.run("user", "update", "ada").returncode == 2
    assert team.id_of("ada")


def test_of_who_was_erased_nothing_is_said_any_more(team):
    ada = team.id_of("ada")
    team.does("user", "update", "ada", "--name", "countess", "--email", "c@example.com")
    team.does("erase", "countess", "--reason", "asked for it")
    assert team.run("user", "update", ada, "--name", "again").returncode == 4
    for name in ("ada", "countess", "again"):
        assert team.run("user", "show", name).returncode == 3
    team.does("user", "create", "countess")


def test_a_new_name_is_nowhere_in_the_log_and_outlives_the_server(herald, team):
    team.does("user", "update", "ada", "--name", "countess.of.lovelace", "--email", "lady@example.com")
    token = token_of(team, "vi")
    team.server.kill()
    server = herald.start()
    shown = server.request("GET", "/v1/principals/countess.of.lovelace", headers={"Authorization": f"Bearer {token}"})
    assert shown.status_code == 200 and shown.json()["name"] == "countess.of.lovelace"
    assert server.request("GET", "/v1/principals/ada", headers={"Authorization": f"Bearer {token}"}).status_code == 404
    for text in (b"countess.of.lovelace", b"lady@example.com"):
        assert all(text not in path.read_bytes() for path in (herald.data / "log").rglob("*") if path.is_file())
