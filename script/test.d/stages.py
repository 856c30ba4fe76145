"""What script/test runs, in this order. To add a stage: a function (options) -> Result, and a line in STAGES."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

import results
from results import Result
from running import end_of, run_logged, say

REPO = Path(__file__).resolve().parents[2]
RESULTS = REPO / "build" / "test-results"
JOBS = os.environ.get("HERALD_JOBS", "2")
TESTS_AT_ONCE = str(2 * int(JOBS))  # of CTest's: half of their time they wait, for disks and brokers
STAGE_LIMIT_S = 40 * 60
FUZZ_SECONDS = 10 * 60


def run(name, options):
    """Runs a stage; whatever keeps it from running is a failure with the stage's name."""
    os.chdir(REPO)
    try:
        return STAGES[name].function(name, options)
    except Broken as broken:
        why = str(broken)
    except OSError as problem:   # as of a program or a file that is not there
        why = str(problem)
    say(f"   {why}")
    return Result(failed=[f"stage {name}: {why.splitlines()[0]}"])


def not_run(name, needed):
    say(f"   not run: {' and '.join(needed)} failed")
    return Result(failed=[f"stage {name}: not run, since {' and '.join(needed)} failed"])


class Broken(Exception):
    """The stage itself, not one of its tests."""


# ---- steps ------------------------------------------------------------------------------------


def step(name, command, options, may_fail_with=(), env=None):
    """Runs a program of a stage. Exit codes but 0 and `may_fail_with` break the stage."""
    log = RESULTS / f"{name}.log"
    code = run_logged(command, log, None if options.no_time_limit else STAGE_LIMIT_S, env)
    if code == 0 or code in may_fail_with:
        return code
    how = f"stopped after {STAGE_LIMIT_S // 60} minutes" if code is None else f"exit code {code}"
    raise Broken("\n   | ".join([f"{' '.join(map(str, command[:4]))}: {how}; all of the output: {log}",
                                 *first_errors(log)]))


def first_errors(log):
    """The part of a log that says what went wrong: from ninja's first FAILED, or the end."""
    lines = end_of(log, 100000)
    for at, line in enumerate(lines):
        if line.startswith("FAILED:"):
            return [line[:300] for line in lines[at:at + 40]]
    return [line[:300] for line in lines[-40:]]


def report(name, exit_code):
    """Counts a JUnit file and shows what failed. A bad end without a failed test in it breaks the stage."""
    try:
        cases = results.read(RESULTS / f"{name}.xml")
    except (OSError, ParseError) as problem:
        raise Broken("\n   | ".join([f"no results of {name} ({problem})", *end_of(RESULTS / f"{name}.log", 40)]))
    for case in cases:
        if case.outcome == "failed":
            say(f"   FAILED {case.name}")
            for line in case.message.strip().splitlines()[-40:]:
                say(f"   | {line[:300]}")
        elif case.outcome == "skipped":
            say(f"   skipped {case.name}")
    result = Result.of(cases)
    if exit_code and not result.failed:
        raise Broken("\n   | ".join([f"exit code {exit_code} without a failed test", *end_of(RESULTS / f"{name}.log", 40)]))
    return result


# ---- stages -----------------------------------------------------------------------------------


def build(name, options):
    step(name, ["cmake", "--preset", "release"], options)
    step(name, ["cmake", "--build", "--preset", "release", "--parallel", JOBS], options)
    return Result()


def headers(name, options):
    step(name, ["nice", "cmake", "--build", "--preset", "release", "--parallel", JOBS, "--target", "herald_headers"], options)
    return Result(passed=1)


def unit(name, options):
    return ctest(name, "release", options)


def sanitized(name, options):
    """The rooms' unit tests only: what crosses rooms takes too long to build and run this way."""
    targets = sorted({path.relative_to(REPO).parts[0] + "_test"
                      for path in REPO.glob("[a-z]*/**/*_test.cc")
                      if path.relative_to(REPO).parts[0] not in ("build", "tests", "bench")})
    step(name, ["cmake", "--preset", name], options)
    step(name, ["cmake", "--build", "--preset", name, "--parallel", JOBS, "--target", *targets], options)
    shards = REPO / "build" / name / "shards"
    shutil.rmtree(shards, ignore_errors=True)
    shards.mkdir(parents=True)
    command = ["ctest", "--test-dir", f"build/{name}", "--parallel", TESTS_AT_ONCE, "--output-on-failure", "--no-tests=error",
               "--output-junit", shards / "ctest", "--tests-regex", f"^({'|'.join(targets)})-[0-9]+$"]
    if name == "tsan" and can_fix_addresses():
        command = ["setarch", "--addr-no-randomize", *command]
    code = step(name, command, options, may_fail_with=(8,), env={
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "ASAN_OPTIONS": "strict_string_checks=1:detect_stack_use_after_return=1",
        "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"})
    gather(shards, RESULTS / f"{name}.xml")
    return report(name, code)


def gather(shards, path):
    """One JUnit file of those that shards wrote (<program>-<n>.xml, herald_shards() of cmake/room.cmake). A shard that
    failed without a failed test, as one that a sanitizer ended, is a failed case itself, as CTest tells it."""
    whole = ElementTree.Element("testsuites")
    failed = set()
    wrote = set()
    for file in sorted(shards.glob("*.xml")):
        try:
            whole.extend(ElementTree.parse(file).iter("testcase"))
        except ParseError:
            continue  # ended while it wrote
        wrote.add(file.stem)
        if any(case.outcome == "failed" for case in results.read(file)):
            failed.add(file.stem)
    try:
        told = ElementTree.parse(shards / "ctest")
    except (OSError, ParseError) as problem:
        raise Broken(f"no results of CTest ({problem})")
    for element in told.iter("testcase"):
        name = element.get("name")
        if re.fullmatch(r".*_test-\d+", name) and element.get("status") == "run" and name not in wrote:
            ElementTree.SubElement(element, "failure", message="it left no results")
            whole.append(element)
        elif element.get("status") != "run" and name not in failed:
            whole.append(element)
    ElementTree.ElementTree(whole).write(path)


def ctest(name, preset, options):
    command = ["ctest", "--test-dir", f"build/{preset}", "--parallel", TESTS_AT_ONCE, "--output-on-failure",
               "--output-junit", RESULTS / f"{name}.xml"]
    # Only a pattern may leave nothing to do: that no test was found otherwise is a fault of the build.
    command += ["--tests-regex", options.pattern, "--no-tests=ignore"] if options.pattern else ["--no-tests=error"]
    return report(name, step(name, command, options, may_fail_with=(8,)))


def can_fix_addresses():
    """The thread sanitizer of GCC 12 finds its memory taken on kernels that randomise addresses widely."""
    return subprocess.run(["setarch", "--addr-no-randomize", "true"], stderr=subprocess.DEVNULL).returncode == 0


def pytest(name, options):
    folder = REPO / "tests" / name
    if not any(folder.glob("**/test_*.py")):
        return Result()
    # A file's tests share what it started: they stay together.
    command = [sys.executable, "-m", "pytest", folder, "--numprocesses", JOBS, "--dist", "loadfile",
               "--junitxml", RESULTS / f"{name}.xml"]
    if options.pattern:
        command += ["-k", options.pattern]
    if options.no_time_limit:
        command += ["--timeout", "0"]
    # 1: tests failed; 5: nothing to do, which only a pattern may cause.
    may_fail_with = (1, 5) if options.pattern else (1,)
    code = step(name, command, options, may_fail_with)
    return report(name, 0 if code == 5 else code)


def long(name, options):
    """The C++ tests of tests/ in one process each, which CTest's limit per test does not stop."""
    total = Result()
    for program in sorted((REPO / "build" / "release" / "tests").glob("*_test")):
        part = f"{name}-{program.name}"
        code = step(part, [program, f"--gtest_output=xml:{RESULTS / part}.xml"], options, may_fail_with=(1,))
        result = report(part, code)
        total.passed += result.passed
        total.skipped += result.skipped
        total.failed += result.failed
    return total


def fuzz(name, options):
    """All routes, asked for a while with fresh examples by each role. The seeds are in its log."""
    command = [sys.executable, "-m", "pytest", REPO / "tests" / "stories" / "test_every_route.py", "-k", "fresh_examples",
               "--capture", "no", "--timeout", "0", "--junitxml", RESULTS / f"{name}.xml"]
    return report(name, step(name, command, options, may_fail_with=(1,), env={"HERALD_FUZZ_SECONDS": str(FUZZ_SECONDS)}))


def acceptance(name, options):
    code = step(name, [sys.executable, "tests/architecture/check_acceptance.py", "--results", RESULTS,
                       "--junit", RESULTS / f"{name}.xml"], options, may_fail_with=(1,))
    return report(name, code)


@dataclass
class Stage:
    title: str
    function: Callable
    needs: tuple = ()
    beside: tuple = ()  # it works beside these, which wait more than they compute


STAGES = {
    "architecture": Stage("include arrows, bans, tidiness (tests/architecture)", pytest),
    "build": Stage("the release build of everything", build),
    "unit": Stage("CTest of the release build", unit, ("build",)),
    "headers": Stage("each header compiled alone", headers, ("build",), ("faults",)),  # the stories build
    "stories": Stage("end to end, with real receivers and a real broker (tests/stories)", pytest, ("build",)),
    "faults": Stage("processes killed, brokers lost (tests/faults)", pytest, ("build",)),
    "asan": Stage("unit tests of the rooms under the address and undefined behaviour sanitizers", sanitized),
    "tsan": Stage("unit tests of the rooms under the thread sanitizer", sanitized),
    "long": Stage("C++ tests that cross rooms, without a time limit (script/test-long)", long, ("build",)),
    "fuzz": Stage("all routes asked for ten minutes with fresh examples by each role (script/test-long)", fuzz, ("build",)),
    "acceptance": Stage("each row of tests/ACCEPTANCE.md has a test, present and passed", acceptance),
}
NAMES = list(STAGES)
