"""Which room may include which, as ARCHITECTURE.md draws it."""

import re
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]

# A room may include itself and what stands here. `room/file.h` allows one header of a room and no other.
MAY_INCLUDE = {
    "base": [],
    "reflect": ["base"],
    "disk": ["base"],
    "lmdb": ["base", "disk"],
    "eventstore": ["base", "lmdb", "disk/testing/small_disk.h"],
    "registry": ["base", "reflect"],
    "projections": ["base", "reflect", "disk", "lmdb", "registry"],
    "work": ["base", "reflect", "disk", "lmdb", "registry"],
    "recorder": ["base", "reflect", "disk", "lmdb", "registry", "eventstore", "projections"],
    "automations": ["base", "reflect", "lmdb", "registry", "eventstore", "projections", "recorder", "work"],
    "connectors": ["base", "reflect", "disk", "registry", "eventstore", "automations/ports.h", "api/ports.h"],
    "api": ["base", "reflect", "lmdb", "registry", "eventstore", "projections", "recorder", "work", "automations"],
    "cli": ["base", "reflect", "disk", "registry", "eventstore", "projections", "recorder", "work", "connectors", "api/ports.h"],
    "server": ["base", "reflect", "disk", "lmdb", "registry", "eventstore", "projections", "recorder", "work", "automations",
               "connectors", "api", "cli"],
}
# The same, for a room's tests and what is in its testing/ folders.
ITS_TESTS_MAY_INCLUDE = {"connectors": ["lmdb/testing/temp_folder.h"]}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


@dataclass(frozen=True)
class Include:
    file: str
    line: int
    target: str


def sources():
    for room in MAY_INCLUDE:
        for path in sorted((REPO / room).glob("**/*")):
            if path.suffix in (".h", ".cc"):
                yield room, path


def is_for_tests(file):
    return file.endswith("_test.cc") or "/testing/" in file


def is_wrong(room, file, target):
    if is_for_tests(target) and not is_for_tests(file):
        return True
    other = target.split("/")[0]
    if other == room or other not in MAY_INCLUDE:
        return False
    allowed = MAY_INCLUDE[room] + (ITS_TESTS_MAY_INCLUDE.get(room, []) if is_for_tests(file) else [])
    return other not in allowed and target not in allowed


def wrong_includes(room, text, file):
    """The includes in `text` that the tables do not allow. What is shipped includes nothing of a testing/ folder."""
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        if is_wrong(room, file, target):
            yield Include(file, text.count("\n", 0, match.start()) + 1, target)
