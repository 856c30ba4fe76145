"""An account, kept outside the server, of what it acknowledged: writers that each repeat an unanswered request under its
idempotency key until it is answered, and what was answered."""

import http.client
import itertools
import json
import threading
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """Thread-safe. `acknowledged`: value written -> sequence that the server named for it."""

    acknowledged: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: threading.Condition = None

    def __post_init__(self):
        self._changed = threading.Condition(self._lock)

    def acknowledge(self, value, sequence):
        with self._changed:
            assert value not in self.acknowledged, f"{value} was answered twice"
            self.acknowledged[value] = sequence
            self._changed.notify_all()

    def refuse(self, value, status, body):
        with self._changed:
            self.refused.append((value, status, body))
            self._changed.notify_all()

    def wait_for(self, count, timeout):
        """Until `count` values are acknowledged in all, or a refusal comes."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.acknowledged) >= count or self.refused, timeout)


class Writer:
    """Sets a tag of a model to one new value after the other. A value whose answer did not come is sent again first."""

    def __init__(self, name, ledger, model):
        self._name, self._ledger, self._model = name, ledger, model
        self._numbers = itertools.count(1)
        self._open = None
        self._thread = None
        self._failure = None

    def run_against(self, port):
        """In a thread of its own, until the connection breaks."""
        self._thread = threading.Thread(target=self._run, args=(port,), name=self._name)
        self._thread.start()

    def join(self):
        """Until the thread has ended. What went wrong in it goes wrong here: an assertion in a thread fails no test."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self, port):
        try:
            self._write_to(port)
        except BaseException as failure:
            self._failure = failure

    def _write_to(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            while True:
                if self._open is None:
                    self._open = f"{self._name}-{next(self._numbers)}"
                self._send(connection, self._open)
                self._open = None
        except (OSError, http.client.HTTPException):
            pass  # killed; the open value comes again
        finally:
            connection.close()

    def _send(self, connection, value):
        connection.request("PATCH", f"/v1/models/{self._model}/tags", json.dumps({self._name: value}),
                           {"Content-Type": "application/json", "Idempotency-Key": value})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            self._ledger.acknowledge(value, int(answer.headers["Herald-Sequence"]))
        else:
            self._ledger.refuse(value, answer.status, body)
            raise http.client.HTTPException(f"{answer.status}")
