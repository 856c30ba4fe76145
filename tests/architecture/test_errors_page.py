"""docs/errors.md is what the tables of errors say."""

import re

from tests.support.errors_page import ADVICE, PAGE, causes, page


def test_the_page_of_errors_is_what_the_tables_say():
    assert PAGE.read_text() == page(), "write it anew: build/venv/bin/python -m tests.support.errors_page"


def test_every_cause_says_what_it_means_and_what_to_do():
    names = [name for name, _ in causes()]
    assert len(names) > 20 and set(names) == set(ADVICE)
    assert set(re.findall(r"^## (.+)$", PAGE.read_text(), re.M)) == {name.replace("_", "-") for name in names}
