"""A real `herald serve`: on a free port, with a data folder of its own, started, stopped and killed as a test needs.

`herald` (function) and `herald_of_the_module` in tests/conftest.py give a Herald; `herald.start()` gives a Server.
What the server logs goes to DIR/server.log, and is shown with the failure of a start. An answer with a 5xx, whoever asked,
is a defect that fails the test at its end, unless the test means it: `herald.means("storage-full")`.
"""

import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote

import httpx

REPO = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("HERALD_BINARY", REPO / "build" / "release" / "herald"))
START_LIMIT_S = 60
STOP_LIMIT_S = 60
TRUST = ssl.create_default_context()   # once: httpx would read all roots anew for each request, 50 ms of a processor
LOGGED_DEFECT = re.compile(r"request [0-9a-f-]{36}: [A-Z]+ \S+: (\S+): |ended by a defect")
READY = re.compile(r"^herald listens at (https?)://[0-9.]+:(\d+)$")


class Herald:
    """A data folder, and the processes that are run on it one after the other."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._servers = []
        self._meant = set()

    def start(self, *options, environment=None, under=()):
        """Returns when the server is ready. `options`: more arguments of `herald serve`. `under`: the beginning of a command line
        that runs the rest of it, as prlimit."""
        server = Server(self, options, environment or {}, under)
        self._servers.append(server)
        server.wait_until_ready()
        return server

    def fsck(self):
        return self.run("fsck", "--data", self.data)

    def rebuild(self):
        return self.run("rebuild", "--data", self.data)

    def run(self, *arguments, **options):
        """The binary with these arguments, to its end."""
        return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=environment_with({}), **options)

    def means(self, *codes):
        """Refusals with a 5xx that this test brings about on purpose."""
        self._meant.update(codes)

    def defects(self):
        """What the servers logged of answers with a 5xx, and of what they did not expect of themselves."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        found = [(line, LOGGED_DEFECT.search(line)) for line in lines]
        return [line for line, match in found if match and match.group(1) not in self._meant]

    def wait_for_log(self, words, timeout=30):
        """Until a line with these words is logged, by any of the servers."""
        with subprocess.Popen(["tail", "--lines=+1", "--follow", str(self.log)], stdout=subprocess.PIPE, text=True) as tail:
            watchdog = threading.Timer(timeout, tail.kill)
            watchdog.start()
            found = any(words in line for line in tail.stdout)
            watchdog.cancel()
            tail.kill()
        assert found, f"nothing was logged of {words!r} within {timeout} s"

    def close(self):
        for server in self._servers:
            server.kill()
        defects = self.defects()
        assert not defects, "a 5xx is a defect:\n" + "\n".join(defects)


class Server:
    def __init__(self, herald, options, environment, under=()):
        self.herald = herald
        self.port = None
        log = open(herald.log, "ab")
        with log:
            self.process = subprocess.Popen(
                [*under, BINARY, "serve", "--data", herald.data, *([] if "--listen" in options else ["--listen", "127.0.0.1:0"]),
                 *map(str, options)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                env=environment_with(environment))

    def wait_until_ready(self):
        """Reads the one line that the server prints when it can be asked."""
        watchdog = threading.Timer(START_LIMIT_S, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline().rstrip("\n")
        watchdog.cancel()
        ready = READY.match(line)
        if not ready:
            self.process.kill()
            raise AssertionError(f"no ready line but {line!r}; exit code {self.process.wait()}; its log:\n"
                                 + self.herald.log.read_text()[-4000:])
        self.scheme, self.port = ready.group(1), int(ready.group(2))

    def claim_link(self):
        """What a server without administrator prints next: why, and the link."""
        self.process.stdout.readline()
        return self.process.stdout.readline().strip()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    # ---- HTTP ----

    def request(self, method, path, body=None, *, idempotency_key=None, headers=None, timeout=30):
        """Any request; the answer is httpx's. `body`: bytes and text as they are, all else as JSON."""
        headers = {"Connection": "close", **(headers or {})}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        return httpx.request(method, self.url + path, content=body, headers=headers, timeout=timeout, trust_env=False,
                             verify=TRUST)

    def get(self, path, **options):
        return self._succeed("GET", path, None, **options)

    def post(self, path, body=None, **options):
        return self._succeed("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self._succeed("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self._succeed("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self._succeed("DELETE", path, None, **options)

    def _succeed(self, method, path, body, **options):
        answer = self.request(method, path, body, **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def every_event(self, filters=""):
        path = f"/v1/events?limit=1000{filters and '&' + filters}"
        page = self.get(path)
        yield from page["items"]
        while "next" in page:
            page = self.get(f"{path}&cursor={quote(page['next'])}")
            yield from page["items"]

    @contextlib.contextmanager
    def stream(self, query="", headers=None, timeout=30):
        """Yields an iterator over (id, event type, data) of the live stream, heartbeats left out."""
        with httpx.stream("GET", f"{self.url}/v1/events/stream{query and '?' + query}", headers=headers or {},
                          timeout=timeout, trust_env=False, verify=TRUST) as answer:
            assert answer.status_code == 200, answer.read()
            yield frames(answer.iter_lines())

    def wait_for_event(self, event_type, after=0, timeout=30, where=lambda event: True, headers=None):
        """The first event of a type behind `after` for which `where` holds, as soon as it is recorded."""
        with self.stream(f"type={event_type}&after={after}", headers, timeout=timeout) as events:
            for _, _, data in events:
                event = json.loads(data)
                if where(event):
                    return event
        raise AssertionError(f"the stream ended before a {event_type} came")

    # ---- the command line ----

    def cli(self, *arguments, stdin=None, environment=None, timeout=60):
        return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, input=stdin or "",
                              env=environment_with({"HERALD_URL": self.url, **(environment or {})}))

    # ---- its end ----

    def stop(self):
        """Asks it to stop; the exit code is 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.wait_until_gone()
        assert code == 0, f"exit code {code}; its log:\n{self.herald.log.read_text()[-4000:]}"

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait_until_gone()

    def wait_until_gone(self, timeout=STOP_LIMIT_S):
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code


def frames(lines):
    fields = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            if "data" in fields:
                yield fields.get("id"), fields.get("event"), fields["data"]
            fields = {}


def environment_with(more):
    """This process's environment without what would configure Herald, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HERALD_")}
    return {**kept, **more}
