"""One emulated AWS for the whole run, and the functions built once."""

import contextlib
import signal
from collections.abc import Iterator

import pytest

from tests.harness.aws import Aws
from tests.harness.ministack import ministack
from tests.harness.processes import run_folder
from tests.harness.sam import Sam


def pytest_configure(config: pytest.Config) -> None:
    """Treat being ended from outside like Ctrl-C, so that the fixtures end what they have started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = contextlib.ExitStack()
    folder.enter_context(run_folder())
    config.add_cleanup(folder.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the test that waits for the clock, so that a second worker does the rest meanwhile."""
    items.sort(key=lambda item: item.path.stem != "test_schedule")


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with ministack(tmp_path_factory.mktemp("ministack")) as account:
        yield account


@pytest.fixture(scope="session")
def sam(aws: Aws) -> Sam:
    cli = Sam(aws)
    cli.build()
    return cli
