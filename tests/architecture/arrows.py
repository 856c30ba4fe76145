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
    "connectors": ["base", "reflect", "disk", "registry", "eventstore", "lmdb/testing/temp_folder.h", "automations/ports.h", "api/ports.h"],
    "api": ["base", "reflect", "lmdb", "registry", "eventstore", "projections", "recorder", "work", "automations"],
    "cli": ["base", "reflect", "registry", "eventstore", "projections", "recorder", "work", "connectors", "api/ports.h"],
    "server": ["base", "reflect", "disk", "lmdb", "registry", "eventstore", "projections", "recorder", "work", "automations",
               "connectors", "api", "cli"],
}
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


def wrong_includes(room, text, file):
    """The includes in `text` that the table does not allow."""
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        other = target.split("/")[0]
        if other == room or other not in MAY_INCLUDE:
            continue
        if other in MAY_INCLUDE[room] or target in MAY_INCLUDE[room]:
            continue
        yield Include(file, text.count("\n", 0, match.start()) + 1, target)
