"""A `herald serve` on a free port with a data folder that is thrown away."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path


def build_folder():
    """What is measured: a release build, unless `script/bench --preset` says another to try the measurements themselves."""
    return Path(__file__).resolve().parents[2] / "build" / os.environ.get("HERALD_BENCH_PRESET", "release")


class Server:
    def __init__(self, *arguments):
        self._arguments = arguments

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="herald-bench-")
        self._process = subprocess.Popen(
            [build_folder() / "herald", "serve", "--data", f"{self._folder}/data", "--listen", "127.0.0.1:0", "--log-level", "warn",
             *self._arguments], stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if "http://" not in line:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.url = line[line.index("http://"):].strip()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder)

    @property
    def pid(self):
        return self._process.pid

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
