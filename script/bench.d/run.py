"""Runs the measurements and prints tables in Markdown; with --write they become bench/RESULTS.md."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

import measurements

REPO = Path(__file__).resolve().parents[2]

HEAD = """# Measured figures

Made by `script/bench --write`. Machines of this kind are noisy (up to a factor of two): trust the ratios within one run.

"""


def main():
    options = parse_arguments()
    os.chdir(REPO)
    os.environ["HERALD_BENCH_PRESET"] = options.preset
    build(options.preset)
    chosen = options.measurements or list(measurements.ALL)
    parts = []
    for name in chosen:
        print(f"bench: {name}: {measurements.ALL[name].__doc__.splitlines()[0]}", file=sys.stderr, flush=True)
        try:
            parts.append(measurements.ALL[name](options.seconds))
        except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
            sys.exit(f"bench: {name}: {problem}")
    text = HEAD + about_this_machine() + "\n" + "\n".join(parts)
    print(text)
    if options.write:
        (REPO / "bench" / "RESULTS.md").write_text(text)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="script/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="measurements:\n" + "\n".join(f"  {name:<12} {function.__doc__.splitlines()[0]}"
                                             for name, function in measurements.ALL.items()))
    parser.add_argument("measurements", metavar="MEASUREMENT", nargs="*", help="these only (default: all)")
    parser.add_argument("--seconds", type=int, default=5, help="how long each load runs (default 5)")
    parser.add_argument("--preset", default="release", help="what is built; with another than release only to try the measurements")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    options = parser.parse_args()
    if options.write and options.preset != "release":
        parser.error("--write is for a release build: leave --preset out")
    for name in options.measurements:
        if name not in measurements.ALL:
            parser.error(f"no measurement {name}: there are {', '.join(measurements.ALL)}")
    return options


def build(preset):
    programs = [path.stem for path in sorted((REPO / "bench").glob("*_bench.cc"))]
    if not (REPO / "build" / preset / "build.ninja").exists():
        step(["cmake", "--preset", preset])
    print("bench: building", file=sys.stderr, flush=True)
    step(["cmake", "--build", "--preset", preset, "--parallel", os.environ.get("HERALD_JOBS", "2"), "--target", "herald", *programs])


def step(command):
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit(f"bench: {' '.join(command)} failed (see above)")


def about_this_machine():
    processor = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "log", "-1", "--format=%h"], capture_output=True, text=True, check=True).stdout.strip()
    return (f"{os.cpu_count()} cores ({processor}), Linux {platform.release().split('-')[0]}, "
            f"{datetime.date.today().isoformat()}, commit {commit}. Load generators and receivers run on the same cores.\n")


if __name__ == "__main__":
    main()
