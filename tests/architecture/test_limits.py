"""Every limit has one home, base/limits.h; docs/limits.md says the same, and the code holds to it."""

import re

import pytest

from tests.architecture.arrows import REPO, sources

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "hours": 1, "days": 24}


def in_code(text):
    """name -> value; durations in hours, as they are written there."""
    found = re.findall(r"constexpr [\w:]+ (k\w+)(?: = |\{)([^;}]+)", text)
    return {name: evaluated(expression) for name, expression in found}


def evaluated(expression):
    """`1 << 20`, `65'535`, `7 * 24`."""
    plain = re.sub(r"'|(?<=\d)u?l*\b", "", expression.strip())
    assert re.fullmatch(r"\d+( (<<|\*) \d+)?", plain), expression
    return eval(plain)


def in_docs(text):
    """name -> the number that its row begins with, in the unit of the code."""
    found = re.findall(r"^\| `(k\w+)` \| ([\d,]+)(?: (\w+))?", text, re.M)
    return {name: int(number.replace(",", "")) * UNITS.get(unit, 1) for name, number, unit in found}


@pytest.fixture
def limits():
    return in_code((REPO / "base" / "limits.h").read_text())


def test_the_docs_say_what_the_code_says(limits):
    assert limits and in_docs((REPO / "docs" / "limits.md").read_text()) == limits


def test_every_limit_is_used(limits):
    """By the product: a test that names a limit does not hold anything to it."""
    text = "\n".join(path.read_text() for _, path in sources()
                     if path.name != "limits.h" and not path.name.endswith("_test.cc") and "testing" not in path.parts)
    unused = [name for name in limits if not re.search(rf"\b{name}\b", text)]
    assert not unused, "limits that nothing holds to: " + ", ".join(unused)


def test_no_limit_is_overlooked(limits):
    declared = re.findall(r"constexpr .*\b(k[A-Z]\w+)", (REPO / "base" / "limits.h").read_text())
    assert sorted(declared) == sorted(limits)


# What others set: LMDB for keys, with room for what Herald adds to them; Kafka for names; the screen for its columns.
SET_BY_OTHERS = {"eventstore/format.h": {"kMaxRecordKeyBytes", "kMaxSubjectBytes"}, "projections/history.cc": {"kMaxKeyBytes"},
                 "connectors/kafka/config.cc": {"kMaxTopicName", "kMaxTransactionalId"}, "cli/help.cc": {"kMaxNameWidth"}}


def test_a_limit_has_no_other_home():
    elsewhere = {}
    for _, path in sources():
        file = str(path.relative_to(REPO))
        named = set(re.findall(r"constexpr [\w:]+ (kMax[A-Z]\w*)", path.read_text())) if file != "base/limits.h" else set()
        if named - SET_BY_OTHERS.get(file, set()):
            elsewhere[file] = named - SET_BY_OTHERS.get(file, set())
    assert not elsewhere, f"base/limits.h is the home of {elsewhere}"


@pytest.mark.parametrize("line, value", [("std::size_t kA = 1 << 20;", 1 << 20), ("std::size_t kA = 65'535;", 65535),
                                         ("std::uint64_t kA = 64ull << 30;", 64 << 30), ("std::chrono::hours kA{7 * 24};", 168)])
def test_values_are_read(line, value):
    assert in_code("inline constexpr " + line) == {"kA": value}


@pytest.mark.parametrize("cell, value", [("65,535 bytes for one event", 65535), ("1 MiB of events", 1 << 20), ("256", 256),
                                         ("7 days", 168), ("48 hours between", 48)])
def test_rows_are_read(cell, value):
    assert in_docs(f"| `kA` | {cell} | 422 |") == {"kA": value}
