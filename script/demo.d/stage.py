"""How the demo speaks: headings, the commands that it runs with their output, facts that were checked."""

import os
import shlex
import subprocess
import sys

COLOURS = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
COMMAND_LIMIT_S = 90


class Missing(Exception):
    """Something that should be there is not: the demo fails with this sentence."""


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOURS else text


def bold(text):
    return paint("1", text)


def faint(text):
    return paint("2", text)


def green(text):
    return paint("32", text)


def red(text):
    return paint("31", text)


def say(text=""):
    print(text, flush=True)


def heading(number, title, why=""):
    say()
    say(bold(f"{number}  {title}"))
    if why:
        say(faint(f"   {why}"))
    say()


def checked(fact):
    say(f"   {green('✓')} {fact}")


def require(condition, sentence):
    """The fact, or the end of the demo."""
    if not condition:
        raise Missing(sentence)
    checked(sentence)


def show_command(words, stdin_note=""):
    shown = " ".join(shlex.quote(word) for word in words)
    say(f"   {faint('$')} {shown}{faint(stdin_note)}")


def show_output(text):
    for line in text.rstrip("\n").split("\n"):
        say(f"     {line}")


class CommandLine:
    """The `herald` command, run and shown."""

    def __init__(self, binary, url):
        self._binary = binary
        self._environment = {**os.environ, "HERALD_URL": url}

    def __call__(self, *words, stdin="", show=True, stdin_note=""):
        """Shows the command and, with `show`, what it prints; returns what it prints."""
        show_command(["herald", *map(str, words)], stdin_note)
        printed = self.quietly(*words, stdin=stdin)
        if show and printed:
            show_output(printed)
        return printed

    def quietly(self, *words, stdin=""):
        result = self._run(words, stdin)
        if result.returncode != 0:
            show_output(result.stdout + result.stderr)
            raise Missing(f"herald {' '.join(map(str, words[:2]))} ended with exit code {result.returncode}")
        return result.stdout.rstrip("\n")

    def refused(self, *words, exit_code):
        """Shows a command that must be refused, and what it is told."""
        show_command(["herald", *map(str, words)])
        result = self._run(words, "")
        show_output(result.stderr)
        if result.returncode != exit_code:
            raise Missing(f"herald {words[0]} ended with exit code {result.returncode} instead of {exit_code}")

    def _run(self, words, stdin):
        return subprocess.run([self._binary, *map(str, words)], input=stdin, capture_output=True, text=True,
                              timeout=COMMAND_LIMIT_S, env=self._environment)
