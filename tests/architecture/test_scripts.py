"""The scripts do their steps in order; a step that fails ends them and says which and why. They run here in a folder where
what they call (installers, compilers) is a stand-in that writes down how it was called."""

import json
import os
import re
import shutil
import subprocess

import pytest

from tests.architecture.arrows import REPO
from tests.support.workbench import Workbench

@pytest.fixture
def bench(tmp_path):
    made = Workbench(tmp_path)
    for name in ("script/bootstrap", "bin/cmake", "build/venv/bin/python", "build/release/herald"):
        made.stand_in(name)
    return made


# ---- each does its steps, in order ----


CONFIGURES = "cmake --preset release"
BUILDS = "cmake --build --preset release --parallel 2 --target herald"


def test_the_demo_installs_builds_and_runs_and_without_a_terminal_ends(bench):
    assert bench.run("script/demo").returncode == 0
    assert bench.calls() == ["bootstrap ", CONFIGURES, BUILDS, "python script/demo.d/demo.py --no-stay"]


@pytest.mark.parametrize("options", [(), ("--no-stay",)])
def test_on_a_terminal_the_demo_stays_unless_told_otherwise(bench, options):
    other_end, terminal = os.openpty()
    try:
        assert bench.run("script/demo", *options, terminal=terminal).returncode == 0
    finally:
        os.close(other_end)
        os.close(terminal)
    assert bench.calls()[-1] == " ".join(["python script/demo.d/demo.py", *options])


def test_the_server_installs_builds_and_serves_on_its_defaults(bench):
    assert bench.run("script/server").returncode == 0
    assert bench.calls() == ["bootstrap ", CONFIGURES, BUILDS, "herald serve --data build/data"]


def test_the_server_takes_the_options_of_serve(bench):
    bench.run("script/server", "--data", "elsewhere", "--kafka", "127.0.0.1:9092")
    assert bench.calls()[-1] == "herald serve --data elsewhere --kafka 127.0.0.1:9092"


def test_the_tests_are_run_after_what_is_missing_is_installed(bench):
    assert bench.run("script/test", "--quick").returncode == 0
    assert bench.calls() == ["bootstrap ", "python script/test.d/run.py --quick"]


def test_the_bench_installs_and_measures(bench):
    assert bench.run("script/bench", "log").returncode == 0
    assert bench.calls() == ["bootstrap ", "python script/bench.d/run.py log"]


def test_long_runs_are_rounds_of_the_same_stages(bench):
    bench.stand_in("script/test")
    assert bench.run("script/test-long", "--rounds", "7").returncode == 0
    assert bench.calls() == ["test --no-time-limit build faults long fuzz"]


@pytest.mark.parametrize("code", [0, 1])
def test_ci_calls_script_test_and_takes_its_exit_code(bench, code):
    bench.stand_in("script/test", code)
    assert bench.run(".ci/run").returncode == code
    assert bench.calls() == ["test "]


# ---- a step that fails says which and why ----


@pytest.mark.parametrize("script", ["script/demo", "script/server"])
def test_a_build_that_fails_ends_it(bench, script):
    (bench.folder / "build" / "release" / "build.ninja").touch()   # configured before
    bench.stand_in("bin/cmake", code=1)
    result = bench.run(script)
    assert result.returncode == 1
    assert bench.calls() == ["bootstrap ", BUILDS]
    assert "cmake says why" in result.stderr
    assert result.stderr.splitlines()[-1] == f"{script.removeprefix('script/')}: the build of herald failed (see above)"


@pytest.mark.parametrize("script", ["script/demo", "script/server"])
def test_a_configuration_that_fails_ends_it(bench, script):
    bench.stand_in("bin/cmake", code=1)
    result = bench.run(script)
    assert (result.returncode, bench.calls()) == (1, ["bootstrap ", CONFIGURES])
    assert result.stderr.splitlines()[-1] == f"{script.removeprefix('script/')}: cmake --preset release failed (see above)"


@pytest.mark.parametrize("script", ["script/demo", "script/server", "script/bench"])
def test_without_what_is_needed_nothing_is_begun(bench, script):
    bench.stand_in("script/bootstrap", code=1)
    result = bench.run(script)
    assert result.returncode == 1 and "bootstrap says why" in result.stderr
    assert bench.calls() == ["bootstrap "]


def test_the_tests_count_a_bootstrap_that_fails(bench):
    bench.stand_in("script/bootstrap", code=1)
    result = bench.run("script/test")
    assert result.returncode == 1 and "bootstrap says why" in result.stderr
    assert result.stdout.splitlines() == ["stage bootstrap could not run: see above", "0 passed, 1 failed"]


def test_a_measurement_whose_build_fails_says_so(bench):
    (bench.folder / "build" / "venv" / "bin" / "python").unlink()   # script/bench then takes the python3 of the PATH
    bench.stand_in("bin/cmake", code=1)
    result = bench.run("script/bench", "log")
    assert result.returncode == 1 and "cmake says why" in result.stderr
    assert result.stderr.splitlines()[-1] == f"bench: {CONFIGURES} failed (see above)"


@pytest.mark.parametrize("script", ["demo", "bootstrap", "test", "test-bootstrap", "test-long", "bench", "format", "kafka"])
def test_a_mistyped_option_is_usage(tmp_path, script):
    """Where nothing is looked for, installed or built: how long that takes is the machine's affair."""
    workbench = Workbench(tmp_path)
    if script != "bootstrap":
        workbench.stand_in("script/bootstrap")
    workbench.stand_in("bin/cmake")
    (tmp_path / ".clang-format").touch()
    result = workbench.run(f"script/{script}", "--nonsense")
    assert result.returncode == 2 and "nonsense" in result.stderr
    assert [call for call in workbench.calls() if call.startswith("cmake")] == []


@pytest.mark.parametrize("script", sorted(path.name for path in (REPO / "script").iterdir() if path.is_file() and not path.suffix))
def test_every_script_has_help(script):
    result = subprocess.run([REPO / "script" / script, "--help"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0 and result.stdout.startswith(f"usage: script/{script}")


# ---- script/bootstrap: Debian's tools are stand-ins ----


@pytest.fixture
def fresh_machine(tmp_path):
    """Nothing of Debian is installed but what is already in `bin`; java and mvn are not there."""
    made = Workbench(tmp_path)
    for tool in ("dpkg-query", "java", "mvn"):
        made.stand_in(f"bin/{tool}", code=1)
    made.stand_in("bin/apt-get")
    sudo = made.folder / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    return made


def test_what_is_missing_is_listed(fresh_machine):
    result = fresh_machine.run("script/bootstrap", "--check")
    assert result.returncode == 1
    assert {"package g++", "package liblmdb-dev", "package openjdk-17-jre-headless", "Python environment build/venv"} <= set(
        result.stdout.splitlines())
    assert not any(call.startswith("apt-get") for call in fresh_machine.calls())


def test_an_installation_that_fails_says_why(fresh_machine):
    (fresh_machine.folder / "bin" / "apt-get").write_text('#!/bin/sh\n[ "$1" = update ] && exit\necho "E: no space left"\nexit 100\n')
    result = fresh_machine.run("script/bootstrap")
    assert result.returncode == 1 and "E: no space left" in result.stderr
    assert result.stderr.splitlines()[-1] == "bootstrap: apt-get install failed; all of its output: build/bootstrap.log"
    assert "bootstrap: updating the package lists" in result.stderr


def test_an_installation_that_left_something_out_is_no_success(fresh_machine):
    result = fresh_machine.run("script/bootstrap")
    assert result.returncode == 1
    assert "still not installed" in result.stderr.splitlines()[-1] and "liblmdb-dev" in result.stderr.splitlines()[-1]


# ---- script/kafka ----


def test_kafka_that_cannot_be_fetched_says_why_and_leaves_nothing(bench):
    bench.stand_in("bin/mvn")
    (bench.folder / "bin" / "mvn").write_text("#!/bin/sh\necho '[INFO] resolving'\necho '[ERROR] the repository does not answer'\nexit 1\n")
    result = bench.run("script/kafka", "fetch", cache=bench.folder / "cache")
    assert result.returncode == 1 and "[ERROR] the repository does not answer" in result.stderr
    assert re.match(r"kafka: Kafka 4\.\S+ could not be fetched; all of what mvn said: ", result.stderr.splitlines()[-1])
    assert not [path for path in (bench.folder / "cache").rglob("*") if path.is_dir() and path.name.startswith("kafka-")]


def test_a_folder_for_kafka_is_as_seen_from_where_the_caller_stands(tmp_path):
    (tmp_path / "broker" / "data").mkdir(parents=True)
    (tmp_path / "broker" / "notes").touch()

    def wipe():
        return subprocess.run([REPO / "script" / "kafka", "wipe", "--dir", "broker"], cwd=tmp_path, capture_output=True, text=True,
                              timeout=60)

    kept = wipe()
    assert (kept.returncode, kept.stderr) == (0, f"kafka: kept {tmp_path}/broker: it holds other files\n")
    (tmp_path / "broker" / "notes").unlink()
    assert wipe().returncode == 0 and not (tmp_path / "broker").exists()


# ---- script/format ----


def test_format_names_what_is_not_as_it_says_and_mends_it(tmp_path):
    wrong = tmp_path / "wrong.cc"
    shutil.copy(REPO / ".clang-format", tmp_path)
    wrong.write_text("int   main( ){return 0;}\n")

    def run(*options):
        return subprocess.run([REPO / "script" / "format", *options, wrong], capture_output=True, text=True, timeout=60)

    checked = run("--check")
    assert (checked.returncode, checked.stdout) == (1, f"{wrong}\n")
    assert run().returncode == 0
    assert run("--check").returncode == 0 and wrong.read_text() == "int main() {\n  return 0;\n}\n"


# ---- the presets ----


def test_there_are_the_four_presets():
    presets = json.loads((REPO / "CMakePresets.json").read_text())["configurePresets"]
    variables = {preset["name"]: preset.get("cacheVariables", {}) for preset in presets if not preset.get("hidden")}
    assert {name: (settings["CMAKE_BUILD_TYPE"], settings.get("HERALD_SANITIZE", "")) for name, settings in variables.items()} == {
        "release": ("Release", ""), "debug": ("Debug", ""), "asan": ("Debug", "address,undefined"), "tsan": ("Debug", "thread")}
