"""Versions held against each other: what differs and, where asked for, what does not."""

import hashlib
import json
import random
import re

import pytest


def artifact(server, name, files):
    entries = []
    for path, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        server.request("PUT", f"/v1/blobs/{digest}", content, headers={"Content-Type": "application/octet-stream"}).raise_for_status()
        entries.append({"path": path, "bytes": len(content), "digest": f"sha256:{digest}"})
    return server.post("/v1/artifacts", {"name": name, "kind": "model", "files": entries})["id"]


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    server.post("/v1/models", {"name": "churn"})
    one = artifact(server, "one", {"model.bin": b"1", "LICENSE": b"free"})
    two = artifact(server, "two", {"model.bin": b"22", "LICENSE": b"free", "tokens": b"t"})
    facts = {"metadata": {"data": {"rows": 10}, "framework": "sklearn"}, "metrics": {"auc": 0.5}, "tags": {"team": "risk", "tier": "1"}}
    server.post("/v1/models/churn/versions", {**facts, "description": "first\nof all\n", "artifacts": [one], "source": "s3://1"})
    server.post("/v1/models/churn/versions", {"metadata": {"data": {"rows": 12}, "framework": "sklearn"}, "metrics": {"auc": 0.75, "loss": 0.1},
                                              "tags": {"team": "risk"}, "description": "second\nof all\n", "artifacts": [two],
                                              "run": {"id": "r2", "framework": "sklearn 1.7"}, "aliases": ["production"]})
    server.post("/v1/models/churn/versions", {"artifacts": [two]})
    server.post("/v1/lineage", {"upstream": {"dataset": "a"}, "relation": "trained_on", "downstream": {"version": "churn:v1"}})
    server.post("/v1/lineage", {"upstream": {"dataset": "b"}, "relation": "trained_on", "downstream": {"version": "churn:v2"}})
    return server


def rows(comparison):
    return {(row["aspect"], row["name"]): row["values"] for row in comparison["rows"]}


def test_differences_are_of_metadata_metrics_tags_files_texts_and_lineage(server):
    compared = server.get("/v1/models/churn/compare?versions=1,production")
    found = rows(compared)
    assert found["metadata", "data.rows"] == [10, 12] and ("metadata", "framework") not in found
    assert found["metric", "auc"] == [0.5, 0.75] and found["metric", "loss"] == [None, 0.1]
    assert found["tag", "tier"] == ["1", None] and ("tag", "team") not in found
    assert [value and value["bytes"] for value in found["file", "model.bin"]] == [1, 2]
    assert found["file", "tokens"][0] is None and ("file", "LICENSE") not in found
    assert found["lineage", "trained_on dataset:a"] == [True, None] and found["lineage", "trained_on dataset:b"] == [None, True]
    assert found["fact", "source"] == ["s3://1", None] and found["fact", "run.framework"] == [None, "sklearn 1.7"]
    text = next(row for row in compared["rows"] if row["aspect"] == "text")
    assert text["name"] == "description" and text["diff"] == [None, "@@ -1,2 +1,2 @@\n-first\n+second\n of all\n"]
    assert compared["same"] > 0 and not compared["truncated"]


def test_all_is_shown_where_asked_for(server):
    found = rows(server.get("/v1/models/churn/compare?versions=1,production&all=true"))
    assert found["tag", "team"] == ["risk", "risk"] and len(found["file", "LICENSE"]) == 2


def test_more_than_two_versions_are_compared_in_their_order(server):
    compared = server.get("/v1/models/churn/compare?versions=latest,v1,2&with=production")
    assert [version["version"] for version in compared["versions"]] == [2, 3, 1, 2]
    assert rows(compared)["metric", "auc"] == [0.75, None, 0.5, 0.75]


def test_a_version_does_not_differ_from_itself(server):
    compared = server.get("/v1/models/churn/compare?versions=2,production")
    assert compared["rows"] == [] and compared["same"] > 5


def test_the_past_is_compared_as_it_was(server):
    before = server.get("/v1")["sequence"]
    server.patch("/v1/models/churn/versions/3/tags", {"late": "yes"})
    assert ("tag", "late") in rows(server.get("/v1/models/churn/compare?versions=1,3"))
    assert ("tag", "late") not in rows(server.get(f"/v1/models/churn/compare?versions=1,3&as_of={before}"))


def test_the_command_line_shows_a_column_for_each_version(server):
    result = server.cli("version", "compare", "churn:v1", "production")
    assert result.returncode == 0 and "is the same" in result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["ASPECT", "NAME", "v1"] and "production (v2)" in lines[0]
    assert any("0.75 (+0.25)" in line for line in lines) and "-first" in lines and "+second" in lines
    assert server.cli("diff", "churn:v1", "churn:production").stdout == result.stdout
    assert json.loads(server.cli("diff", "churn:v1", "v2", "-o", "json").stdout)["versions"][1]["reference"] == "churn:v2"
    assert server.cli("diff", "churn:v2", "--with", "production", "-o", "id").stdout == ""


def test_versions_of_several_models_are_compared_by_their_references(server):
    server.post("/v1/registries", {"name": "staging"})
    server.post("/v1/registries/staging/models", {"name": "challenger"})
    server.post("/v1/registries/staging/models/challenger/versions", {"metrics": {"auc": 0.8}})
    compared = server.get("/v1/compare?versions=staging/challenger:v1,churn:1&with=churn:production")
    assert [version["reference"] for version in compared["versions"]] == ["churn:v2", "staging/challenger:v1", "churn:v1"]
    assert rows(compared)["metric", "auc"] == [0.75, 0.8, 0.5]
    assert server.get("/v1/compare/evaluations?versions=churn:v1,staging/challenger:v1")["rows"] == []
    lines = server.cli("diff", "churn:v1", "staging/challenger:v1", "--with", "production").stdout.splitlines()
    assert "churn:production (v2)" in lines[0] and "staging/challenger:v1" in lines[0]
    assert server.cli("diff", "churn:v1", "fraud:v1").returncode == 3
    for query, status, field in (("versions=churn:v1", 422, "versions"), ("versions=churn:v1,2", 422, "versions"),
                                 ("versions=churn:v1,none:v1", 404, "versions"), ("versions=churn:v1&with=churn:v9", 404, "with")):
        answer = server.request("GET", f"/v1/compare?{query}")
        assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


def many_files(server, model, count):
    server.post("/v1/models", {"name": model})
    for version in (1, 2):
        files = {f"part-{n:03}": b"same" if n % 2 else str(version).encode() for n in range(count)}
        server.post(f"/v1/models/{model}/versions", {"artifacts": [artifact(server, f"parts-{version}", files)]})


def test_what_differs_comes_in_pages_of_one_moment(server):
    many_files(server, "parts", 60)
    asked = "/v1/models/parts/compare?versions=1,latest&aspects=file"
    whole = server.get(asked)
    assert len(whole["rows"]) == 30 and "next" not in whole
    first = server.get(asked + "&limit=12")
    server.post("/v1/models/parts/versions", {})
    page, names = first, [row["name"] for row in first["rows"]]
    while "next" in page:
        page = server.get(f"{asked}&limit=12&cursor={page['next']}&min_sequence={server.get('/v1')['sequence']}")
        names += [row["name"] for row in page["rows"]]
        assert [version["version"] for version in page["versions"]] == [1, 2] and page["same"] == first["same"] == 30
    assert names == [row["name"] for row in whole["rows"]]


def test_what_differs_is_of_the_aspects_that_are_asked_for(server):
    found = rows(server.get("/v1/models/churn/compare?versions=1,2&aspects=metric,tag"))
    assert {aspect for aspect, _ in found} == {"metric", "tag"}
    assert {aspect for aspect, _ in rows(server.get("/v1/compare?versions=churn:v1,churn:v2&aspects=text"))} == {"text"}
    shown = server.cli("diff", "churn:v1", "v2", "--aspect", "metric", "--aspect", "lineage", "-o", "jsonl").stdout
    assert {json.loads(line)["aspect"] for line in shown.splitlines()} == {"metric", "lineage"}
    assert server.cli("diff", "churn:v1", "v2", "--aspect", "smell").returncode == 2


def test_equal_values_are_no_differences_however_they_are_written(server):
    server.post("/v1/models", {"name": "equal"})
    server.post("/v1/models/equal/versions", {"metadata": {"n": 1, "none": None, "list": [1, 2.5]}})
    server.request("POST", "/v1/models/equal/versions", b'{"metadata":{"n":1.0,"list":[1.0,2.5]}}', headers={"Content-Type": "application/json"})
    assert server.get("/v1/models/equal/compare?versions=1,2")["rows"] == []


def test_the_command_line_shows_all_pages(server):
    many_files(server, "pages", 40)
    shown = json.loads(server.cli("diff", "pages:v1", "v2", "-o", "json").stdout)
    assert len(shown["rows"]) == 20 and "next" not in shown
    assert len(server.cli("diff", "pages:v1", "v2", "--aspect", "file", "-o", "id").stdout.splitlines()) == 20


def test_files_do_not_differ_by_the_order_in_which_artifacts_are_linked(server):
    server.post("/v1/models", {"name": "linked"})
    first, second, other = (artifact(server, "weights", {"config.json": content, "shared": b"s"}) for content in (b"one", b"two", b"three"))
    for artifacts in ([first, second], [second, first], [first, other], [first]):
        server.post("/v1/models/linked/versions", {"artifacts": artifacts})

    def compared(versions, more=""):
        return server.get(f"/v1/models/linked/compare?versions={versions}&aspects=file{more}")

    assert compared("1,2")["rows"] == [] and compared("1,2")["same"] == compared("1,2", "&all=true")["same"] == 2
    rows = compared("1,3")["rows"]
    assert [row["name"] for row in rows] == ["config.json"], "what all have is at the path of what differs"
    contents = [{entry["artifact_id"]: entry["bytes"] for entry in value} for value in rows[0]["values"]]
    assert contents == [{first: 3, second: 3}, {first: 3, other: 5}]
    assert all(entry["artifact"] == "weights" for value in rows[0]["values"] for entry in value)
    assert rows == [row for row in compared("1,3", "&all=true")["rows"] if row["name"] == "config.json"]
    assert compared("1,3")["same"] == compared("1,3", "&all=true")["same"] == 1, "shared, which is one content"
    assert [type(value) for value in compared("1,4")["rows"][0]["values"]] == [list, dict], "one file is told as ever"
    shown = server.cli("diff", "linked:v1", "v3", "--aspect", "file").stdout.splitlines()[1]
    assert shown.count("sha256:") == 4 and " + " in shown


def test_things_of_one_name_are_told_apart_in_lineage(server):
    server.post("/v1/models", {"name": "descent"})
    rows = [server.post("/v1/artifacts", {"name": "rows", "kind": "dataset", "reference": f"s3://descent/{n}", "digest": f"sha256:{n:064}"})["id"] for n in (1, 2)]
    for version, upstream in ((1, rows[0]), (2, rows[1]), (3, rows[0])):
        server.post("/v1/models/descent/versions", {"run": {"id": f"descent-{version}"}})
        server.post("/v1/lineage", {"upstream": {"artifact": upstream}, "relation": "trained_on", "downstream": {"version": f"descent:v{version}"}})
    asked = "/v1/models/descent/compare?aspects=lineage&versions="
    found = server.get(asked + "1,2")["rows"]
    assert {row["name"]: row["values"] for row in found} == {f"trained_on artifact:rows (artifact {rows[0]})": [True, None],
                                                             f"trained_on artifact:rows (artifact {rows[1]})": [None, True]}
    assert {row["node"]["id"] for row in found} == set(rows)
    assert server.get(asked + "1,3")["rows"] == []


def test_what_the_run_of_a_version_used_is_of_its_lineage(server):
    server.post("/v1/models", {"name": "runs"})
    for version in (1, 2):
        server.post("/v1/models/runs/versions", {"run": {"id": f"train-{version}"}})
        server.post("/v1/lineage", {"upstream": {"dataset": f"rows-{version}"}, "relation": "used", "downstream": {"run": f"train-{version}"}})
        server.post("/v1/lineage", {"upstream": {"dataset": "words"}, "relation": "used", "downstream": {"run": f"train-{version}"}})
    compared = server.get("/v1/models/runs/compare?versions=1,2&aspects=lineage")
    assert rows(compared) == {("lineage", "used dataset:rows-1"): [True, None], ("lineage", "used dataset:rows-2"): [None, True]}
    assert compared["same"] == 1


def patched(text, diff):
    """What becomes of the text by the hunks of a unified diff, each line of which must be as it says."""
    lines, out, at, no_end = text.splitlines(keepends=True), [], 0, "\\ No newline at end of file\n"
    hunks = re.split(r"(?m)^(@@ -\d+,\d+ \+\d+,\d+ @@\n)", diff)
    assert hunks[0] == ""
    for head, body in zip(hunks[1::2], hunks[2::2]):
        start, gone, begin, come = map(int, re.findall(r"\d+", head))
        out += lines[at:start - 1 if gone else start]
        at = start - 1 if gone else start
        assert len(out) == (begin - 1 if come else begin)
        marked = []
        for line in body.splitlines(keepends=True):
            if line == no_end:
                marked[-1] = marked[-1][:-1]
            else:
                marked.append(line)
        for line in marked:
            counted = line[0] in " -", line[0] in " +"
            if counted[0]:
                assert lines[at] == line[1:]
                at, gone = at + 1, gone - 1
            if counted[1]:
                out.append(line[1:])
                come -= 1
        assert gone == come == 0
    return "".join(out + lines[at:])


def test_what_differs_in_texts_makes_one_of_the_other(server):
    shuffled = random.Random(7)
    server.post("/v1/models", {"name": "texts"})
    texts = ["one\ntwo\nthree\n", "one\ntwo\nthree", "x", *("\n".join(shuffled.choices("abcdefg", k=shuffled.randint(1, 30))) + shuffled.choice(["", "\n"])
                                                         for _ in range(12))]
    for text in texts:
        server.post("/v1/models/texts/versions", {"description": text})
    for others in (range(2, 9), range(9, len(texts) + 1)):
        compared = server.get("/v1/models/texts/compare?versions=" + ",".join(map(str, [1, *others])))
        diffs = next(row["diff"] for row in compared["rows"] if row["aspect"] == "text")
        for other, diff in zip(others, diffs[1:]):
            assert patched(texts[0], diff) == texts[other - 1], diff


@pytest.mark.parametrize("query, status, field", [
    ("", 422, "versions"), ("versions=1", 422, "versions"), ("versions=", 422, "versions"), ("versions=1,9", 404, "versions"),
    ("versions=1,,2", 422, "versions"), ("versions=1,staging", 404, "versions"), ("versions=1&with=staging", 404, "with"),
    ("versions=" + ",".join(["1"] * 17), 422, "versions"), ("versions=1,2&all=perhaps", 422, "all"), ("versions=1,2&limit=0", 422, "limit"),
    ("versions=1,2&limit=10001", 422, "limit"), ("versions=1,2&cursor=nonsense", 422, "cursor")])
def test_questions_that_make_no_sense_are_refused_with_the_field(server, query, status, field):
    for path in ("/v1/models/churn/compare", "/v1/models/churn/compare/evaluations"):
        answer = server.request("GET", f"{path}?{query}")
        assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


def test_aspects_that_are_none_and_cursors_of_other_lists_are_refused(server):
    answer = server.request("GET", "/v1/models/churn/compare?versions=1,2&aspects=metric,smell")
    assert (answer.status_code, answer.json()["field"]) == (422, "aspects") and '"smell"' in answer.json()["detail"]
    asked = "/v1/models/churn/compare?versions=1,2&limit=1"
    following = server.get(asked)["next"]
    assert server.request("GET", f"{asked}&cursor={following}").status_code == 200
    for other in ("versions=1,3", "versions=1,2&all=true", "versions=1,2&aspects=tag"):
        answer = server.request("GET", f"/v1/models/churn/compare?{other}&limit=1&cursor={following}")
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor"), other


def test_no_more_than_sixteen_versions_are_compared_at_once(server):
    refused = server.request("GET", "/v1/models/churn/compare?versions=" + ",".join(["1"] * 17))
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "too-many", "versions")
    assert "16" in refused.json()["detail"]
