"""A real HTTP receiver for what Herald sends: webhook, Slack, Teams. It keeps every call; its answers can be changed while
a test runs, for all calls or for a path."""

import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict          # names in lower case
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"ok"
    headers: dict = field(default_factory=dict)
    hold: threading.Event = None      # answers only when this is set
    drop: bool = False                # closes without an answer


class Receiver:
    """Answers 200 `ok`, as Slack does, until told otherwise."""

    def __init__(self, port=0):
        self._changed = threading.Condition()
        self._calls = []
        self._standing = {}                       # path, or None for all -> Reply
        self._scripted = defaultdict(deque)       # path, or None -> replies for the next calls
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._server.server_address[1]

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, reply, path=None):
        """From now on."""
        with self._changed:
            self._standing[path] = reply

    def answer_next(self, *replies, path=None):
        """The next calls, one after the other; then as before."""
        with self._changed:
            self._scripted[path].extend(replies)

    def calls(self, path=None):
        with self._changed:
            return [call for call in self._calls if path is None or call.path == path]

    def wait_for(self, count=1, path=None, timeout=30):
        """The calls, as soon as there are so many."""
        def enough():
            return len([call for call in self._calls if path is None or call.path == path]) >= count
        with self._changed:
            if not self._changed.wait_for(enough, timeout):
                raise AssertionError(f"{len(self._calls)} calls came within {timeout} s, not {count}: {self._calls}")
        return self.calls(path)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _take(self, call):
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()
            for path in (call.path, None):
                if self._scripted[path]:
                    return self._scripted[path].popleft()
            return self._standing.get(call.path) or self._standing.get(None) or Reply()


def handler_for(receiver):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receiver._take(Call(self.command, self.path, headers, body))
            if reply.hold:
                reply.hold.wait(60)
            if reply.drop:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

        def log_message(self, *_):
            pass

    return Handler
