"""What runs beside the demo: the broker, the server. Each is stopped when its `with` ends."""

import contextlib
import re
import signal
import socket
import subprocess
import threading

from stage import Missing

START_LIMIT_S = 60
STOP_LIMIT_S = 60
PREFERRED_PORT = 8420


def is_free(port):
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_broker_port():
    """The controller takes the port 10000 above."""
    for port in range(9192, 9692, 7):
        if is_free(port) and is_free(port + 10000):
            return port
    raise Missing("no port is free for a Kafka broker between 9192 and 9692")


def wipe_kafka(repo, folder):
    subprocess.run([repo / "script" / "kafka", "wipe", "--dir", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def kafka(repo, folder):
    try:
        started = subprocess.run([repo / "script" / "kafka", "start", "--port", str(free_broker_port()), "--dir", folder],
                                 stdout=subprocess.PIPE, text=True)
        if started.returncode != 0:
            raise Missing("the Kafka broker did not start (see above)")
        yield started.stdout.strip()
    finally:
        wipe_kafka(repo, folder)


@contextlib.contextmanager
def server(binary, folder, options):
    """Yields the URL, once the server says that it listens."""
    port = PREFERRED_PORT if is_free(PREFERRED_PORT) else 0
    command = [binary, "serve", "--data", folder / "data", "--listen", f"127.0.0.1:{port}", *options]
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                                   start_new_session=True)   # Ctrl-C is for the demo, which stops the server in order
    try:
        watchdog = threading.Timer(START_LIMIT_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        ready = re.match(r"herald listens at (http://\S+)$", line)
        if not ready:
            raise Missing(f"the server did not start; its log ends so:\n{tail(folder / 'server.log')}")
        yield ready.group(1)
        process.send_signal(signal.SIGTERM)
        if process.wait(STOP_LIMIT_S) != 0:
            raise Missing(f"the server ended with exit code {process.returncode}; its log ends so:\n{tail(folder / 'server.log')}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def tail(path):
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:])
