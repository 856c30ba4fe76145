"""docs/errors.md, made of the tables that the server and the command line answer by. To write it anew:

    build/venv/bin/python -m tests.support.errors_page
"""

import json
import re
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "errors.md"

HEAD = """# Errors

Made by `tests/support/errors_page.py` of `base/result.h`, `api/problem.cc`, `cli/exit_code.cc` and of what a server answered; a test holds
it to them.

Over HTTP what is not done is answered with `application/problem+json` (RFC 9457). Every 4xx says three things: `field`, where it is (the
field of the body as a path, a query parameter, a part of the path, a header, or else `body`, `path`, `method`); `detail`, which rule does
not hold; `fix`, what to do. `code` is one of these words and stable, `status` and `title` follow from it (but 412 where an
`If-Match` does not hold, and 431 for a header that is too large), `instance` has the request's id,
which the server's log has too. A 5xx has no field, for nothing in the request is wrong; its `fix` says what mends it. The command line
says the same in two lines, and ends with the exit code: 1 the same command may work later, 2 it will not work as it is, 3 not there, 4
the state is another, 5 denied. A refusal changes nothing.

Where a detail names a line and a column, both begin at 1, and columns count bytes of UTF-8, not characters.

| code | status | exit code |
|---|---|---|
"""

# How what was provoked is kept: as the server says it, without what is another each time.
EXAMPLES = Path(__file__).with_name("refusals.json")
# What takes a server that is slow, full, behind, stopping or broken; api/rare_refusals_test.cc holds each to what the server says.
RARE = REPO / "api" / "examples" / "rare-refusals.json"


def causes():
    """(name, meaning), in their order."""
    body = re.search(r"enum class Cause \{(.*?)\};", (REPO / "base" / "result.h").read_text(), re.S).group(1)
    return re.findall(r"^\s*(\w+),?\s*// (.+)$", body, re.M)


def by_cause(path, answer):
    """What a switch over causes returns for each: the groups of `answer`."""
    found, waiting = {}, []
    for line in (REPO / path).read_text().splitlines():
        if case := re.search(r"case Cause::(\w+):", line):
            waiting.append(case.group(1))
        elif waiting and (returned := re.search(answer, line)):
            found |= dict.fromkeys(waiting, returned.groups())
            waiting = []
    return found


def fixes():
    """cause -> what is said of it where nothing more is known; "{}" is the field."""
    table = re.search(r"general_fix\(Cause cause\) \{(.*?)\n\}", (REPO / "api" / "problem.cc").read_text(), re.S).group(1)
    found = {}
    for names, texts in re.findall(r"((?:case Cause::\w+:\s*)+)return ((?:\"(?:[^\"\\]|\\.)*\"\s*)+);", table):
        text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', texts)).replace('\\"', '"')
        found |= dict.fromkeys(re.findall(r"Cause::(\w+)", names), text)
    return found


def places():
    """cause -> where it is when no field is named."""
    table = re.search(r"place_of\(Cause cause\) \{(.*?)\n\}", (REPO / "api" / "problem.cc").read_text(), re.S).group(1)
    return {name: place for names, place in re.findall(r'((?:case Cause::\w+:\s*)+)return "([^"]+)";', table)
            for name in re.findall(r"Cause::(\w+)", names)}


def what_to_do(name):
    """The fix in words, where no field is known: a header by its name, all else as "the field"."""
    place = places().get(name, "body")
    field = "the field" if place in ("body", "path") else f'"{place}"'
    return fixes()[name].replace("another {}", "another value for {}").replace("{}", field)


def kept(problem):
    """Of an answer what is the same each time."""
    return {name: problem[name] for name in ("field", "detail", "fix") if name in problem}


def examples():
    """cause -> what a server said of it."""
    rare = {problem["code"].replace("-", "_"): kept(problem)
            for problems in json.loads(RARE.read_text()).values() for problem in problems.values()}
    return {**rare, **json.loads(EXAMPLES.read_text())}


def page():
    kinds = by_cause("api/problem.cc", r'return \{(\d+), "([^"]+)"\}')
    exits = by_cause("cli/exit_code.cc", r"return ExitCode::(\w+)")
    numbers = dict(re.findall(r"^\s*(\w+) = (\d+),", (REPO / "cli" / "exit_code.h").read_text(), re.M))
    said = examples()
    rows, parts = [], []
    for name, meaning in causes():
        code = name.replace("_", "-")
        status, title = kinds[name]
        exit_code = numbers[exits[name][0]]
        rows.append(f"| [`{code}`](#{code}) | {status} | {exit_code} |\n")
        parts.append(f"\n## {code}\n\n**{title}.** {meaning[0].upper()}{meaning[1:]}. HTTP {status}; exit code {exit_code}.\n\n"
                     f"*What to do:* {what_to_do(name)}\n")
        example = said[name]
        parts.append(f"\n    {json.dumps({'status': int(status), 'code': code, **example}, ensure_ascii=False)}\n")
    return HEAD + "".join(rows) + "".join(parts)


if __name__ == "__main__":
    from tests.support.refusals import provoked
    from tests.support.server import Herald

    with tempfile.TemporaryDirectory() as folder:
        servers = [Herald(Path(folder) / name) for name in ("open", "locked", "hasty")]
        found = {cause: kept(problem) for cause, problem in provoked(*servers).items()}
        for server in servers:
            server.close()
    EXAMPLES.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page())
