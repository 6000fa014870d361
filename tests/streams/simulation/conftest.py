"""A small force with every habit and every look-alike, written once for the tests that read it."""

from datetime import date

import pytest

from streams.simulation.simulate import simulate
from streams.simulation.world import Rates, World
from tests.streams.simulation.reading import Written, load


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Give 60 officers over ten weeks that touch three months and a change of clocks, with plenty of everything that goes wrong."""
    world = World(60, date(2024, 2, 12), date(2024, 4, 21), seed=5, mails_per_day=1.5, rates=Rates(0.05, 0.3, 0.05, 0.01))
    folder = tmp_path_factory.mktemp("force")
    truth = simulate(world, folder)
    read, events, letters = load(folder)
    return Written(world, folder, truth, events, read.counts, read.by_feed, letters)
