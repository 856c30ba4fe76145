"""A real `mlflow server` from PyPI, for comparison: SQLite, its default number of workers, loopback."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
VENV = REPO / "build" / "mlflow-venv"
VERSION = "3.17.2"


class MlflowServer:
    def __enter__(self):
        install()
        self._folder = tempfile.mkdtemp(prefix="herald-bench-mlflow-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [VENV / "bin" / "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri",
             f"sqlite:///{self._folder}/mlflow.db", "--artifacts-destination", f"{self._folder}/artifacts"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self._wait_until_it_answers()
        return self

    def __exit__(self, *_):
        subprocess.run(["pkill", "--session", str(self._process.pid)], check=False)
        self._process.wait(timeout=60)
        shutil.rmtree(self._folder)

    def post(self, path, body):
        request = urllib.request.Request(f"{self.url}/api/2.0/mlflow/{path}", json.dumps(body).encode(),
                                         {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def _wait_until_it_answers(self):
        for line in self._process.stderr:
            if "Application startup complete" in line:
                return
        raise RuntimeError("mlflow server did not start")


def install():
    if (VENV / "bin" / "mlflow").exists():
        return
    print(f"bench: installing mlflow {VERSION} into {VENV}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([VENV / "bin" / "pip", "install", "--quiet", f"mlflow=={VERSION}"], check=True, stdout=sys.stderr)
