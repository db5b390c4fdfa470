"""A batch on several machines: the same tasks, submitted to a Dask scheduler.

Each worker runs its tasks in forks of its own, as one machine does. The notebooks, the project
and the results lie in a folder that every worker sees under the same path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from socok_analysis.core.errors import MissingError
from socok_analysis.run.tasks import Outcome, Task, run_task

WAIT = "30s"


@contextmanager
def open_cluster(
    address: str,
) -> Iterator[tuple[Callable[[Task], Future[Outcome]], int]]:
    """Yield how tasks are submitted to a scheduler, and how many its workers run at once.

    Raise MissingError where Dask is not installed or the scheduler has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingError(
            "Dask mangler: installér socok_analysis[cluster] her og hos workerne."
        ) from error
    try:
        client = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise MissingError(f"Der er ingen Dask-scheduler på {address}.") from error
    with client:
        yield (lambda task: submit(client, task)), count_threads(client, address)


def count_threads(client: object, address: str) -> int:
    """Return how many tasks the workers run at once; raise MissingError where there are none."""
    threads = sum(client.nthreads().values())  # type: ignore[attr-defined]
    if not threads:
        raise MissingError(f"Dask-scheduleren på {address} har ingen workere.")
    return int(threads)


def submit(client: object, task: Task) -> Future[Outcome]:
    """Submit a task; return a future like those of the standard library."""
    executor = client.get_executor(pure=False)  # type: ignore[attr-defined]
    future: Future[Outcome] = executor.submit(run_task, task)
    return future
