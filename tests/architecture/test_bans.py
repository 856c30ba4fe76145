"""Calls that have one home, with what to use instead."""

import re
from dataclasses import dataclass

import pytest

from tests.architecture.arrows import REPO, sources


@dataclass(frozen=True)
class Ban:
    pattern: str
    instead: str
    homes: tuple = ()          # files and folders where it may stand
    in_tests: bool = False     # may *_test.cc use it?


BANS = [
    Ban(r"system_clock::now|\btime\(nullptr\)|\bgettimeofday\(|clock_gettime\(", "the injected Clock (base/clock.h)",
        ("base/clock.cc",)),
    Ban(r"steady_clock::now", "the injected Clock's steady() (base/clock.h)", ("base/clock.cc",), in_tests=True),
    Ban(r"\bsleep_for\(|\bsleep_until\(|\busleep\(|\bnanosleep\(|\bsleep\(\d", "wait for the event itself (eventstore/tail.h, a condition variable)"),
    Ban(r"\bpoll\(nullptr|\bwhile \((last\(\) ==|system_clock\(\))|\bselect\(0,",
        "wait for the event itself: Tail::wait_beyond, a stream's next line, a clock that the test moves (api/testing/moved_clock.h)",
        ("cli/client.cc",)),
    Ban(r"\bwait_for\([1-9]\d*ms\)", "a future that is ready, or one that is got: a time tells nothing",
        ("automations/dispatcher_test.cc",)),
    Ban(r"\bstd::promise\b", "answer_into (base/answer.h): a promise on a stack may go while who answers is still leaving set_value()",
        ("base/answer.h", "server/signals.cc", "recorder/testing/"), in_tests=True),
    Ban(r"\brand\(\)|random_device|\bsrand\(", "IdSource or random_bytes (base/ids.h)"),
    Ban(r"\bgetenv\(", "server/config", ("base/fail_point.cc", "connectors/testing/", "server/", "cli/"), in_tests=True),
    Ban(r"#include <simdjson", "json::Document (reflect/json_value.h)", ("reflect/json_value.cc",)),
    Ban(r"#include <lmdb\.h>", "lmdb/lmdb.h", ("lmdb/lmdb.cc", "projections/testing/cursor_steps.cc")),
    Ban(r"#include <boost/(asio|beast)", "plain interfaces; Beast stays in api/", ("api/",)),
    Ban(r"#include <curl/", "the one client of the room", ("connectors/http_", "cli/")),
    Ban(r"#include <librdkafka/", "connectors/kafka", ("connectors/kafka/",)),
    Ban(r"\bstd::system\(|\bpopen\(", "no shell from the server", in_tests=True),
    Ban(r"\bstrcmp\(|\bmemcmp\(", "std::string_view, or equal_in_constant_time (base/digest.h)"),
    Ban(r"\bany_io_executor\b", "the concrete executor", ()),
    Ban(r"MDB_WRITEMAP|MDB_NOMETASYNC|MDB_DUPSORT", "none of them (docs/adr/0007-lmdb-as-it-is-safest.md)"),
    Ban(r"\bcatch \(\.\.\.\)", "catch what you expect; a broken invariant ends the process",
        ("api/", "work/", "server/main.cc"), in_tests=True),
]


def uncommented(text):
    """The code without its `//` comments, its lines kept."""
    return re.sub(r"//[^\n]*", "", text)


def offences(ban, path, text):
    if any(path.startswith(home) for home in ban.homes) or (ban.in_tests and path.endswith("_test.cc")):
        return []
    return [f"{path}:{uncommented(text).count(chr(10), 0, match.start()) + 1} has {match.group()}: use {ban.instead}"
            for match in re.finditer(ban.pattern, uncommented(text))]


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.pattern[:30])
def test_banned_calls_stay_at_home(ban):
    wrong = [line for _, path in sources()
             for line in offences(ban, str(path.relative_to(REPO)), path.read_text())]
    assert not wrong, "\n".join(wrong)


def test_a_banned_call_is_found():
    assert offences(BANS[0], "recorder/x.cc", "int a;\nauto t = std::chrono::system_clock::now();\n") == [
        "recorder/x.cc:2 has system_clock::now: use the injected Clock (base/clock.h)"]


SLEEPS = re.compile(r"\btime\.sleep\(|\basyncio\.sleep\([^0)]"
                    # asked again and again, until it is so or a number of times is over
                    r"|^( *)for _ in range\(.*\n(?:(?:\1 .*)?\n)*?\1 +(?:break|continue)\b", re.M)


def test_python_tests_wait_for_events_and_do_not_sleep():
    wrong = [str(path.relative_to(REPO)) for folder in ("tests", "script")
             for path in (REPO / folder).glob("**/*.py") if path.name != "test_bans.py" and SLEEPS.search(path.read_text())]
    assert not wrong, "sleeps in " + ", ".join(wrong)


@pytest.mark.parametrize("text, sleeps", [
    ("time.sleep(1)", True), ("for _ in range(200):\n    if done():\n        break\n", True),
    ("    for _ in range(9):\n        try:\n            ask()\n\n        except Error:\n            continue\n", True),
    ("for _ in range(20):\n    post()\nfor name in names:\n    break\n", False)])
def test_a_sleep_in_disguise_is_found(text, sleeps):
    assert bool(SLEEPS.search(text)) == sleeps
