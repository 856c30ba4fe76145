"""Runs the stages of script/test, one after the other, and ends with `N passed, N failed`.

A stage is a line of STAGES in stages.py. Each leaves JUnit results and its complete output in build/test-results/.
A stage that cannot run, or ends badly without saying which test failed, counts as one failure under its own name.
"""

import argparse
import json
import shutil
import sys
import time

import stages
from running import say

DESCRIPTION = """Installs what is missing, builds, and runs every test. The last line is `N passed, N failed`;
the exit code is 1 if anything failed or could not run. Complete output: build/test-results/."""


def main():
    options = parse_arguments()
    chosen = choose(options)
    shutil.rmtree(stages.RESULTS, ignore_errors=True)
    stages.RESULTS.mkdir(parents=True)
    started = time.monotonic()
    passed = failed = 0
    outcomes = {name: "left out" for name in stages.NAMES}
    timings = []
    for name in chosen:
        say(f"\n== {name}: {stages.STAGES[name].title}")
        stage_started = time.monotonic()
        # Acceptance looks at what the others left, so they are written down first.
        (stages.RESULTS / "stages.json").write_text(json.dumps(outcomes))
        needed = [n for n in stages.STAGES[name].needs if outcomes[n] == "failed"]
        result = stages.not_run(name, needed) if needed else stages.run(name, options)
        seconds = time.monotonic() - stage_started
        outcomes[name] = "failed" if result.failed else "passed"
        passed += result.passed
        failed += len(result.failed)
        skipped = f", {result.skipped} skipped" if result.skipped else ""
        line = f"{name:<13}{result.passed:>5} passed, {len(result.failed)} failed{skipped}, {seconds:.0f} s"
        timings.append((line, result.failed))
        say(f"   {' '.join(line.split())}")

    say(f"\n== summary, {(time.monotonic() - started) / 60:.1f} minutes")
    for line, names in timings:
        say("   " + line)
        for test in names[:20]:
            say(f"      failed: {test}")
        if len(names) > 20:
            say(f"      and {len(names) - 20} more")
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="script/test",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="stages, in their order:\n" + "\n".join(
            f"  {name:<13} {stage.title}" for name, stage in stages.STAGES.items()),
    )
    parser.add_argument("stages", metavar="STAGE", nargs="*", help="run these only (default: all but `long`)")
    parser.add_argument("--quick", action="store_true", help="leave out the sanitizers")
    parser.add_argument("-k", metavar="PATTERN", dest="pattern",
                        help="only tests whose name has PATTERN in it (a regular expression for CTest, "
                             "an expression for pytest); leaves out headers, asan, tsan and acceptance")
    parser.add_argument("--no-time-limit", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in options.stages:
        if name not in stages.STAGES:
            parser.error(f"no stage {name}: there are {' '.join(stages.STAGES)}")
    options.complete = not options.stages and not options.pattern
    return options


def choose(options):
    if options.stages:
        return [name for name in stages.NAMES if name in options.stages]
    left_out = {"long"}
    if options.quick:
        left_out |= {"asan", "tsan"}
    if options.pattern:
        left_out |= {"acceptance", "headers", "asan", "tsan"}
    return [name for name in stages.NAMES if name not in left_out]


if __name__ == "__main__":
    sys.exit(main())
