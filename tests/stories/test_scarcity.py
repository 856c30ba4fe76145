"""Where the machine gives a server less than it would like."""

import re
import socket
from pathlib import Path

import httpx


def asked(connection, path="/healthz"):
    """The status line of an answer on a connection that is kept."""
    connection.settimeout(30)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return connection.recv(65536).split(b"\r\n")[0]


def test_a_server_that_may_open_few_files_takes_fewer_connections_and_goes_on(herald):
    server = herald.start(under=("prlimit", "--nofile=64:256"))
    herald.wait_for_log("at most 128 connections at once, of 256 files")
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as first:
        assert first.get("/healthz").status_code == 200
        others = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        assert {asked(other) for other in others[:127]} == {b"HTTP/1.1 200 OK"}, "more than the soft limit of 64"
        assert first.post("/v1/models", json={"name": "churn"}).status_code == 201, "with all connections taken"
        assert first.put("/v1/secrets/key", json={"value": "v"}).status_code < 300
        for other in others[:127]:
            other.close()
        assert {asked(other) for other in others[127:]} == {b"HTTP/1.1 200 OK"}, "those that waited"
        for other in others[127:]:
            other.close()
    assert "could not be accepted" not in herald.log.read_text()


def memory_of(server):
    """Bytes of its own, without what is mapped of files."""
    return int(re.search(r"^RssAnon:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text(), re.M).group(1)) * 1024


def test_connections_that_are_kept_keep_no_room_for_bodies(herald):
    """The refused body of each had 60 KB, which a buffer of 64 KiB took."""
    server = herald.start()
    body = b'{"name":"' + b"x" * 60_000 + b'"}'
    request = (b"POST /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
               + str(len(body)).encode() + b"\r\n\r\n" + body)

    def kept():
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 422 ")
        return connection

    connections = [kept() for _ in range(50)]
    before = memory_of(server)
    connections += [kept() for _ in range(600)]
    grown = (memory_of(server) - before) / 600
    assert grown < 40_000, f"each connection that waits keeps {grown:.0f} bytes"
    assert {asked(connection) for connection in connections} == {b"HTTP/1.1 200 OK"}, "all of them are kept"
    for connection in connections:
        connection.close()
