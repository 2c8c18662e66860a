"""What tests of many meetings share."""

from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Client]:
    """Workers in this very process: what they do is the same, and nothing has to be started."""
    alone = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, **alone) as workers,
        Client(workers) as client,
    ):
        yield client
