import pytest

from tests.support.components.batch_queues import batch_queue
from tests.support.components.mocks import Recording


@pytest.fixture(scope="module")
def batch() -> Recording:
    """The batch queue of `batch_queue` without changes."""
    return batch_queue()
