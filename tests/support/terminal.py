"""A program on a terminal of its own: what is typed goes in as keys, what is shown comes out as a person would see it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

LIMIT_S = 30
PATIENCE_S = 3
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>()][A-Z0-9]?")


class Terminal:
    """with Terminal(["bash", "-i"], environment) as terminal: terminal.type("ls\\n"); terminal.wait_for("README")"""

    def __init__(self, arguments, environment, columns=100, lines=40):
        self.shown = ""      # all of it, with what steers the terminal
        self._read = 0       # of it without that, up to where something was waited for
        self.process, self.master = pty.fork()
        if self.process == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvpe(arguments[0], [str(argument) for argument in arguments], environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.master)
        try:
            os.kill(self.process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if self.process:
            os.waitpid(self.process, 0)

    def type(self, keys):
        os.write(self.master, keys.encode())

    @property
    def text(self):
        return ESCAPES.sub("", self.shown).replace("\r", "")

    def wait_for(self, pattern, again=None):
        """The match of a pattern in what came since the last wait. `again`: keys to press anew when nothing comes for some
        seconds, as somebody would who uses a machine that is busy."""
        end = time.monotonic() + LIMIT_S
        while True:
            match = re.compile(pattern, re.M).search(self.text, self._read)
            if match:
                self._read = match.end()
                return match
            left = end - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.text[self._read:]!r}"
            if not self._take(min(left, PATIENCE_S) if again else left):
                assert again, f"no {pattern!r} in {self.text[self._read:]!r}"
                self.type(again)

    def to_its_end(self):
        """All that it shows until it ends."""
        while self._take(LIMIT_S):
            pass
        return self.text

    def _take(self, seconds):
        """False: it has ended, or nothing came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            some = os.read(self.master, 65536)
        except OSError:   # what Linux says when the other side is closed
            return False
        self.shown += some.decode(errors="replace")
        return bool(some)
