"""tests/ACCEPTANCE.md before anything is built: each section is there, each row names tests that are in the source."""

import fnmatch
import re

import pytest

from tests.architecture.arrows import REPO
from tests.architecture.check_acceptance import rows_of

TEXT = (REPO / "tests" / "ACCEPTANCE.md").read_text()
SECTIONS = ["1. Two commands on a fresh machine", "2. The log and the recorder", "3. A first registry", "4. The door and the command line",
            "5. Kafka", "6. Automations", "7. The demo, on real input", "8. Tests", "9. For whoever comes next"]
GROWING = ["Models and versions", "Links and lineage", "Aliases and stages", "Evaluations", "Comparing versions", "Search",
           "Events, to find and to take along", "Doors", "Errors", "Quality of the API", "The command line"]


def names():
    return sorted({name for row in rows_of(TEXT) for name in re.findall(r"`([^`]+)`", row.shown_by)})


@pytest.fixture(scope="module")
def cpp_tests():
    found = set()
    for path in [*REPO.glob("[a-z]*/*_test.cc"), *REPO.glob("[a-z]*/*/*_test.cc"), *REPO.glob("[a-z]*/*/*/*_test.cc")]:
        if path.relative_to(REPO).parts[0] != "build":
            found |= {f"{suite}.{name}" for suite, name in re.findall(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\((\w+),\s*(\w+)", path.read_text(), re.M)}
    found |= {f"compile_fail.{path.stem}" for path in (REPO / "tests" / "compile_fail").glob("*.cc")}
    return found


def test_every_section_has_rows():
    found = [row.section for row in rows_of(TEXT)]
    assert list(dict.fromkeys(found)) == SECTIONS + GROWING
    assert all(found.count(section) >= 5 for section in SECTIONS)


def test_no_requirement_stands_there_twice():
    found = [(row.section, row.requirement) for row in rows_of(TEXT)]
    assert len(found) == len(set(found))


def test_every_row_names_tests_that_exist(cpp_tests):
    stages = (REPO / "script" / "test.d" / "stages.py").read_text()
    missing = []
    for name in names():
        if name.startswith("script/"):
            there = (REPO / name.split()[0]).exists()
        elif name.startswith("stage."):
            there = f'"{name.removeprefix("stage.")}": Stage(' in stages
        elif name.startswith("tests/"):
            file, _, function = name.partition("::")
            there = (REPO / file).exists() and f"def {function or 'test_'}" in (REPO / file).read_text()
        else:
            there = any(fnmatch.fnmatchcase(test, name) for test in cpp_tests)
        if not there:
            missing.append(name)
    assert not missing, "\n".join(missing)
