"""The build as it was really made: which compiler options each of our sources got, and that its figures are written down."""

import json
import re
import shutil
import subprocess

import pytest

from tests.support.server import REPO

ROOMS = sorted(path.parent.name for path in REPO.glob("*/README.md") if path.parent.name not in ("tests", "docs"))


def sources_of(file):
    """What is compiled as one file are several of ours."""
    if "/Unity/" not in file:
        return [file]
    return re.findall(r'^#include "(.+)"$', open(file).read(), re.M)


@pytest.fixture(scope="module")
def commands():
    """source -> how the compiler was called for it, of all sources of the rooms, their tests included."""
    entries = json.loads((REPO / "build" / "release" / "compile_commands.json").read_text())
    ours = {source.removeprefix(f"{REPO}/"): entry["command"].split() for entry in entries for source in sources_of(entry["file"])}
    return {file: command for file, command in ours.items() if file.split("/")[0] in ROOMS}


def test_all_of_our_code_is_compiled_as_c_plus_plus_20_and_without_a_warning(commands):
    assert len(commands) > 200
    for file, command in commands.items():
        for option in ("-std=c++20", "-Wall", "-Wextra", "-Werror"):
            assert option in command, f"{file} is compiled without {option}"


@pytest.mark.skipif(not shutil.which("ccache"), reason="there is no ccache here")
def test_ccache_is_used_where_it_is():
    rules = (REPO / "build" / "release" / "CMakeFiles" / "rules.ninja").read_text()
    compiling = re.findall(r"^  command = (.+ -o \$out -c \$in)$", rules, re.M)
    assert compiling and all("ccache " in command for command in compiling)


def test_headers_that_most_files_include_are_compiled_once(commands):
    """Precompiled, and few files that include Beast."""
    api = [command for file, command in commands.items() if file.startswith("api/")]
    assert api and all("cmake_pch.hxx" in " ".join(command) for command in api)
    including = subprocess.run(["git", "grep", "-l", "-E", "include <boost/beast", "--", "*.cc", "*.h", ":!cmake"], cwd=REPO,
                               capture_output=True, text=True, check=True).stdout.split()
    assert 0 < len(including) <= 4, including


def test_the_compiler_is_one_that_the_distribution_has():
    cache = (REPO / "build" / "release" / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache, re.M).group(1)
    version = int(subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True, check=True).stdout.split(".")[0])
    assert version >= 12


def test_its_times_are_measured_and_below_what_is_asked():
    rows = re.findall(r"^\| (.+?) \| under (\d+) minutes \| (.+?) \| (.+?) \|$", (REPO / "CONTRIBUTING.md").read_text(), re.M)
    assert len(rows) == 3
    for what, asked, measured, command in rows:
        minutes = re.match(r"([\d.]+) minutes", measured)
        assert minutes, f"{what}: CONTRIBUTING.md has no figure but {measured!r}; run {command}"
        assert float(minutes.group(1)) < float(asked), what
