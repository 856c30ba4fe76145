"""The command line over the real server: what each form of output is, and how it ends when something is wrong."""

import json
import os
import re
import signal
import subprocess

import pytest

from tests.support.server import BINARY, environment_with


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    for words in (("model", "register", "churn", "--tag", "team=risk"),
                  ("version", "register", "churn", "--source", "s3://models/churn/1", "--metric", "auc=0.91"),
                  ("version", "register", "churn", "--source", "s3://models/churn/2", "--alias", "candidate"),
                  ("alias", "set", "churn", "production", "1", "--reason", "first release")):
        succeed(server, *words)
    return server


def succeed(server, *words, **options):
    result = server.cli(*words, **options)
    assert result.returncode == 0, f"herald {' '.join(map(str, words))}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


# ---- output ----


def test_tables_are_aligned_and_without_colours_when_nobody_looks(server):
    lines = succeed(server, "version", "list", "churn").splitlines()
    assert [re.split(r"  +", line)[:3] for line in lines] == [
        ["VERSION", "STATUS", "ALIASES"], ["v2", "ready", "candidate"], ["v1", "ready", "production"]]
    assert len({line.index(word) for line, word in zip(lines, ("STATUS", "ready", "ready"))}) == 1
    assert "\x1b" not in "".join(lines)


def test_json_is_what_the_server_said(server):
    shown = json.loads(succeed(server, "version", "show", "churn:production", "-o", "json"))
    assert shown == server.get("/v1/models/churn/versions/production")
    listed = json.loads(succeed(server, "model", "list", "--output", "json"))
    assert listed == server.get("/v1/models")["items"]


def test_an_empty_list_is_json_too(server):
    assert json.loads(succeed(server, "model", "list", "--name", "nothing-like-it", "-o", "json")) == []
    assert succeed(server, "model", "list", "--name", "nothing-like-it", "-o", "jsonl") == ""


def test_jsonl_of_events_is_what_is_recorded_byte_for_byte(server):
    lines = succeed(server, "events", "list", "--all", "-o", "jsonl").splitlines()
    assert len(lines) == server.get("/v1")["sequence"]
    for number, line in enumerate(lines, start=1):
        assert line == server.request("GET", f"/v1/events/{number}").text


def test_ids_are_what_other_commands_take(server):
    assert succeed(server, "version", "show", "churn:candidate", "-o", "id") == "churn:v2\n"
    assert succeed(server, "model", "list", "-o", "id").splitlines() == ["churn"]
    for reference in succeed(server, "version", "list", "churn", "-o", "id").split():
        succeed(server, "resolve", reference)


def test_lists_say_when_there_is_more(server):
    result = server.cli("events", "list", "--limit", "2")
    assert len(result.stdout.splitlines()) == 3 and "--all" in result.stderr
    result = server.cli("events", "list", "--limit", "2", "-o", "jsonl")
    assert len(result.stdout.splitlines()) == 2 and result.stderr == ""


def test_lists_go_over_pages(server):
    for number in range(12):
        succeed(server, "comment", "add", "churn", f"remark {number}")
    everything = succeed(server, "comment", "list", "churn", "--limit", "1000", "-o", "id").split()
    assert len(everything) == len(set(everything)) == 12


def test_the_past_can_be_asked_for(server):
    before = server.get("/v1")["sequence"]
    succeed(server, "alias", "set", "churn", "shadow", "1")
    succeed(server, "alias", "set", "churn", "shadow", "2", "--expected", "1")
    assert succeed(server, "resolve", "churn:shadow", "--as-of", before + 1, "-o", "id") == "churn:v1\n"
    assert server.cli("resolve", "churn:shadow", "--as-of", before).returncode == 3
    history = [json.loads(line) for line in succeed(server, "alias", "history", "churn", "shadow", "-o", "jsonl").splitlines()]
    assert sorted((move.get("from"), move["to"]) for move in history if move.get("from")) == [(1, 2)]


def test_to_remove_an_alias_that_is_not_there_is_3(server):
    result = server.cli("alias", "remove", "churn", "nope")
    assert (result.returncode, result.stdout) == (3, "")
    assert 'has no alias "nope"' in result.stderr


def test_what_others_wrote_does_not_steer_the_terminal(server):
    succeed(server, "comment", "add", "churn:v1", "red \x1b[31m text")
    assert "red \\x1b[31m text" in succeed(server, "comment", "list", "churn:v1")


# ---- exit codes ----


MISTAKES = {
    "a name that breaks a rule": (2, ("alias", "set", "churn", "prod!", "1"), "prod!"),
    "an alias that looks like a version": (2, ("alias", "set", "churn", "v7", "1"), "v7"),
    "a version that is no number": (2, ("alias", "set", "churn", "production", "one"), "one"),
    "a tag without a value": (2, ("model", "tag", "churn", "team"), "NAME=VALUE"),
    "a metric that is no number": (2, ("version", "register", "churn", "--metric", "auc=high"), "auc"),
    "metadata that is no JSON": (2, ("version", "register", "churn", "--metadata", "{"), "JSON"),
    "metadata that is no object": (2, ("version", "register", "churn", "--metadata", "[1]"), "metadata"),
    "an unknown command": (2, ("modle", "list"), 'did you mean "model"?'),
    "an unknown command of a group": (2, ("alias", "mvoe"), 'did you mean "move"?'),
    "an unknown option": (2, ("model", "list", "--nmae", "x"), 'did you mean "--name"?'),
    "a word too many": (2, ("model", "list", "churn"), "churn"),
    "a word too few": (2, ("alias", "set", "churn", "production"), "VERSION"),
    "an unknown output": (2, ("model", "list", "-o", "yaml"), "yaml"),
    "a change to what may mean another version tomorrow": (2, ("version", "tag", "churn:latest", "a=b"), "churn:v1"),
    "an automation that is no JSON": (2, ("automation", "create", "-f", "-"), "JSON"),
    "a time that a variable lacks": (2, ("resolve", "churn:production", "--as-of", ""), "--as-of: nothing stands behind it"),
    "a time that is none": (2, ("events", "list", "--since", "yesterday"), "--since: \"yesterday\" is no time"),
    "a comparison with nothing": (2, ("diff", "churn:v1"), "--with production"),
    "a filter that a variable lacks": (2, ("events", "list", "--actor", ""), "--actor: nothing stands behind it"),
    "one of several that a variable lacks": (2, ("version", "register", "churn", "--alias", ""), "--alias: nothing stands behind it"),
    "a folder in place of a text": (2, ("model", "describe", "churn", "@/tmp"), "/tmp is a folder"),
    "a folder in place of JSON": (2, ("version", "register", "churn", "--metadata", "@/tmp"), "/tmp is a folder"),
    "a folder in place of an automation": (2, ("automation", "create", "-f", "/tmp"), "/tmp is a folder"),
    "a folder in place of a secret": (2, ("secret", "set", "x", "--file", "/tmp"), "/tmp is a folder"),
    "a name of dots alone": (2, ("model", "show", ".."), "dots alone"),
    "a change of nothing": (2, ("version", "update", "churn:v1"), "nothing to change"),
    "following that ends before it began": (2, ("events", "follow", "--limit", "0"), "--limit"),
    "a token of two places": (2, ("token", "issue", "--registry", "data", "--model", "churn"), "--registry or --model"),
    "a role in two places": (2, ("role", "grant", "ada", "member", "--registry", "data", "--model", "churn"), "--registry or --model"),
    "a stage of two places": (2, ("stage", "list", "live", "--registry", "data", "--model", "churn"), "--registry or --model"),
    "all roles of one in a place": (2, ("role", "list", "--of", "ada", "--registry", "data"), "--of lists all"),
    "many versions with one reason": (2, ("version", "register", "-f", "-", "--reason", "why"), "each line"),
    "a reason that says nothing": (2, ("alias", "remove", "churn", "production", "--reason", ""), "reason"),
    "a reason for no change": (2, ("version", "update", "churn:v1", "--reason", "why"), "nothing to change"),
    "a data folder that is not there": (3, ("fsck", "--data", "/nowhere"), "/nowhere"),
    "a model that is not there": (3, ("model", "show", "chrun"), "chrun"),
    "a version that is not there": (3, ("version", "show", "churn:v99"), "99"),
    "an alias that is not there": (3, ("resolve", "churn:staging"), "staging"),
    "a registry that is not there": (3, ("model", "register", "elsewhere/churn"), "elsewhere"),
    "an event that is not there": (3, ("events", "show", "999999"), "999999"),
    "a file that is not there": (3, ("artifact", "upload", "x", "/nowhere/model.joblib"), "/nowhere/model.joblib"),
    "a name that is taken": (4, ("model", "register", "churn"), "churn"),
    "an alias that points elsewhere": (4, ("alias", "set", "churn", "production", "2", "--expected", "2"), "production"),
    "an alias that exists": (4, ("alias", "set", "churn", "production", "2", "--expected", "none"), "production"),
    "a number that is not the next": (4, ("version", "register", "churn", "--number", "7"), "7"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_has_its_exit_code_and_one_sentence_and_changes_nothing(server, mistake):
    code, words, named = MISTAKES[mistake]
    before = server.get("/v1")["sequence"]
    result = server.cli(*words, stdin="{")
    assert (result.returncode, result.stdout) == (code, ""), result.stderr
    sentence, *advice = result.stderr.splitlines()
    assert sentence.startswith("herald: ") and named in sentence
    assert len(advice) == 1 and advice[0].startswith("try: ")
    assert server.get("/v1")["sequence"] == before


def test_a_secret_that_is_empty_is_refused_with_what_takes_it_away(server):
    refused = server.cli("secret", "set", "deployer")
    assert refused.returncode == 2 and "herald secret remove deployer" in refused.stderr


def test_denied_is_5(server):
    """A name that leads to loopback but is none: refused by the server for its Host."""
    url = server.url.replace("127.0.0.1", "herald.test")
    result = subprocess.run([BINARY, "model", "list", "--url", url], capture_output=True, text=True,
                            env=environment_with({"http_proxy": server.url}), timeout=60)
    assert result.returncode == 5, result.stderr


def test_no_server_is_1_and_says_how_to_start_one(herald):
    result = herald.run("model", "list", "--url", "http://127.0.0.1:1")
    assert result.returncode == 1
    assert "herald serve --data" in result.stderr and len(result.stderr.splitlines()) == 1


def test_another_program_is_1_or_what_it_says(herald, receiver):
    result = herald.run("model", "list", "--url", receiver.url().rstrip("/"))
    assert result.returncode == 1 and len(result.stderr.splitlines()) == 1


def test_an_answer_that_cannot_be_written_is_1(server):
    with open("/dev/full", "w") as full:
        result = subprocess.run([BINARY, "model", "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                env=environment_with({"HERALD_URL": server.url}))
    assert result.returncode == 1 and "standard output" in result.stderr


@pytest.mark.parametrize("words", ["--help", "--version", "model list --help", "serve --help", "help serve", "__complete mod"])
def test_help_that_cannot_be_written_is_1(words):
    with open("/dev/full", "w") as full:
        result = subprocess.run([BINARY, *words.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                env=environment_with({}))
    assert result.returncode == 1, result.stderr


def test_every_command_has_help_with_an_example(herald):
    def commands_of(text):
        sections = re.split(r"\n(?=\S)", text)
        return [re.match(r"  (\S+)", line).group(1) for section in sections[2:]
                for line in section.splitlines()[1:] if re.match(r"  [a-z]+ {2,}[A-Z]", line)]

    def visit(*words):
        result = herald.run(*words, "--help")
        assert result.returncode == 0 and "examples\n  herald" in result.stdout, f"{words}: {result.stdout}"
        names = commands_of(result.stdout)
        return 1 + sum(visit(*words, name) for name in names)

    assert visit() > 60


def test_help_is_a_word_too(herald):
    assert herald.run("help").stdout == herald.run("--help").stdout
    shown = herald.run("help", "model", "list")
    assert (shown.returncode, shown.stdout) == (0, herald.run("model", "list", "--help").stdout)
    assert "--url" in shown.stdout


# ---- writes ----


def test_the_same_key_makes_a_change_once(server):
    first = succeed(server, "version", "register", "churn", "--idempotency-key", "nightly-42", "-o", "id")
    again = succeed(server, "version", "register", "churn", "--idempotency-key", "nightly-42", "-o", "id")
    assert first == again
    other = server.cli("version", "register", "churn", "--source", "s3://other", "--idempotency-key", "nightly-42")
    assert other.returncode == 4


def test_a_busy_server_is_asked_again_under_the_same_key(herald, receiver):
    from tests.support.receiver import Reply
    receiver.answer_next(Reply(503, b'{"code":"busy","detail":"try again"}'), Reply(drop=True),
                         Reply(201, b'{"name":"churn","registry":"models"}'))
    result = herald.run("model", "register", "churn", "-o", "id", "--url", receiver.url().rstrip("/"))
    assert (result.returncode, result.stdout) == (0, "churn\n"), result.stderr
    calls = receiver.calls()
    assert len(calls) == 3
    assert len({call.headers["idempotency-key"] for call in calls}) == 1
    assert len({call.body for call in calls}) == 1


def test_artifacts_come_back_as_they_went(server, tmp_path):
    source = tmp_path / "out"
    (source / "sub dir").mkdir(parents=True)
    contents = {"model.bin": os.urandom(300_000), "empty": b"", "sub dir/é.txt": b"text", "twice": b"text"}
    for path, content in contents.items():
        (source / path).write_bytes(content)
    upload = server.cli("artifact", "upload", "churn-files", source, "--kind", "model", "-o", "id")
    assert upload.returncode == 0, upload.stderr
    artifact = upload.stdout.strip()
    shown = json.loads(succeed(server, "artifact", "show", artifact, "-o", "json"))
    assert (shown["files"], shown["kind"]) == (4, "model")

    target = tmp_path / "restored"
    succeed(server, "artifact", "download", artifact, "--to", target)
    assert {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()} == contents
    (target / "model.bin").write_bytes(b"damaged")
    succeed(server, "artifact", "download", artifact, "--to", target)
    assert (target / "model.bin").read_bytes() == contents["model.bin"]

    again = server.cli("artifact", "upload", "churn-files", source)
    assert again.returncode == 0 and again.stderr.startswith("nothing to send: the server has it all")
    reference = succeed(server, "version", "register", "churn", "--artifact", artifact, "-o", "id").strip()
    assert reference in succeed(server, "artifact", "show", artifact)
    succeed(server, "version", "unlink", reference, artifact)
    assert reference not in succeed(server, "artifact", "show", artifact)
    succeed(server, "version", "link", reference, artifact)


def test_nothing_is_fetched_through_a_link(server, tmp_path):
    (tmp_path / "out" / "sub").mkdir(parents=True)
    for path in ("a.txt", "sub/b.txt"):
        (tmp_path / "out" / path).write_text(path)
    artifact = succeed(server, "artifact", "upload", "linked", tmp_path / "out", "-o", "id").strip()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "sub").symlink_to(tmp_path / "elsewhere")
    refused = server.cli("artifact", "download", artifact, "--to", tmp_path / "into")
    assert refused.returncode == 2 and "into/sub is a link to " in refused.stderr and "--to" in refused.stderr
    assert not list((tmp_path / "elsewhere").iterdir()) and [path.name for path in (tmp_path / "into").iterdir()] == ["sub"]
    (tmp_path / "named").symlink_to(tmp_path / "elsewhere")
    succeed(server, "artifact", "download", artifact, "--to", tmp_path / "named")
    assert (tmp_path / "elsewhere" / "sub" / "b.txt").read_text() == "sub/b.txt", "the folder that is named may be a link"


def test_members_are_chosen_of_json(server):
    listed = json.loads(succeed(server, "model", "list", "--fields", "name,latest", "-o", "json"))
    assert listed and all(model.keys() <= {"name", "latest"} and "name" in model for model in listed)
    for words in (("model", "show", "churn"), ("version", "show", "churn:v1"), ("resolve", "churn:v1")):
        assert json.loads(succeed(server, *words, "--fields", "created", "-o", "json")).keys() == {"created"}
    refused = server.cli("model", "list", "--fields", "name")
    assert refused.returncode == 2 and "-o json" in refused.stderr


def test_the_files_of_a_version_are_fetched_by_its_reference(server, tmp_path):
    ids = []
    for name in ("weights", "card/x", "weights"):
        (tmp_path / "file.txt").write_text(name + str(len(ids)))
        ids.append(succeed(server, "artifact", "upload", name, tmp_path / "file.txt", "-o", "id").strip())
    one = succeed(server, "version", "register", "churn", "--artifact", ids[0], "-o", "id").strip()
    succeed(server, "artifact", "download", one, "--to", tmp_path / "one")
    assert (tmp_path / "one" / "file.txt").read_text() == "weights0"

    several = succeed(server, "version", "register", "churn", *(word for id in ids for word in ("--artifact", id)), "-o", "id").strip()
    succeed(server, "artifact", "download", several, "--to", tmp_path / "several")
    assert {path.parent.name: path.read_text() for path in (tmp_path / "several").rglob("*") if path.is_file()} == {
        "weights": "weights0", ids[1]: "card/x1", ids[2]: "weights2"}

    elsewhere = server.cli("artifact", "download", "churn:v1", "--to", tmp_path / "none")
    assert elsewhere.returncode == 3 and "s3://models/churn/1" in elsewhere.stderr


def test_two_files_under_one_path_are_refused(server, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.bin").write_text(folder)
    result = server.cli("artifact", "upload", "x", tmp_path / "a" / "model.bin", tmp_path / "b" / "model.bin")
    assert result.returncode == 2 and "model.bin" in result.stderr


def test_blobs_go_to_standard_output_and_back(server, tmp_path):
    (tmp_path / "weights").write_text("weights")
    digest = succeed(server, "blob", "put", tmp_path / "weights").strip()
    assert succeed(server, "blob", "get", digest) == "weights"
    assert server.cli("blob", "get", "0" * 64).returncode == 3


def test_secrets_are_never_arguments_and_never_come_back(server):
    value = "whsec_" + "c2VjcmV0" * 4
    assert value not in succeed(server, "secret", "set", "deployer", stdin=value + "\n")
    succeed(server, "secret", "set", "other", "--env", "VALUE", environment={"VALUE": value})
    assert server.cli("secret", "set", "deployer", value).returncode == 2
    everything = succeed(server, "secret", "list", "-o", "json") + succeed(server, "events", "list", "--all", "-o", "jsonl")
    assert value not in everything
    succeed(server, "secret", "remove", "other")
    assert "other" not in succeed(server, "secret", "list", "-o", "id").split()


def test_several_aliases_move_together_or_not_at_all(server):
    succeed(server, "model", "register", "several")
    succeed(server, "version", "register", "several", "--alias", "blue")
    succeed(server, "version", "register", "several", "--alias", "green")
    refused = server.cli("alias", "move", "several", "blue=2", "green=1", "--expected", "green=1")
    assert refused.returncode == 4
    assert succeed(server, "resolve", "several:blue", "-o", "id") == "several:v1\n"
    succeed(server, "alias", "move", "several", "blue=2", "green=none", "--expected", "green=2")
    assert succeed(server, "alias", "list", "several", "-o", "id").split() == ["blue", "latest"]


def test_lineage_is_shown_as_edges(server):
    succeed(server, "lineage", "record", "dataset:customers", "trained_on", "version:churn:v1")
    succeed(server, "lineage", "record", "run:8f3a", "produced", "version:churn:v1")
    table = succeed(server, "lineage", "show", "version:churn:v1", "--direction", "upstream")
    assert "dataset:customers" in table and "trained_on" in table and "run:8f3a" in table
    assert server.cli("lineage", "record", "customers", "trained_on", "version:churn:v1").returncode == 2


def test_following_ends_after_as_many_as_asked_for(server):
    before = server.get("/v1")["sequence"]
    follower = subprocess.Popen([BINARY, "events", "follow", "--after", str(before), "--type", "tag.*", "--limit", "2", "-o", "jsonl"],
                                stdout=subprocess.PIPE, text=True, env=environment_with({"HERALD_URL": server.url}))
    for value in ("1", "2"):
        succeed(server, "model", "tag", "churn", f"round={value}")
        succeed(server, "comment", "add", "churn", "between")
        assert json.loads(follower.stdout.readline())["data"]["to"] == value
    assert follower.wait(30) == 0


def test_following_ends_in_time(server):
    result = server.cli("events", "follow", "--type", "registry.created", "--limit", "1", "--timeout", "1")
    assert result.returncode == 1 and "0 of 1" in result.stderr


def test_following_outlives_the_server(herald):
    server = herald.start()
    succeed(server, "model", "register", "churn")
    follower = subprocess.Popen([BINARY, "events", "follow", "--after", "1", "--limit", "2", "-o", "id"], stdout=subprocess.PIPE,
                                text=True, env=environment_with({"HERALD_URL": server.url}))
    assert follower.stdout.readline() == "2\n"
    server.kill()
    again = herald.start("--listen", f"127.0.0.1:{server.port}")
    succeed(again, "model", "tag", "churn", "a=b")
    assert follower.stdout.readline() == "3\n"
    assert follower.wait(30) == 0


def test_a_pipe_that_is_closed_ends_it_quietly(server):
    follower = subprocess.Popen([BINARY, "events", "list", "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=environment_with({"HERALD_URL": server.url}))
    follower.stdout.close()
    assert follower.stderr.read() in ("", "herald: the answer could not be written to standard output\n")
    assert follower.wait(30) in (0, 1, -signal.SIGPIPE)
