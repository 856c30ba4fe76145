"""The checker of tests/ACCEPTANCE.md finds what it must."""

import pytest

from tests.architecture.check_acceptance import Row, outcomes_in, problems_of, rows_of

RAN = {"Log.AppendsInOrder": "passed", "Log.Refuses/0": "passed", "Log.Skips": "skipped", "Of/Tree.Proves/7": "passed", "Store/0.Opens": "passed",
       "stage.headers": "passed", "stage.tsan": "left out", "tests/stories/test_a.py::test_one": "passed", "tests/stories/test_a.py::test_many[x]": "failed"}


def problems(shown_by):
    return problems_of(Row(1, "", "something", shown_by), RAN, lambda script: script == "script/demo")


def test_rows_are_read_with_their_lines():
    text = "# A\n\n## 2. Log\n| requirement | shown by |\n|---|---|\n| it appends | `Log.AppendsInOrder` |\n"
    assert list(rows_of(text)) == [Row(6, "2. Log", "it appends", "`Log.AppendsInOrder`")]


@pytest.mark.parametrize("shown_by", ["`Log.AppendsInOrder`", "`Log.Refuses`", "`Tree.*`", "`Tree.Proves`", "`Store.Opens`",
                                      "`tests/stories/test_a.py::test_one`", "`stage.headers`",
                                      "`script/demo`, last result: 12 checks, all there"])
def test_a_row_that_holds(shown_by):
    assert problems(shown_by) == []


@pytest.mark.parametrize("shown_by, problem", [
    ("looked at it", "names no test"),
    ("`Log.Vanished`", "Log.Vanished did not run"),
    ("`Log.Skips`", "Log.Skips skipped"),
    ("`Log.*`", "Log.Skips skipped"),
    ("`tests/stories/test_a.py`", "tests/stories/test_a.py::test_many[x] failed"),
    ("`stage.tsan`", "stage.tsan left out"),
    ("`script/demo`", "script/demo: the row does not quote its last result"),
    ("`script/gone`, last result: fine", "script/gone is not there or cannot be run"),
])
def test_a_row_that_does_not(shown_by, problem):
    assert problem in problems(shown_by)


@pytest.mark.parametrize("inside, outcome", [
    (("", "<skipped/>"), "passed"), (("<skipped/>", ""), "passed"), (("<skipped/>", "<skipped/>"), "skipped"),
    (("", "<failure/>"), "failed"), (("<failure/>", ""), "failed"), (("<skipped/>", "<failure/>"), "failed"),
])
def test_the_stages_are_taken_together(tmp_path, inside, outcome):
    for stage, result in zip(("unit", "tsan"), inside):
        (tmp_path / f"{stage}.xml").write_text(f'<testsuite><testcase classname="A.b" name="A.b">{result}</testcase></testsuite>')
    assert outcomes_in(tmp_path) == {"A.b": outcome}


def test_the_stages_themselves_have_outcomes(tmp_path):
    (tmp_path / "stages.json").write_text('{"headers": "passed", "asan": "failed", "long": "left out"}')
    assert outcomes_in(tmp_path) == {"stage.headers": "passed", "stage.asan": "failed", "stage.long": "left out"}
