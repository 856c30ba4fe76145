"""The door, one fact a test: what each role may on a server, a registry and a model; what is hidden wherever one looks; tokens."""

import datetime
import hashlib
import json
from urllib.parse import quote

import pytest

VAULT = "/v1/registries/vault"
FACE = VAULT + "/models/face"
ROLES = ["none", "restricted_viewer", "viewer", "member", "admin"]
PLACES = {"server": "/v1", "registry": VAULT, "model": FACE}


@pytest.fixture(scope="module")
def door(herald_of_the_module):
    """A claimed server with a restricted registry, a model in it, and a file in that."""
    return Door(herald_of_the_module.start())


class Door:
    def __init__(self, server):
        self.server, self.tokens = server, {}
        self.tokens["root"] = self.done(None, "POST", "/v1/claim", {"code": server.claim_link().split("#")[1], "name": "root"})["token"]
        self.root("POST", "/v1/registries", {"name": "vault", "visibility": "restricted"})
        self.root("POST", VAULT + "/models", {"name": "face"})
        digest = hashlib.sha256(b"weights").hexdigest()
        self.asks("root", "PUT", f"/v1/blobs/{digest}", b"weights", {"Content-Type": "application/octet-stream"})
        self.artifact = self.root("POST", "/v1/artifacts", {"name": "hidden weights", "kind": "model",
                                                            "files": [{"path": "w", "bytes": 7, "digest": f"sha256:{digest}"}]})["id"]
        self.root("POST", FACE + "/versions", {"artifacts": [self.artifact], "metrics": {"auc": 0.9}, "run": {"id": "hidden run"}})
        self.root("POST", "/v1/models", {"name": "open"})

    def asks(self, who, method, path, body=None, headers=None):
        token = self.tokens.get(who, who)
        return self.server.request(method, path, body, headers={**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})})

    def done(self, who, *request):
        answer = self.asks(who, *request)
        assert answer.status_code < 300, f"{who} {request}: {answer.status_code} {answer.text}"
        return answer.json()

    def root(self, *request):
        return self.done("root", *request)

    def given(self, name, *roles):
        """Somebody with these (place, role)."""
        if name not in self.tokens:
            self.root("POST", "/v1/principals", {"name": name})
            self.tokens[name] = self.root("POST", "/v1/tokens", {"principal": name})["token"]
        for place, role in roles:
            self.root("PUT", f"{PLACES[place]}/roles/{name}", {"role": role})
        return name

    def may(self, who):
        """What somebody may do at the hidden model."""
        sees = self.asks(who, "GET", FACE).status_code == 200
        downloads = self.asks(who, "GET", f"/v1/artifacts/{self.artifact}/files/w").status_code == 200
        writes = self.asks(who, "PATCH", FACE + "/tags", {"by": who}).status_code == 200
        rules = self.asks(who, "GET", FACE + "/roles").status_code == 200 and self.asks(who, "PUT", FACE + "/roles/root", {"role": "admin"}).status_code < 300
        return [sees, downloads, writes, rules]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_it_may_wherever_it_is_held(door, role, place):
    who = door.given(f"{role.replace('_', '-')}-of-{place}", *([] if role == "none" else [(place, role)]))
    assert door.may(who) == [ROLES.index(role) >= least for least in range(1, 5)]


@pytest.mark.parametrize("roles", [
    [("server", "restricted_viewer"), ("model", "member")], [("server", "member"), ("model", "restricted_viewer")],
    [("registry", "member"), ("model", "viewer")], [("registry", "restricted_viewer"), ("model", "member")],
    [("server", "viewer"), ("registry", "member")]])
def test_the_highest_role_wins(door, roles):
    who = door.given("-".join(word.replace("_", "-") for role in roles for word in role), *roles)
    assert door.may(who) == [True, True, True, False]


@pytest.mark.parametrize("where", ["/v1/registries", "/v1/artifacts", "/v1/search?q=", "/v1/search?q=&kind=versions", "/v1/search?q=&kind=artifacts",
                                   "/v1/search?q=&kind=runs", "/v1/events?limit=1000", "/v1/events/export"])
def test_what_is_hidden_is_hidden_wherever_one_looks(door, where):
    stranger = door.given("stranger")
    hidden = ("vault", "face", "hidden weights", "hidden run")
    if "search" in where:
        where += f"&min_sequence={door.root('GET', '/v1')['sequence']}"
    everything, shown = (door.asks(who, "GET", where) for who in ("root", stranger))
    assert shown.status_code == 200 and not [word for word in hidden if word in shown.text]
    assert any(word in everything.text for word in hidden)


def test_a_stream_shows_only_what_may_be_seen(door):
    stranger = door.given("stranger")
    after = door.root("GET", "/v1")["sequence"]
    for model in (FACE, "/v1/models/open"):
        door.root("PATCH", f"{model}/tags", {"streamed": str(after)})
    for who, first in (("root", FACE), (stranger, "/v1/models/open")):
        with door.server.stream(f"after={after}&type=tag.set", headers={"Authorization": f"Bearer {door.tokens[who]}"}) as frames:
            assert json.loads(next(frames)[2])["subject"].endswith(door.root("GET", first)["id"])


# ---- tokens ----


def token(door, who, **more):
    return door.done(who, "POST", "/v1/tokens", more)


def test_a_token_is_shown_once_and_kept_as_a_digest(door):
    ada = door.given("ada", ("server", "admin"))
    made = token(door, ada, label="laptop")
    listed = door.asks(ada, "GET", "/v1/tokens").text
    assert made["id"] in listed and made["token"] not in listed and made["token"][39:] not in listed
    assert made["token"][39:] not in door.asks("root", "GET", "/v1/events/export").text


@pytest.mark.parametrize("scope, reaches", [
    ({}, [True, True, True]), ({"at_most": "viewer"}, [True, True, False]), ({"registry": "vault"}, [True, False, True]), ({"model": "open"}, [False, True, False])])
def test_a_token_reaches_no_farther_than_its_scope(door, scope, reaches):
    """The hidden model seen, the open one seen, the hidden one changed."""
    scoped = token(door, door.given("scoped", ("server", "member")), **scope)["token"]
    assert [door.asks(scoped, "GET", FACE).status_code == 200, door.asks(scoped, "GET", "/v1/models/open").status_code == 200,
            door.asks(scoped, "PATCH", FACE + "/tags", {"by": "token"}).status_code == 200] == reaches


def test_a_token_expires(door):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    ending = token(door, door.given("guest"), expires=soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))["token"]
    assert door.asks(ending, "GET", "/v1/models").status_code == 200
    while datetime.datetime.now(datetime.timezone.utc) <= soon:
        door.asks("root", "GET", "/v1")
    refused = door.asks(ending, "GET", "/v1/models")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


def test_a_token_tells_when_it_was_used_last_and_is_revoked_at_once(door):
    used = door.given("used")
    made = token(door, used)
    before = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    assert door.asks(made["token"], "GET", "/v1/models").status_code == 200
    token(door, used)  # the use is noted after its answer, and before what is kept of a later token
    listed = next(row for row in door.done(used, "GET", "/v1/tokens")["items"] if row["id"] == made["id"])
    assert listed["last_used"] >= before
    door.done(used, "DELETE", f"/v1/tokens/{made['id']}")
    assert door.asks(made["token"], "GET", "/v1/models").status_code == 401


# ---- what is told ----


def test_why_somebody_may_or_may_not_is_explained_by_command(door):
    who = door.given("asker", ("model", "viewer"))
    for permission, allowed in (("download", True), ("write", False)):
        told = door.server.cli("access", "explain", "--permission", permission, "--model", "vault/face", "-o", "json",
                               environment={"HERALD_TOKEN": door.tokens[who]})
        told = json.loads(told.stdout)
        assert (told["allowed"], told["role"]) == (allowed, "viewer") and any("face" in reason for reason in told["because"])


def test_a_protected_alias_is_moved_by_admins_alone(door):
    door.root("PUT", f"{VAULT}/protected-aliases/{quote('production')}")
    moved = {role: door.asks(door.given(f"{role}-who-moves", ("registry", role)), "PUT", FACE + "/aliases/production", {"version": 1}).status_code
             for role in ("viewer", "member", "admin")}
    assert moved == {"viewer": 403, "member": 403, "admin": 201}


def test_names_and_addresses_are_in_the_directory_and_in_no_event(door):
    door.root("POST", "/v1/principals", {"name": "lovelace", "full_name": "Ada King", "email": "king@example.com"})
    shown = door.root("GET", "/v1/principals/lovelace")
    assert (shown["full_name"], shown["email"]) == ("Ada King", "king@example.com")
    recorded = door.asks("root", "GET", "/v1/events/export").text
    assert shown["id"] in recorded and not [word for word in ("lovelace", "Ada King", "king@example.com") if word in recorded]
