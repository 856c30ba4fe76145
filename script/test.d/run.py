"""Runs the stages of script/test, one after the other or beside others, and ends with `N passed, N failed`.

A stage is a line of STAGES in stages.py. Each leaves JUnit results and its complete output in build/test-results/.
A stage that cannot run, or ends badly without saying which test failed, counts as one failure under its own name.
"""

import argparse
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import stages
from running import say, stop_all

DESCRIPTION = """Installs what is missing, builds, and runs every test. The last line is `N passed, N failed`;
the exit code is 1 if anything failed or could not run. Complete output: build/test-results/."""


def main():
    options = parse_arguments()
    chosen = choose(options)
    shutil.rmtree(stages.RESULTS, ignore_errors=True)
    stages.RESULTS.mkdir(parents=True)
    started = time.monotonic()
    outcomes = {name: "left out" for name in stages.NAMES}
    ended = []
    with ThreadPoolExecutor() as beside:
        waiting = {}  # stages that work beside others -> their future
        for at, name in enumerate(chosen):
            # Acceptance looks at what the others left, so they are written down first.
            (stages.RESULTS / "stages.json").write_text(json.dumps(outcomes))
            needed = [n for n in stages.STAGES[name].needs if outcomes[n] == "failed"]
            if set(stages.STAGES[name].beside) & set(chosen[at:]):
                say(f"\n== {name}: {stages.STAGES[name].title}, beside what follows")
                waiting[name] = beside.submit(run_stage, name, needed, options)
                continue
            say(f"\n== {name}: {stages.STAGES[name].title}")
            try:
                done = [(name, run_stage(name, needed, options))]
            except BaseException:  # Ctrl-C, say: what works beside would be waited for
                stop_all()
                raise
            for other in [n for n in waiting if not set(stages.STAGES[n].beside) & set(chosen[at + 1:])]:
                done.append((other, waiting.pop(other).result()))
            for stage, (result, seconds) in done:
                outcomes[stage] = "failed" if result.failed else "passed"
                ended.append((summary(stage, result, seconds), result))
                say(f"   {' '.join(ended[-1][0].split())}")
    passed = sum(result.passed for _, result in ended)
    failed = sum(len(result.failed) for _, result in ended)

    say(f"\n== summary, {(time.monotonic() - started) / 60:.1f} minutes")
    for line, result in ended:
        say("   " + line)
        for test in result.failed[:20]:
            say(f"      failed: {test}")
        if len(result.failed) > 20:
            say(f"      and {len(result.failed) - 20} more")
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def run_stage(name, needed, options):
    """Its result, and the seconds that it took."""
    started = time.monotonic()
    result = stages.not_run(name, needed) if needed else stages.run(name, options)
    return result, time.monotonic() - started


def summary(name, result, seconds):
    skipped = f", {result.skipped} skipped" if result.skipped else ""
    return f"{name:<13}{result.passed:>5} passed, {len(result.failed)} failed{skipped}, {seconds:.0f} s"


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="script/test",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="stages, in their order:\n" + "\n".join(
            f"  {name:<13} {stage.title}" for name, stage in stages.STAGES.items()),
    )
    parser.add_argument("stages", metavar="STAGE", nargs="*", help="run these only (default: all but `long` and `fuzz`)")
    parser.add_argument("--quick", action="store_true", help="leave out the sanitizers")
    parser.add_argument("-k", metavar="PATTERN", dest="pattern",
                        help="only tests whose name has PATTERN in it (a regular expression for CTest, "
                             "an expression for pytest); leaves out headers, asan, tsan and acceptance")
    parser.add_argument("--no-time-limit", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in options.stages:
        if name not in stages.STAGES:
            parser.error(f"no stage {name}: there are {' '.join(stages.STAGES)}")
    whole = {"headers", "asan", "tsan", "acceptance"} & set(options.stages)
    if options.pattern and whole:
        parser.error(f"-k chooses tests of CTest and pytest, and {' and '.join(sorted(whole))} run as a whole")
    options.complete = not options.stages and not options.pattern
    return options


def choose(options):
    if options.stages:
        return [name for name in stages.NAMES if name in options.stages]
    left_out = {"long", "fuzz"}
    if options.quick:
        left_out |= {"asan", "tsan"}
    if options.pattern:
        left_out |= {"acceptance", "headers", "asan", "tsan"}
    return [name for name in stages.NAMES if name not in left_out]


if __name__ == "__main__":
    sys.exit(main())
