"""Reading JUnit files as CTest, GoogleTest and pytest write them."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Case:
    name: str          # `Suite.Name` of CTest and GoogleTest, `path/to/test_file.py::name` of pytest
    outcome: str       # passed, failed or skipped
    message: str = ""  # what a failed one said


@dataclass
class Result:
    passed: int = 0
    skipped: int = 0
    failed: list = field(default_factory=list)  # names

    @classmethod
    def of(cls, cases):
        return cls(passed=sum(c.outcome == "passed" for c in cases),
                   skipped=sum(c.outcome == "skipped" for c in cases),
                   failed=[c.name for c in cases if c.outcome == "failed"])


def read(path):
    """All cases of a JUnit file; raises when it is not one."""
    return [_case(element) for element in ElementTree.parse(path).iter("testcase")]


def _case(element):
    outcome, message = "passed", ""
    for child in element:
        if child.tag in ("failure", "error"):
            outcome = "failed"
            message = "\n".join(filter(None, [child.get("message"), child.text, element.findtext("system-out")]))
            break
        if child.tag == "skipped":
            outcome = "skipped"
    # CTest: a test that could not be started has no failure in it but its status.
    if element.get("status") in ("fail", "notrun", "disabled") and outcome == "passed":
        outcome = "failed"
    return Case(_name(element), outcome, message)


def _name(element):
    name, classname = element.get("name", ""), element.get("classname", "")
    if not classname or classname == name:
        return name  # CTest
    if not re.match(r"[\w.]*\btest_\w+", classname):
        return f"{classname}.{name}"  # GoogleTest
    # pytest: tests.stories.test_alias or tests.stories.test_alias.TestClass
    parts = classname.split(".")
    file_end = next(i for i, part in enumerate(parts) if part.startswith("test_")) + 1
    return "::".join(["/".join(parts[:file_end]) + ".py", *parts[file_end:], name])
