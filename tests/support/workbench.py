"""A folder in which the scripts run while what they call (installers, compilers) is a stand-in that writes down how it was
called."""

import os
import shutil
import subprocess

from tests.architecture.arrows import REPO

STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >>{calls}
echo "$(basename "$0") says why" >&2
exit {code}
"""


class Workbench:
    """A copy of script/ and .ci/, and the stand-ins; `fails`: those of them that end with 1."""

    def __init__(self, folder):
        self.folder = folder
        self._calls = folder / "calls"
        shutil.copytree(REPO / "script", folder / "script")
        shutil.copytree(REPO / ".ci", folder / ".ci")
        (folder / "tests").mkdir()
        (folder / "bench").mkdir()
        shutil.copy(REPO / "tests" / "requirements.txt", folder / "tests")
        (folder / "bench" / "log_bench.cc").touch()

    def stand_in(self, path, code=0):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STAND_IN.format(calls=self._calls, code=code))
        path.chmod(0o755)

    def run(self, script, *arguments, terminal=None, cache=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HERALD_")}
        return subprocess.run([self.folder / script, *arguments], text=True, timeout=60, stdin=terminal or subprocess.DEVNULL,
                              stdout=terminal or subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**environment, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HERALD_JOBS": "2",
                                   **({"XDG_CACHE_HOME": str(cache)} if cache else {})})

    def calls(self):
        return self._calls.read_text().splitlines() if self._calls.exists() else []
