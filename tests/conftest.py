"""What every test that needs a server, a receiver or a broker can ask for."""

import re

import pytest

from tests.support.kafka import Broker
from tests.support.receiver import Receiver
from tests.support.server import Herald


@pytest.fixture
def herald(tmp_path):
    """A data folder of this test's own; what it started is killed at the end."""
    with_folder = Herald(tmp_path / "herald")
    yield with_folder
    with_folder.close()


@pytest.fixture(scope="module")
def herald_of_the_module(tmp_path_factory):
    """The same, shared by the tests of a module."""
    with_folder = Herald(tmp_path_factory.mktemp("herald"))
    yield with_folder
    with_folder.close()


@pytest.fixture
def receiver():
    with Receiver() as listening:
        yield listening


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    """One real Kafka broker for the whole run. A test that stops it starts it again."""
    running = Broker(tmp_path_factory.mktemp("kafka"))
    yield running
    running.wipe()


@pytest.fixture
def prefix(request):
    """Of the names of this test's own topics."""
    return re.sub(r"[^a-zA-Z0-9._-]", "-", request.node.name)[:200]
