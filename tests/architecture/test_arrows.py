"""Includes point down, never up, never sideways except where said."""

import re

import pytest

from tests.architecture.arrows import INCLUDE, MAY_INCLUDE, REPO, sources, wrong_includes


def test_every_include_follows_the_arrows():
    wrong = []
    for room, path in sources():
        # A test may use the rooms above as a stage, but not what its own room could not see.
        wrong += wrong_includes(room, path.read_text(), str(path.relative_to(REPO)))
    assert not wrong, "\n".join(f"{w.file}:{w.line} includes {w.target}" for w in wrong)


def test_an_arrow_that_points_up_is_found():
    found = list(wrong_includes("registry", '#pragma once\n#include "eventstore/log.h"\n', "registry/x.h"))
    assert [(w.line, w.target) for w in found] == [(2, "eventstore/log.h")]


def test_connectors_see_only_the_ports_of_automations_and_api():
    text = '#include "api/ports.h"\n#include "api/server.h"\n'
    assert [w.target for w in wrong_includes("connectors", text, "connectors/x.cc")] == ["api/server.h"]


@pytest.mark.parametrize("file, header", [("connectors/x.cc", "lmdb/testing/temp_folder.h"), ("registry/x.cc", "registry/testing/y.h")])
def test_what_is_for_tests_is_included_by_tests_alone(file, header):
    room, text = file.split("/")[0], f'#include "{header}"\n'
    assert [w.target for w in wrong_includes(room, text, file)] == [header]
    for test in (f"{room}/x_test.cc", f"{room}/testing/x.h"):
        assert not list(wrong_includes(room, text, test)), test


def test_the_table_has_no_circle():
    below = {room: {other.split("/")[0] for other in others if "/" not in other} for room, others in MAY_INCLUDE.items()}
    while below:
        leaves = [room for room, others in below.items() if not others & below.keys()]
        assert leaves, f"a circle among {sorted(below)}"
        for room in leaves:
            del below[room]


def test_includes_of_our_own_files_name_the_room():
    wrong = [f"{path.relative_to(REPO)}: {target}" for _, path in sources()
             for target in INCLUDE.findall(path.read_text()) if "/" not in target]
    assert not wrong, "write the path from the root: " + ", ".join(wrong)


def test_every_header_begins_with_its_promise():
    wrong = [str(path.relative_to(REPO)) for _, path in sources()
             if path.suffix == ".h" and not re.match(r"// \S", path.read_text())]
    assert not wrong, "the first line says what the header is for: " + ", ".join(wrong)
