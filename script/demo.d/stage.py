"""How the demo speaks: headings, the commands that it runs with their output, facts that were checked."""

import os
import shlex
import subprocess
import sys

COLOURS = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
COMMAND_LIMIT_S = 90
COMMAND_WIDTH = 100


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


def show_command(words):
    """In lines that a terminal shows whole and a shell takes as they are; an option stays with its value."""
    lines = [""]
    for part in parts_of(words):
        if lines[-1] and len(lines[-1]) + 1 + len(part) > COMMAND_WIDTH:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + part
    say(f"   {faint('$')} " + " \\\n         ".join(lines))


def parts_of(words):
    parts = []
    for word in words:
        if parts and parts[-1].startswith("-") and " " not in parts[-1]:
            parts[-1] += " " + shlex.quote(word)
        else:
            parts.append(shlex.quote(word))
    return parts


def show_output(text):
    for line in text.rstrip("\n").split("\n"):
        say(f"     {line}")


class CommandLine:
    """The `herald` command, run and shown."""

    def __init__(self, binary, url):
        self._binary = binary
        self._environment = {**os.environ, "HERALD_URL": url}

    def __call__(self, *words, show=True):
        """Shows the command and, with `show`, what it says; returns what it prints."""
        show_command(["herald", *map(str, words)])
        result = self._succeed(words)
        if show and result.stdout + result.stderr:
            show_output(result.stdout + result.stderr)
        return result.stdout.rstrip("\n")

    def quietly(self, *words):
        return self._succeed(words).stdout.rstrip("\n")

    def _succeed(self, words):
        result = self._run(words)
        if result.returncode != 0:
            show_output(result.stdout + result.stderr)
            raise Missing(f"herald {' '.join(map(str, words[:2]))} ended with exit code {result.returncode}")
        return result

    def refused(self, *words, exit_code):
        """Shows a command that must be refused, and what it is told."""
        show_command(["herald", *map(str, words)])
        result = self._run(words)
        show_output(result.stderr)
        if result.returncode != exit_code:
            raise Missing(f"herald {words[0]} ended with exit code {result.returncode} instead of {exit_code}")

    def _run(self, words):
        return subprocess.run([self._binary, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=COMMAND_LIMIT_S, env=self._environment)
