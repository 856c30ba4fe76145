"""docs/errors.md says of every cause what the tables say, and shows what was provoked."""

import json

from tests.support.errors_page import EXAMPLES, PAGE, causes, examples, fixes, page, places, what_to_do
from tests.support.refusals import LOCKED, OPEN, lack_of


def test_the_page_of_errors_is_what_the_tables_say():
    assert PAGE.read_text() == page(), "write it anew: build/venv/bin/python -m tests.support.errors_page"


def test_every_cause_says_what_it_means_and_what_to_do():
    assert set(fixes()) == {name for name, _ in causes()} and all(fixes().values())


def test_every_cause_has_an_example():
    assert set(examples()) == {name for name, _ in causes()}
    for name, example in examples().items():
        assert ("field" in example) == (name in places()), f"{name}: a 4xx says where, a 5xx is nowhere in the request"


def test_what_to_do_reads_as_a_sentence():
    for name, _ in causes():
        assert not any(words in what_to_do(name) for words in ("{}", "a the ", "an the ", "new the ", "another the ")), what_to_do(name)


def test_every_example_was_provoked_and_lacks_nothing():
    examples = json.loads(EXAMPLES.read_text())
    assert set(OPEN) | set(LOCKED) <= set(examples) <= {name for name, _ in causes()}
    for name, example in examples.items():
        assert not lack_of({"code": name, **example})


def test_a_lack_is_seen():
    whole = {"code": "not-found", "field": "model", "detail": 'model "x" does not exist here', "fix": "Look at the spelling."}
    assert lack_of(whole) is None
    for less in ({"code": ""}, {"field": None}, {"detail": "not found"}, {"detail": "something went wrong today"}, {"fix": ""}, {"fix": "Add {}."}):
        assert lack_of({**whole, **less}), less
