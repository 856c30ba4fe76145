"""What every test that needs a server, a receiver or a broker can ask for."""

import pytest

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
