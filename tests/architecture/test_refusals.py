"""Every refusal in the source says where: by its field, by the part of the path that it is called like, or by what its cause is about."""

import re

import pytest

from tests.architecture.arrows import REPO, sources
from tests.support.errors_page import by_cause, places

# Where what an API refuses is decided; other rooms' refusals get their field here.
ROOMS = ("api", "registry/deciding")
# A refusal without a field is about the whole body, or about a header or the method; of these causes that says too little.
NEEDS_A_FIELD = {"invalid_value", "missing_field", "unknown_field", "duplicate_field", "not_found", "already_exists", "expected_mismatch",
                 "not_allowed_now", "too_many"}
# Those that say it all without one, by how their sentence begins.
ABOUT_ALL = {
    "nothing to change": "of the body none of its fields is there", "nothing is at ": "the path itself",
    "there are {} automations": "as many as the server keeps", "this server has ": "the server itself, whoever asks for what",
    "more than {} nodes stand around": "decide names the downstream end of the edge",
    "{} {} already follows from": "decide names the downstream end of the edge",
    "\\\"": "an address to listen at, for who starts the server",
}
PATH_PART = re.compile(r"\{(\w+)(?:\.\.\.)?\}")


def calls(text):
    """(line, cause, arguments) of each error(Cause::..., ...)."""
    for found in re.finditer(r"\berror\(\s*Cause::(\w+)\s*,", text):
        arguments, depth, at, quote = [""], 1, found.end(), None
        while depth > 0:
            c = text[at]
            if quote:
                quote = None if c == quote else quote
                if c == "\\":
                    arguments[-1] += c
                    at += 1
                    c = text[at]
            elif c == '"' or (c == "'" and not text[at - 1].isdigit()):
                quote = c
            elif c in "([{":
                depth += 1
            elif c in ")]}":
                depth -= 1
            if c == "," and depth == 1 and not quote:
                arguments.append("")
            elif depth > 0:
                arguments[-1] += c
            at += 1
        yield text.count("\n", 0, found.start()) + 1, found.group(1), [one.strip() for one in arguments]


def beginning(sentence):
    """The text that the sentence begins with, as far as the source has it."""
    literal = re.search(r'"((?:[^"\\]|\\.)*)"', sentence)
    return literal.group(1) if literal else ""


@pytest.fixture(scope="module")
def path_parts():
    """What parts of paths are called: where_the_path_names_it() of api/exchange.cc finds a thing by the sentence's first word."""
    return {name for path in (REPO / "api" / "handlers").glob("*.cc") for name in PATH_PART.findall(path.read_text()) if name}


def vague(text, path_parts):
    for line, cause, arguments in calls(text):
        begins = beginning(arguments[0])
        if cause not in NEEDS_A_FIELD or len(arguments) > 1 or begins.split(" ")[0] in path_parts or begins.startswith(tuple(ABOUT_ALL)):
            continue
        yield line, cause, begins


def texts_of_refusals():
    for _, path in sources():
        name = str(path.relative_to(REPO))
        if path.suffix == ".cc" and name.startswith(ROOMS) and not name.endswith("_test.cc") and "testing" not in path.parts:
            yield name, path.read_text()


def test_every_refusal_says_where(path_parts):
    found, looked_at = [], 0
    for name, text in texts_of_refusals():
        looked_at += sum(1 for _ in calls(text))
        found += [f"{name}:{line}: {cause}: {begins}" for line, cause, begins in vague(text, path_parts)]
    assert looked_at > 150 and not found, "without a field:\n" + "\n".join(found)


def test_every_refusal_says_a_rule():
    """In three words at least, where they are written in one place."""
    found = []
    for name, text in texts_of_refusals():
        for line, _, arguments in calls(text):
            words = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', arguments[0])).split()
            if words and " + " not in arguments[0] and len(words) < 3:
                found.append(f"{name}:{line}: {' '.join(words)}")
    assert not found, "says too little:\n" + "\n".join(found)


def test_every_cause_of_a_4xx_has_a_place_and_no_other_has():
    kinds = by_cause("api/problem.cc", r'return \{(\d+), "([^"]+)"\}')
    assert {name for name, (status, _) in kinds.items() if int(status) < 500} == set(places())


@pytest.mark.parametrize("text, wrong", [
    ('error(Cause::not_found, "the card is gone")', True), ('error(Cause::not_found, "the card is gone", "card")', False),
    ('error(Cause::not_found, fmt::format("model {} is gone, (or so)", name))', False), ('error(Cause::malformed, "no")', False),
    ('error(Cause::too_many, x(1\'000, "a, b"), "tags")', False)])
def test_a_vague_refusal_is_seen(text, wrong, path_parts):
    assert bool(list(vague(text, path_parts))) == wrong
