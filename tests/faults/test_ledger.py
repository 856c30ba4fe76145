"""The account that the tests of this folder trust: what goes wrong in a writer's thread must fail the test."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.support.ledger import Ledger, Writer


class Acknowledges(BaseHTTPRequestHandler):
    def do_PATCH(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Herald-Sequence", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = HTTPServer(("127.0.0.1", 0), Acknowledges)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_value_that_is_answered_twice_fails_whoever_joins_its_writer(server):
    ledger = Ledger()
    ledger.acknowledge("w-1", 6)
    writer = Writer("w", ledger, "churn")
    writer.run_against(server.server_port)
    with pytest.raises(AssertionError, match="w-1 was answered twice"):
        writer.join()


def test_a_connection_that_breaks_fails_nobody():
    writer = Writer("w", Ledger(), "churn")
    closed = HTTPServer(("127.0.0.1", 0), Acknowledges)
    port = closed.server_port
    closed.server_close()
    writer.run_against(port)
    writer.join()
