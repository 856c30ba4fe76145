"""Running one program of a stage: its output into a file, a sign of life on the screen, a limit on its time."""

import os
import re
import signal
import subprocess
import threading
import time

HEARTBEAT_S = 20
# How far a program is, in what it prints: ninja `[12/300]`, CTest ` 12/300 Test`, pytest `[ 45%]`.
PROGRESS = re.compile(rb"\[(\d+/\d+)\]|^ *(\d+/\d+) Test|\[ *(\d+%)\]", re.M)


RUNNING = set()  # processes


def say(text):
    print(text, flush=True)


def run_logged(command, log, limit_s, env=None):
    """Appends the output of `command` to `log`. The exit code, or None when it was stopped at its limit."""
    with open(log, "ab") as out:
        start_of_output = out.tell()
        out.write(("$ " + " ".join(map(str, command)) + "\n").encode())
        out.flush()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, **(env or {})}, start_new_session=True)
        RUNNING.add(process)
        done = threading.Event()
        watcher = threading.Thread(target=show_progress, args=(log, start_of_output, done), daemon=True)
        watcher.start()
        try:
            return process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # What the program left behind (servers of a test that hung) goes with it.
            stop_group(process)
            RUNNING.discard(process)
            done.set()
            watcher.join()


def stop_all():
    for process in list(RUNNING):
        stop_group(process)


def stop_group(process):
    # A program that has ended had its chance to clean up: what it left is ended hard.
    signals = (signal.SIGTERM, signal.SIGKILL) if process.poll() is None else (signal.SIGKILL,)
    for sign in signals:
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            pass


def show_progress(log, start, done):
    began = time.monotonic()
    while not done.wait(HEARTBEAT_S):
        with open(log, "rb") as text:
            text.seek(start)
            found = PROGRESS.findall(text.read())
        far = next(filter(None, found[-1])).decode() if found else ""
        say(f"   ... {far} after {time.monotonic() - began:.0f} s")


def end_of(log, lines=60):
    with open(log, errors="replace") as text:
        return text.read().splitlines()[-lines:]
