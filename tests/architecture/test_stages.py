"""script/test: what it runs, how it shows that it is alive, what it says of a step that fails, how it ends."""

import argparse
import json
import os
import re
import subprocess
import sys
import threading

import pytest

from tests.architecture.arrows import REPO

sys.path.insert(0, str(REPO / "script" / "test.d"))
import run  # noqa: E402
import running  # noqa: E402
import stages  # noqa: E402
from results import Result, read  # noqa: E402

OPTIONS = argparse.Namespace(no_time_limit=False, pattern=None)


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Not over the results of the run that this is a part of."""
    monkeypatch.setattr(stages, "RESULTS", tmp_path / "results")
    stages.RESULTS.mkdir()
    monkeypatch.chdir(REPO)
    return stages.RESULTS


def shell(script):
    return ["sh", "-c", script]


def test_everything_is_run_unless_told_otherwise():
    chosen = run.choose(argparse.Namespace(stages=[], quick=False, pattern=None))
    assert chosen == ["architecture", "build", "unit", "headers", "stories", "faults", "asan", "tsan", "acceptance"]


@pytest.mark.parametrize("sanitizer", ["asan", "tsan"])
def test_the_sanitizers_run_the_unit_tests_of_every_room(sanitizer, monkeypatch):
    commands = []
    monkeypatch.setattr(stages, "step", lambda name, command, *_, **__: commands.append(list(map(str, command))) or 0)
    monkeypatch.setattr(stages, "report", lambda *_: Result(passed=1))
    monkeypatch.setattr(stages, "gather", lambda *_: None)
    monkeypatch.setattr(stages.shutil, "rmtree", lambda *_, **__: None)  # not those of a run
    monkeypatch.setattr(stages.Path, "mkdir", lambda *_, **__: None)
    stages.run(sanitizer, OPTIONS)
    configured, built, tested = commands
    assert configured == ["cmake", "--preset", sanitizer]
    rooms = {path.relative_to(REPO).parts[0] for path in REPO.glob("*/**/*_test.cc")} - {"build", "tests", "bench"}
    assert {"eventstore", "recorder", "api", "automations"} <= rooms
    assert built[built.index("--target") + 1:] == sorted(f"{room}_test" for room in rooms)
    assert f"build/{sanitizer}" in tested
    chosen = re.compile(tested[tested.index("--tests-regex") + 1])
    assert all(chosen.search(f"{room}_test-{shard}") for room in rooms for shard in range(4))


SHARDS = {
    "a_test-0.xml": '<testsuites><testsuite><testcase name="One" classname="A"/></testsuite></testsuites>',
    "a_test-1.xml": '<testsuites><testsuite><testcase name="Two" classname="A"><failure message="not so"/></testcase></testsuite></testsuites>',
    "b_test-0.xml": '<testsuites><testsuite><testcase name="One" classname="B"/></testsuite></testsuites>',
    "c_test-0.xml": "<testsuites><testsuite><testcase na",
    "ctest": '''<testsuite><testcase name="kafka.start" status="run"/><testcase name="c_test-0" status="run"/>
        <testcase name="b_test-2" status="run"/><testcase name="a_test-0" status="run"/><testcase name="a_test-1" status="fail"><failure/></testcase>
        <testcase name="b_test-0" status="fail"><failure/><system-out>WARNING: ThreadSanitizer: data race</system-out></testcase>
        <testcase name="b_test-1" status="fail"><failure/><system-out>Killed</system-out></testcase></testsuite>''',
}


def test_of_shards_each_test_counts_and_each_shard_that_failed_without_one(tmp_path):
    for name, text in SHARDS.items():
        (tmp_path / name).write_text(text)
    stages.gather(tmp_path, tmp_path / "whole")
    result = Result.of(read(tmp_path / "whole"))
    assert (result.passed, result.failed) == (2, ["A.Two", "c_test-0", "b_test-2", "b_test-0", "b_test-1"])


def test_shards_without_the_word_of_ctest_are_broken(tmp_path):
    (tmp_path / "a_test-0.xml").write_text(SHARDS["a_test-0.xml"])
    with pytest.raises(stages.Broken):
        stages.gather(tmp_path, tmp_path / "whole")


# ---- a step that fails says which and why ----


def test_a_step_that_fails_is_named_with_the_end_of_what_it_said(results):
    with pytest.raises(stages.Broken) as broken:
        stages.step("build", shell("echo linking; echo no room on the disk >&2; exit 7"), OPTIONS)
    said = str(broken.value)
    assert "exit code 7" in said and str(results / "build.log") in said and "no room on the disk" in said


def test_of_a_build_the_first_error_is_shown():
    noise = "; ".join(f"echo '[{n}/90] ok'" for n in range(1, 61))
    with pytest.raises(stages.Broken) as broken:
        stages.step("build", shell(f"echo 'FAILED: a.o'; echo 'a.cc:1: error: nonsense'; {noise}; exit 1"), OPTIONS)
    assert "a.cc:1: error: nonsense" in str(broken.value)


def test_a_step_that_does_not_end_is_stopped_and_said_to_be(monkeypatch):
    monkeypatch.setattr(stages, "STAGE_LIMIT_S", 0.2)
    with pytest.raises(stages.Broken, match="stopped after"):
        stages.step("unit", shell("tail -f /dev/null"), OPTIONS)


def test_a_stage_that_breaks_is_a_failure_under_its_name(monkeypatch):
    def broken(name, options):
        raise stages.Broken("cmake: exit code 1; all of the output: build.log")
    monkeypatch.setitem(stages.STAGES, "build", stages.Stage("", broken))
    assert stages.run("build", OPTIONS).failed == ["stage build: cmake: exit code 1; all of the output: build.log"]


def test_a_program_that_is_not_there_is_a_failure_of_its_stage_and_is_counted(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["test", "build"])
    assert run.main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert any(re.search("failed: stage build: .*No such file or directory: 'cmake'", line) for line in printed)
    assert printed[-1] == "0 passed, 1 failed"


def test_the_help_says_what_a_pattern_leaves_out(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["test", "--help"])
    with pytest.raises(SystemExit):
        run.parse_arguments()
    said = " ".join(capsys.readouterr().out.split())
    everything, some = (run.choose(argparse.Namespace(stages=[], quick=False, pattern=pattern)) for pattern in (None, "Some"))
    *first, last = [name for name in everything if name not in some]
    assert f"leaves out {', '.join(first)} and {last}" in said


def test_a_program_that_ends_badly_without_a_failed_test_is_a_failure(results):
    (results / "unit.xml").write_text('<testsuite><testcase classname="A.b" name="A.b"/></testsuite>')
    (results / "unit.log").write_text("Segmentation fault\n")
    with pytest.raises(stages.Broken, match="(?s)exit code 139 without a failed test.*Segmentation fault"):
        stages.report("unit", 139)


def test_results_that_are_not_there_are_a_failure(results):
    (results / "unit.log").write_text("ctest: not found\n")
    with pytest.raises(stages.Broken, match="(?s)no results of unit.*ctest: not found"):
        stages.report("unit", 0)


def test_that_no_test_is_found_is_a_failure(tmp_path, monkeypatch):
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "CTestTestfile.cmake").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(stages.Broken, match="No tests were found"):
        stages.ctest("unit", "release", OPTIONS)
    assert stages.ctest("unit", "release", argparse.Namespace(no_time_limit=False, pattern="Some")).passed == 0


# ---- progress ----


def test_a_step_that_takes_long_shows_how_far_it_is(tmp_path, monkeypatch, results):
    """The program waits until its progress was shown."""
    shown = tmp_path / "shown"
    os.mkfifo(shown)
    said = []

    def say(line):
        said.append(line)
        if "12/300" in line and shown.exists():
            with open(shown, "w") as waiting:
                waiting.write("go on\n")
            shown.unlink()

    monkeypatch.setattr(running, "say", say)
    monkeypatch.setattr(running, "HEARTBEAT_S", 0.02)
    assert running.run_logged(shell(f"echo '[12/300] Building'; read line <{shown}"), results / "build.log", limit_s=30) == 0
    assert any("... 12/300 after " in line for line in said)


@pytest.mark.parametrize("line, far", [(b"[12/300] Building CXX object", b"12/300"), (b"  7/90 Test  #7: A.b ... Passed", b"7/90"),
                                       (b"tests/stories/test_a.py .... [ 45%]", b"45%")])
def test_the_progress_of_each_tool_is_understood(line, far):
    assert [next(filter(None, found)) for found in running.PROGRESS.findall(line)] == [far]


# ---- the end ----


def test_a_stage_may_work_beside_others_and_counts_when_they_are_done(monkeypatch, capsys, results):
    """Each of the two waits for the other to have begun."""
    begun = {name: threading.Event() for name in ("beside", "first")}

    def meets(own, other):
        def function(*_):
            begun[own].set()
            return Result(passed=1) if begun[other].wait(30) else Result(failed=["alone"])
        return function

    made = {"beside": stages.Stage("", meets("beside", "first"), (), ("first", "absent")),
            "first": stages.Stage("", meets("first", "beside")),
            "second": stages.Stage("", lambda *_: Result(passed=5), ("beside",))}
    monkeypatch.setattr(stages, "STAGES", made)
    monkeypatch.setattr(stages, "NAMES", list(made))
    monkeypatch.setattr(sys, "argv", ["test"])
    assert run.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 0 failed"
    assert json.loads((results / "stages.json").read_text())["beside"] == "passed"


@pytest.mark.parametrize("outcome, code, last", [
    (Result(passed=3, failed=[]), 0, "6 passed, 0 failed"), (Result(passed=2, failed=["A.b"]), 1, "2 passed, 2 failed")])
def test_the_last_line_counts(monkeypatch, capsys, results, outcome, code, last):
    """Of two stages the second needs the first: it counts as failed, by its name, when that failed."""
    made = {"one": stages.Stage("the first", lambda *_: outcome), "two": stages.Stage("the second", lambda *_: outcome, ("one",))}
    monkeypatch.setattr(stages, "STAGES", made)
    monkeypatch.setattr(stages, "NAMES", list(made))
    monkeypatch.setattr(sys, "argv", ["test"])
    assert run.main() == code
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == last
    if code:
        assert any("A.b" in line for line in printed)
        assert any("stage two: not run, since one failed" in line for line in printed)
    assert json.loads((results / "stages.json").read_text())["one"] == ("failed" if code else "passed")


def test_what_a_test_leaves_behind_goes_with_its_stage(results, tmp_path):
    """A server that a test forgot does not outlive the stage."""
    alive = tmp_path / "alive"
    running.run_logged(shell(f"flock {alive} tail -f /dev/null & until [ -e {alive} ]; do :; done"), results / "unit.log", limit_s=30)
    assert subprocess.run(["flock", "--timeout", "10", alive, "true"]).returncode == 0
