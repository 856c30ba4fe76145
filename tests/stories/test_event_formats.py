"""Every event is what others understand: the official CloudEvents SDK accepts it, and its JSON Schemas hold."""

import json
import re

import jsonschema
import pytest
from cloudevents.core.formats.json import JSONFormat

from tests.architecture.arrows import REPO

GOLDEN = sorted((REPO / "registry" / "golden").glob("*.json"))
TYPES = re.findall(r'kType = "([^"]+)"', "\n".join(path.read_text() for path in sorted((REPO / "registry" / "events").glob("*.h"))))


def test_every_type_has_a_golden_file():
    assert TYPES and {path.stem for path in GOLDEN} == set(TYPES)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_official_sdk_accepts_it(path):
    text = path.read_text().rstrip("\n")
    event = JSONFormat().read(None, text)
    envelope = json.loads(text)
    assert event.get_type() == f"herald.{path.stem}.v1"
    assert event.get_id() == envelope["id"]
    assert event.get_data() == envelope["data"]
    assert event.get_extension("sequence") == envelope["sequence"]


@pytest.fixture(scope="module")
def schemas(herald_of_the_module):
    server = herald_of_the_module.start()
    names = ["envelope", *TYPES]
    return {name: server.get(f"/v1/schemas/{name}") for name in names}


def test_the_served_schemas_are_schemas(schemas):
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_its_schemas_hold(path, schemas):
    event = json.loads(path.read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schemas["envelope"], format_checker=checker).validate(event)
    jsonschema.Draft202012Validator(schemas[path.stem], format_checker=checker).validate(event["data"])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_its_schemas_refuse_something_else(path, schemas):
    event = json.loads(path.read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schemas["envelope"]).validate({**event, "sequence": 7})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schemas[path.stem]).validate([])
