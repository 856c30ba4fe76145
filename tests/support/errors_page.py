"""docs/errors.md, made of the tables that the server and the command line answer by. To write it anew:

    build/venv/bin/python -m tests.support.errors_page
"""

import re
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "errors.md"

HEAD = """# Errors

Made by `tests/support/errors_page.py` of `base/result.h`, `api/problem.cc` and `cli/exit_code.cc`; a test holds it to them.

Over HTTP what is not done is answered with `application/problem+json` (RFC 9457): `code` is one of these words and stable, `status` and
`title` follow from it, `detail` is a sentence for people with what, where and what to do, and `field` is there when a field, a parameter
or a header is at fault. `instance` has the request's id, which the server's log has too. The command line prints the same sentence and ends
with the exit code: 1 the same command may work later, 2 it will not work as it is, 3 not there, 4 the state is another, 5 denied.
A refusal changes nothing.

| code | status | exit code |
|---|---|---|
"""

# What to do, and a sentence that one meets.
ADVICE = {
    "malformed": ("Send UTF-8 JSON with the right brackets and percent-encoding; the sentence says where reading ended.",
                  "the JSON ends too early"),
    "invalid_value": ("Change the field that `field` names to what the sentence asks for.",
                      'alias "prod!": only letters, digits, "-", "_" and "." are allowed'),
    "missing_field": ("Add the field that `field` names.", '"name" is missing'),
    "unknown_field": ("Take the field away, or spell it as one of those that the sentence lists.",
                      '"nmae" is not a field here: known are name, description, tags'),
    "duplicate_field": ("Send the field once.", '"name" comes twice'),
    "too_large": ("Send less: [limits.md](limits.md) has the numbers. Files go up as blobs, not within JSON.",
                  "the body has 2097152 bytes: at most 1048576 are allowed"),
    "too_many": ("Do it in several requests.", "2000 versions cannot be changed at once: at most 1000 can"),
    "not_found": ("Look at the spelling with the list above it. What the caller may not see is not found either: `herald access explain` "
                  "says what it may.", 'model "chrun" does not exist in the registry "models"'),
    "already_exists": ("Take another name, or change what is there.", 'model "churn" exists already'),
    "expected_mismatch": ("Read again, decide again, and send the new value as the expected one.",
                          'alias "production" of "churn" points to v2 and not to v1'),
    "not_allowed_now": ("Bring the thing into the state that the sentence names, as by restoring it.", 'model "churn" is archived: restore it first'),
    "idempotency_mismatch": ("Use a new key for a new request; repeat an old one byte for byte.",
                             "this idempotency key was used with another request"),
    "unauthenticated": ("Send `Authorization: Bearer herald_...` with a token that is neither revoked nor expired; `herald profile add` keeps one.",
                        "a token is needed"),
    "denied": ("Ask an admin of the registry for the role that the sentence names.", "this takes the role member"),
    "foreign_origin": ("Call the server by localhost, or claim it first; a web page elsewhere may not call it.",
                       'pages of "https://example.com" may not call Herald: only its own may'),
    "rate_limited": ("Wait for the seconds that `Retry-After` says; `RateLimit` says before what is left.", "too many requests: try again later"),
    "method_not_allowed": ("Use one of the methods that `Allow` lists.", '"/v1/models" takes GET, HEAD, POST'),
    "unsupported_media": ("Send `Content-Type: application/json`, uncompressed.", "say what the body is: Content-Type: application/json"),
    "range_not_satisfiable": ("Ask for bytes below the size that `Content-Range` says.", "the content has 100 bytes: the range lies outside"),
    "digest_mismatch": ("Send the bytes again; if it stays so, compute the digest of the file again.",
                        "the content is not what its digest says"),
    "length_required": ("Send a `Content-Length`, or chunked.", "send the content with a Content-Length, or chunked"),
    "timed_out": ("Send header and body without pauses; a retry with an `Idempotency-Key` is safe.", "the body came too slowly"),
    "busy": ("Try again after `Retry-After`, with the same `Idempotency-Key`.", "the views are at event 41 and not yet at 42: try again"),
    "storage_full": ("The operator makes room ([operations.md](operations.md)); reads go on.",
                     "the store of the current state has no room left: make room; reads go on"),
    "stopping": ("Try again when the server is back, with the same `Idempotency-Key`.", "the server is stopping"),
    "unavailable": ("The sentence names the part: look at `/readyz` and the server's log.",
                    "the content was recorded and is not in the blob store: bring it back from a backup"),
    "internal": ("A defect of ours: report it with `instance` and the lines of the server's log that have that id.",
                 "something went wrong within Herald"),
}


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


def page():
    kinds = by_cause("api/problem.cc", r'return \{(\d+), "([^"]+)"\}')
    exits = by_cause("cli/exit_code.cc", r"return ExitCode::(\w+)")
    numbers = dict(re.findall(r"^\s*(\w+) = (\d+),", (REPO / "cli" / "exit_code.h").read_text(), re.M))
    rows, parts = [], []
    for name, meaning in causes():
        code = name.replace("_", "-")
        status, title = kinds[name]
        exit_code = numbers[exits[name][0]]
        what_to_do, example = ADVICE[name]
        rows.append(f"| [`{code}`](#{code}) | {status} | {exit_code} |\n")
        parts.append(f"\n## {code}\n\n**{title}.** {meaning[0].upper()}{meaning[1:]}. HTTP {status}; exit code {exit_code}.\n\n"
                     f"*What to do:* {what_to_do}\n\n*As in:* {example}\n")
    return HEAD + "".join(rows) + "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
