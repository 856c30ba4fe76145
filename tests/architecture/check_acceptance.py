"""Holds tests/ACCEPTANCE.md against the results of a complete run of script/test.

A row is `| requirement | shown by |`. In the second cell each `name` in backticks is one of
    Suite.Test              a test of CTest (`Suite.*`: all that begin so)
    tests/...py::test_name  a test of pytest; without `::`, all tests of the file
    stage.name              a stage of script/test as a whole, which must have passed
    script/name ...         a script, which must be executable; the row then quotes its last result after "last result:"
A row without a test, with a test that did not run, was skipped or failed, fails.
"""

import argparse
import fnmatch
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "script" / "test.d"))
import results  # noqa: E402


@dataclass
class Row:
    line: int
    section: str
    requirement: str
    shown_by: str


def rows_of(text):
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            section = line[3:].strip()
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if len(cells) >= 2 and not set(cells[0]) <= set("-: ") and cells[0].lower() != "requirement":
            yield Row(number, section, cells[0], "|".join(cells[1:]))


def problems_of(row, outcomes, is_executable):
    """What keeps the row from holding; empty when it holds."""
    names = re.findall(r"`([^`]+)`", row.shown_by)
    problems = []
    for name in names:
        if name.startswith("script/"):
            script = name.split()[0]
            if not is_executable(script):
                problems.append(f"{script} is not there or cannot be run")
            elif not re.search(r"last result: \S", row.shown_by):
                problems.append(f"{script}: the row does not quote its last result")
            continue
        matching = [test for test in outcomes if fits(name, test)]
        if not matching:
            problems.append(f"{name} did not run")
        problems += [f"{test} {outcomes[test]}" for test in matching if outcomes[test] != "passed"]
    if not names:
        problems.append("names no test")
    return problems


def fits(name, test):
    if "::" not in name and name.endswith(".py"):
        return test.startswith(name + "::")
    # A parametrised test stands for all its cases: test_x[case], Cases/Test.Name/0, Test/0.Name.
    if fnmatch.fnmatchcase(test, name) or test.startswith(name + "["):
        return True
    suite, _, rest = test.partition(".")
    return "::" not in test and any(fnmatch.fnmatchcase(f"{part}.{rest.split('/')[0]}", name) for part in suite.split("/"))


def outcomes_in(folder):
    """Test -> outcome over all stages. A test that failed anywhere failed; one that a sanitizer's stage skipped has
    passed if it passed in another."""
    worst = {"skipped": 0, "passed": 1, "failed": 2}
    stages = folder / "stages.json"
    found = {f"stage.{name}": outcome for name, outcome in json.loads(stages.read_text()).items()} if stages.exists() else {}
    for path in sorted(folder.glob("*.xml")):
        if path.stem == "acceptance":
            continue
        for case in results.read(path):
            if worst[case.outcome] >= worst.get(found.get(case.name), -1):
                found[case.name] = case.outcome
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--junit", type=Path, required=True)
    options = parser.parse_args()
    outcomes = outcomes_in(options.results)
    suite = ElementTree.Element("testsuite", name="acceptance")
    failed = 0
    count = 0
    for row in rows_of((REPO / "tests" / "ACCEPTANCE.md").read_text()):
        count += 1
        problems = problems_of(row, outcomes, lambda script: os.access(REPO / script, os.X_OK))
        case = ElementTree.SubElement(suite, "testcase", classname="acceptance", name=f"line {row.line}: {row.requirement[:100]}")
        if problems:
            failed += 1
            ElementTree.SubElement(case, "failure", message="; ".join(problems))
    if count == 0:
        failed = 1
        case = ElementTree.SubElement(suite, "testcase", classname="acceptance", name="tests/ACCEPTANCE.md")
        ElementTree.SubElement(case, "failure", message="has no rows")
    ElementTree.ElementTree(suite).write(options.junit)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
