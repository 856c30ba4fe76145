"""What the command line shows to somebody who looks, on a terminal of a width, and to nobody."""

import re
import unicodedata

import pytest

from tests.support.server import BINARY, environment_with
from tests.support.terminal import Terminal


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    server.post("/v1/registries", {"name": "other"})
    server.post("/v1/registries/other/models", {"name": "fraud"})
    server.post("/v1/registries/other/models/fraud/versions", {})
    server.post("/v1/registries/other/models/fraud/versions/1/evaluations", {"name": "hold-out-of-march", "metrics": {"auc": 0.91, "recall": 0.7}})
    server.post("/v1/registries/other/models/fraud/comments", {"text": "checked against the data of March, and of April"})
    server.post("/v1/artifacts", {"name": "weights-of-fraud", "kind": "model", "reference": "s3://b/w", "digest": "sha256:" + "0" * 64})
    server.post("/v1/principals", {"name": "ada", "full_name": "Ada Lovelace, Countess of"})
    server.post("/v1/models", {"name": "churn", "tags": {"purpose": "tells who is going to leave next month and the month after", "team": "risk"}})
    server.post("/v1/models", {"name": "모델-등록부", "tags": {"설명": "다음 달에 누가 떠날지 알려주는 모델과 그 밖의 모든 것들"}})
    for number in range(3):
        server.post("/v1/models/churn/versions", {"aliases": [f"alias-number-{number}-of-many"]})
    return server


def on_a_terminal(server, *words, columns=80, **environment):
    more = {"HERALD_URL": server.url, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
    base = {name: value for name, value in environment_with({}).items() if name not in ("COLUMNS", "NO_COLOR")}
    with Terminal([BINARY, *words], {**base, **more}, columns=columns) as terminal:
        return terminal.to_its_end(), terminal.shown


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_table_fits_the_terminal(server, columns):
    text, _ = on_a_terminal(server, "model", "list", columns=columns)
    assert len(text.splitlines()) == 3
    assert max(map(width, text.splitlines())) <= columns
    assert "…" in text and "churn" in text and "모델-등록부" in text


@pytest.mark.parametrize("columns", [60, 80])
def test_the_tail_of_the_events_fits_the_terminal(server, columns):
    lines = on_a_terminal(server, "events", "tail", columns=columns)[0].splitlines()
    assert max(map(width, lines)) <= columns
    assert sum(bool(re.match(r" +\d+  \d{4}-\d\d-\d\d \d\d:\d\d", line)) for line in lines) == 10
    at = next(i for i, line in enumerate(lines) if "alias.assigned" in line)
    assert "alias-number-0-of-many of churn: -> v1" in " ".join(" ".join(lines[at:at + 3]).split()), "and what happened is told"


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("words", [("artifact", "list"), ("user", "list"), ("comment", "list", "other/fraud"),
                                   ("evaluation", "list", "other/fraud")])
def test_a_table_with_ids_fits_the_terminal(server, words, columns):
    rows = on_a_terminal(server, *words, columns=columns)[0].splitlines()
    assert len(rows) > 1 and max(map(width, rows)) <= columns, "\n".join(rows)
    assert re.search(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", rows[1]), "ids are never cut"


@pytest.mark.parametrize("columns", [60, 80])
def test_times_stay_whole_and_what_happened_goes_on_below(server, columns):
    text, _ = on_a_terminal(server, "history", "churn", columns=columns)
    _, first, *rest = text.splitlines()
    assert max(map(width, text.splitlines())) <= columns
    assert re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d  ", first), text
    assert any(line.startswith(" " * 40) for line in rest), text
    if columns == 80:
        assert "alias-number-2-of-many" in first and "…" not in text


def test_columns_without_anything_give_way(server):
    rows = on_a_terminal(server, "version", "list", "churn", columns=60)[0].splitlines()
    assert "METRICS" not in rows[0] and "SOURCE" not in rows[0]
    assert "METRICS" in server.cli("version", "list", "churn").stdout, "elsewhere nothing is left out"


def test_the_variable_columns_goes_before_the_terminal(server):
    text, _ = on_a_terminal(server, "model", "list", columns=200, COLUMNS="60")
    assert max(map(width, text.splitlines())) <= 60


def test_nothing_is_cut_where_there_is_no_terminal(server):
    text = server.cli("model", "list", environment={"COLUMNS": "40"}).stdout
    assert "…" not in text and "tells who is going to leave next month and the month after" in text


def test_colours_are_for_terminals_that_want_them(server):
    assert "\x1b[1m" in on_a_terminal(server, "model", "list")[1]
    assert "\x1b[" not in on_a_terminal(server, "model", "list", NO_COLOR="1")[1]
    assert "\x1b[" not in on_a_terminal(server, "model", "list", TERM="dumb")[1]
    assert "\x1b[" not in server.cli("model", "list").stdout


@pytest.mark.parametrize("columns", [80, 45])
def test_a_transfer_shows_how_far_it_is_to_somebody_who_looks(server, tmp_path, columns):
    file = tmp_path / "weights.bin"
    with open(file, "wb") as sparse:
        sparse.truncate(150_000_000 + columns)
    text, shown = on_a_terminal(server, "artifact", "upload", "weights", str(file), columns=columns)
    assert "█" in text and "% " in text and "of 150 MB" in text
    assert shown.rindex("\x1b[K") > shown.rindex("█"), "the line is cleared at the end"
    drawn = [part.partition("\x1b[K")[0] for part in shown.split("\r") if part.startswith("uploading")]
    assert drawn and max(map(width, drawn)) < columns, "what is drawn over itself stays on its line"
    artifact = re.search(r"artifact +([0-9a-f-]{36})", text).group(1)
    fetched = server.cli("artifact", "download", artifact, "--to", tmp_path / "back")
    assert fetched.returncode == 0 and "█" not in fetched.stdout + fetched.stderr


@pytest.mark.parametrize("words", [["--help"], ["version", "register", "--help"], ["wait", "--help"]])
def test_the_help_is_broken_at_the_terminals_edge(server, words):
    text, _ = on_a_terminal(server, *words, columns=80)
    told = text.split("\nexamples\n")[0]
    assert max(map(width, told.splitlines())) <= 80
    assert " ".join(told.split()) in " ".join(server.cli(*words).stdout.split())
