"""How versions did on data sets: recorded with metrics and files, listed, shown, held against each other."""

import hashlib
import json

import pytest

EVALUATIONS = "/v1/models/churn/versions/{}/evaluations"
MATRIX = b'{"labels":["no","yes"],"counts":[[90,3],[5,40]]}'
ERRORS = b"id,score\n1,0.4\n"
PICTURE = b"\x89PNG\r\n\x1a\n..."
PAGE = b"<h1>fairness</h1><script>alert(1)</script>"


def upload(server, content):
    digest = hashlib.sha256(content).hexdigest()
    answer = server.request("PUT", f"/v1/blobs/{digest}", content, headers={"Content-Type": "application/octet-stream"})
    assert answer.status_code < 300
    return f"sha256:{digest}"


def file(server, name, kind, media_type, content):
    return {"name": name, "kind": kind, "media_type": media_type, "digest": upload(server, content)}


def evaluate(server, version, dataset="hold-out", **more):
    return server.post(EVALUATIONS.format(version), {"dataset": {"dataset": dataset}, **more})


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    server.post("/v1/models", {"name": "churn"})
    for _ in range(3):
        server.post("/v1/models/churn/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1})
    evaluate(server, 1, name="quality", metrics={"auc": 0.5, "loss": 0.25})
    evaluate(server, 2, name="quality", metrics={"auc": 0.25, "loss": 0.25})
    evaluate(server, 2, name="quality", metrics={"auc": 0.75, "loss": 0.25})
    return server


def test_an_evaluation_keeps_metrics_matrices_tables_and_media(server):
    files = [file(server, "confusion", "confusion_matrix", "application/json", MATRIX), file(server, "errors", "table", "text/csv", ERRORS),
             file(server, "roc.png", "media", "image/png", PICTURE), file(server, "fair ness/ü.html", "media", "text/html", PAGE)]
    made = evaluate(server, 3, run="eval-7", metrics={"auc": 0.9}, files=files)
    shown = server.get(f"{EVALUATIONS.format(3)}/{made['id']}")
    assert shown == made and shown["run"] == "eval-7" and shown["dataset"]["name"] == "hold-out"
    assert [(f["name"], f["bytes"]) for f in shown["files"]] == [
        ("confusion", len(MATRIX)), ("errors", len(ERRORS)), ("roc.png", len(PICTURE)), ("fair ness/ü.html", len(PAGE))]
    for name, media, content in (("confusion", "application/json", MATRIX), ("errors", "text/csv", ERRORS), ("roc.png", "image/png", PICTURE),
                                 ("fair%20ness/%C3%BC.html", "text/html", PAGE)):
        answer = server.request("GET", f"{EVALUATIONS.format(3)}/{made['id']}/files/{name}")
        assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, media, content)


def test_a_page_that_was_uploaded_cannot_act_in_a_browser(server):
    made = evaluate(server, 3, files=[file(server, "page", "media", "text/html", PAGE)])
    answer = server.request("GET", f"{EVALUATIONS.format(3)}/{made['id']}/files/page")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;") and answer.headers["X-Content-Type-Options"] == "nosniff"


def test_evaluations_are_listed_newest_first_and_by_name_and_data_set(server):
    listed = server.get(EVALUATIONS.format(2))["items"]
    assert [item["metrics"]["auc"] for item in listed] == [0.75, 0.25]
    evaluate(server, 1, dataset="other", name="drift", metrics={"psi": 0.1})
    by_name = server.get("/v1/models/churn/evaluations?name=quality")["items"]
    assert [(item["version"], item["metrics"]["auc"]) for item in by_name] == [(2, 0.75), (2, 0.25), (1, 0.5)]
    assert [item["name"] for item in server.get("/v1/models/churn/evaluations?dataset=other")["items"]] == ["drift"]
    page = server.get(EVALUATIONS.format(2) + "?limit=1")
    assert server.get(f"{EVALUATIONS.format(2)}?limit=1&cursor={page['next']}")["items"] == listed[1:]


def test_on_what_a_version_was_evaluated_is_in_its_lineage(server):
    graph = server.get("/v1/lineage?version=churn:v2&direction=upstream")
    assert [(edge["upstream"]["name"], edge["relation"]) for edge in graph["edges"]] == [("hold-out", "evaluated_on")]


def test_evaluations_of_versions_are_compared_with_the_holder_of_an_alias(server):
    compared = server.get("/v1/models/churn/compare/evaluations?versions=2&with=production")
    assert [(version["asked"], version["version"]) for version in compared["versions"]] == [("production", 1), ("2", 2)]
    rows = {(row["group"], row["name"]): row for row in compared["rows"]}
    auc = rows["quality on hold-out", "auc"]
    assert auc["values"] == [0.5, 0.75] and auc["change"] == [None, 0.25]
    assert ("quality on hold-out", "loss") not in rows and compared["same"] == 1
    everything = server.get("/v1/models/churn/compare/evaluations?versions=2&with=production&all=true")
    assert ("quality on hold-out", "loss") in {(row["group"], row["name"]) for row in everything["rows"]}


def test_evaluations_are_recorded_listed_shown_fetched_and_compared_by_the_command_line(server, tmp_path):
    (tmp_path / "matrix.json").write_bytes(MATRIX)
    (tmp_path / "roc.png").write_bytes(PICTURE)
    (tmp_path / "errors.csv").write_bytes(ERRORS)
    recorded = server.cli("evaluation", "record", "churn:v3", "--dataset", "cli", "--metric", "auc=0.9", "--run", "eval-9", "--confusion",
                          tmp_path / "matrix.json", "--table", tmp_path / "errors.csv", "--media", tmp_path / "roc.png", "-o", "id")
    assert recorded.returncode == 0, recorded.stderr
    made = recorded.stdout.strip()
    shown = server.cli("evaluation", "show", "churn:v3", made).stdout
    assert "auc=0.9" in shown and "roc.png (image/png)" in shown
    assert server.cli("evaluation", "list", "churn", "--dataset", "cli", "-o", "id").stdout.split() == [made]
    assert server.cli("evaluation", "download", "churn:v3", made, "--to", tmp_path / "back").returncode == 0
    assert (tmp_path / "back" / "matrix.json").read_bytes() == MATRIX
    table = server.cli("evaluation", "compare", "churn:v2", "--with", "production").stdout
    assert "production (v1)" in table and "0.75 (+0.25)" in table
    assert json.loads(server.cli("evaluation", "compare", "churn:v1", "v2", "-o", "json").stdout)["rows"]


def test_the_command_line_refuses_files_that_are_none_of_the_media(server, tmp_path):
    (tmp_path / "model.bin").write_bytes(b"x")
    assert server.cli("evaluation", "record", "churn:v3", "--table", tmp_path / "model.bin").returncode == 2
    assert server.cli("evaluation", "record", "churn:v3").returncode == 2


DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize("body, status, field", [
    ({}, 422, "metrics"), ({"metrics": {"": 1}}, 422, "metrics."), ({"metrics": {"auc": "high"}}, 422, "metrics.auc"),
    ({"metrics": {"auc": 1}, "dataset": {}}, 422, "dataset"), ({"metrics": {"auc": 1}, "dataset": {"run": "r"}}, 422, "dataset"),
    ({"metrics": {"auc": 1}, "dataset": {"version": "churn:v1"}}, 422, "dataset.version"),
    ({"metrics": {"auc": 1}, "dataset": {"artifact": "01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10"}}, 404, "dataset.artifact"),
    ({"files": [{"name": "x", "kind": "table", "media_type": "text/csv", "digest": DIGEST}]}, 404, "files[0].digest"),
    ({"files": [{"name": "x", "kind": "video", "media_type": "text/csv", "digest": DIGEST}]}, 422, "files[0].kind"),
    ({"metrics": {"auc": 1}, "run": ""}, 422, "run"), ({"metrics": {"auc": 1}, "score": 2}, 422, "score")])
def test_evaluations_that_make_no_sense_are_refused_with_the_field(server, body, status, field):
    before = server.get("/v1")["sequence"]
    answer = server.request("POST", EVALUATIONS.format(1), body)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert server.get("/v1")["sequence"] == before


def test_media_types_fit_the_kind(server):
    for kind, media in (("table", "image/png"), ("confusion_matrix", "text/html"), ("media", "text/csv"), ("media", "image/svg+xml")):
        answer = server.request("POST", EVALUATIONS.format(1), {"files": [file(server, "x", kind, media, b"x")]})
        assert (answer.status_code, answer.json()["field"]) == (422, "files[0].media_type")


@pytest.mark.parametrize("kind, media_type, content, said", [
    ("confusion_matrix", "application/json", b'{"labels":["a","b"],"counts":[[1,2]]}', "it has 2 labels and 1 rows"),
    ("confusion_matrix", "application/json", b"[[1,2],[3,4]]", 'it lacks "labels" or "counts"'),
    ("confusion_matrix", "text/csv", b",a,b\na,1\nb,2\n", "row 1 has 1 counts, and there are 2 labels"),
    ("table", "application/json", b"not json", "it is no JSON"), ("table", "application/json", b"", "it is no JSON"),
    ("table", "text/csv", b"id,score\n1\n", "line 2 has 1 fields, and the first one 2"),
    ("table", "text/csv", b"\xff\xfe", "it is not in UTF-8"),
    ("media", "image/png", b"<script>alert(1)</script>", "it is no PNG")])
def test_a_file_that_does_not_say_what_its_kind_says_is_refused(server, kind, media_type, content, said):
    before = server.get("/v1")["sequence"]
    good = file(server, "good", "table", "text/csv", ERRORS)
    answer = server.request("POST", EVALUATIONS.format(1), {"metrics": {"auc": 1}, "files": [good, file(server, "result", kind, media_type, content)]})
    assert (answer.status_code, answer.json()["field"]) == (422, "files[1].digest"), answer.text
    assert answer.json()["detail"].startswith('"result" does not fit its kind and media type, ') and said in answer.json()["detail"]
    assert server.get("/v1")["sequence"] == before


def test_a_table_that_is_too_large_to_be_read_is_refused(server):
    large = b"a\n" * (8 << 20) + b"a"
    answer = server.request("POST", EVALUATIONS.format(1), {"files": [file(server, "large", "table", "text/csv", large)]})
    assert (answer.status_code, answer.json()["field"]) == (413, "files[0].digest")
    assert "at most 16777216; make an artifact of a larger one" in answer.json()["detail"]


def test_files_have_names_under_which_they_can_be_fetched(server, tmp_path):
    for names, field in ((["../x"], "files[0].name"), (["/x"], "files[0].name"), (["a", "a/b"], "files[1].name")):
        answer = server.request("POST", EVALUATIONS.format(1), {"files": [file(server, name, "table", "text/csv", ERRORS) for name in names]})
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    made = evaluate(server, 1, dataset="names", files=[file(server, "by class/errors.csv", "table", "text/csv", ERRORS)])
    assert server.cli("evaluation", "download", "churn:v1", made["id"], "--to", tmp_path).returncode == 0
    assert (tmp_path / "by class" / "errors.csv").read_bytes() == ERRORS


def test_confusion_matrices_are_compared_cell_by_cell(server):
    matrices = [MATRIX, b",no,yes\nno,90,7\nyes,5,40\n"]
    for version, (media_type, content) in zip((1, 2), zip(("application/json", "text/csv"), matrices)):
        evaluate(server, version, dataset="cells", files=[file(server, "confusion", "confusion_matrix", media_type, content)])
    asked = "/v1/models/churn/compare/evaluations?versions=1,2"
    rows = {row["name"]: row for row in server.get(asked)["rows"] if row["group"] == "evaluation on cells"}
    cell = 'file confusion ["no", "yes"]'
    assert list(rows) == ["file confusion", cell]
    assert rows[cell]["values"] == [3, 7] and rows[cell]["change"] == [None, 4]
    assert (rows[cell]["file"], rows[cell]["cell"]) == ("confusion", ["no", "yes"])
    everything = {row["name"]: row["values"] for row in server.get(asked + "&all=true")["rows"] if row["group"] == "evaluation on cells"}
    assert everything['file confusion ["yes", "yes"]'] == [40, 40]
    assert cell in server.cli("evaluation", "compare", "churn:v1", "v2").stdout


def test_cells_are_told_apart_whatever_their_labels_are(server):
    labels = ["a", "b", "a, b", "b, a"]
    for version in (1, 2):
        matrix = json.dumps({"labels": labels, "counts": [[version * (row * 4 + column + 1) for column in range(4)] for row in range(4)]}).encode()
        evaluate(server, version, dataset="labels", files=[file(server, "confusion", "confusion_matrix", "application/json", matrix)])
    rows = [row for row in server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"] if row["group"] == "evaluation on labels"]
    cells = {tuple(row["cell"]): row["change"][1] for row in rows if "cell" in row}
    assert cells == {(row, column): 4 * i + j + 1 for i, row in enumerate(labels) for j, column in enumerate(labels)}
    assert len({row["name"] for row in rows}) == len(rows) == 17, "the file, and 16 cells"


@pytest.mark.parametrize("name, media_type, before, after, changed", [
    ("errors.csv", "text/csv", b"id,score\n1,0.4\n2,0.5\n", b"id,score\n1,0.4\n2,0.75\n", ["-2,0.5", "+2,0.75"]),
    ("errors.json", "application/json", b'{"columns":["id"],"rows":[[1],[2]]}', b'{"columns":["id"],"rows":[[1],[3]]}', ["-  [2]", "+  [3]"]),
    ("page.html", "text/html", b"<h1>one</h1>\n<p>x</p>\n", b"<h1>two</h1>\n<p>x</p>\n", ["-<h1>one</h1>", "+<h1>two</h1>"])])
def test_tables_and_pages_are_compared_line_by_line(server, name, media_type, before, after, changed):
    kind = "media" if media_type == "text/html" else "table"
    for version, content in ((1, before), (2, after)):
        evaluate(server, version, dataset=name, files=[file(server, name, kind, media_type, content)])
    row = next(row for row in server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"] if row.get("file") == name)
    assert row["diff"][0] is None and [line for line in row["diff"][1].splitlines() if line[0] in "+-"] == changed
    shown = server.cli("evaluation", "compare", "churn:v1", "v2").stdout
    assert all(line in shown.splitlines() for line in changed) and f"evaluation on {name}: file {name}" in shown


def test_tables_beyond_the_room_are_compared_by_their_digests(server):
    for version in (1, 2):
        large = f"id,version {version}\n".encode() + b"1,1\n" * (32 << 10)  # more than kMaxComparedTableBytes
        evaluate(server, version, dataset="large", files=[file(server, "large.csv", "table", "text/csv", large)])
    row = next(row for row in server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"] if row.get("file") == "large.csv")
    assert "diff" not in row and row["values"][0] != row["values"][1]


def test_large_confusion_matrices_are_compared_as_files(server):
    labels = [f"class {n}" for n in range(33)]
    for version in (1, 2):
        matrix = json.dumps({"labels": labels, "counts": [[version] * 33 for _ in labels]}).encode()
        evaluate(server, version, dataset="many", files=[file(server, "confusion", "confusion_matrix", "application/json", matrix)])
    rows = server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"]
    assert [row["name"] for row in rows if row["group"] == "evaluation on many"] == ["file confusion"]


def test_results_on_data_sets_of_one_name_are_not_held_against_each_other(server):
    rows = [server.post("/v1/artifacts", {"name": "rows", "kind": "dataset", "reference": f"s3://rows/{n}", "digest": f"sha256:{n:064}"})["id"] for n in (1, 2)]
    for version, artifact in zip((1, 2), rows):
        server.post(EVALUATIONS.format(version), {"name": "twins", "dataset": {"artifact": artifact}, "metrics": {"f1": 0.5}})
    compared = server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"]
    found = {row["group"]: (row["node"]["id"], row["values"]) for row in compared if row["name"] == "f1"}
    assert found == {f"twins on rows (artifact {rows[0]})": (rows[0], [0.5, None]), f"twins on rows (artifact {rows[1]})": (rows[1], [None, 0.5])}
    shown = server.cli("evaluation", "compare", "churn:v1", "v2", "-o", "id").stdout
    assert all(f"twins on rows (artifact {artifact}): f1" in shown for artifact in rows)
    server.post(EVALUATIONS.format(2), {"name": "twins", "dataset": {"artifact": rows[0]}, "metrics": {"f1": 0.75}})
    compared = server.get("/v1/models/churn/compare/evaluations?versions=1,2")["rows"]
    assert [0.5, 0.75] in [row["values"] for row in compared if row["name"] == "f1"], "of one data set they are"


def test_what_is_not_there_is_said(server):
    made = server.get(EVALUATIONS.format(1))["items"][0]["id"]
    assert server.request("GET", f"{EVALUATIONS.format(2)}/{made}").status_code == 404
    assert server.request("GET", f"{EVALUATIONS.format(1)}/nonsense").status_code == 422
    assert server.request("GET", f"{EVALUATIONS.format(1)}/{made}/files/none").status_code == 404
