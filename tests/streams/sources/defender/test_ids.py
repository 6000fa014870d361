"""NetworkMessageId to Message-ID, in whatever order the pairs come."""

import gc
import warnings

from hypothesis import given
from hypothesis import strategies as st

from streams.sources.defender.ids import InternetIds

_PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=4)), max_size=12)


@given(_PAIRS, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(pairs: list[tuple[str, str]], chance: object) -> None:
    """Each id that was told has one Message-ID, the one that sorts first; others have none."""
    shuffled = sorted(pairs * 2, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis gives a Random
    first, second = InternetIds(pairs), InternetIds(shuffled)
    for network in "abcd":
        told = sorted((internet for name, internet in pairs if name == network), key=lambda text: text.encode())
        assert first.of(network) == second.of(network) == (told[0] if told else None)


def test_its_file_is_closed_with_it() -> None:
    """Nothing is left open when it goes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ids = InternetIds([("a", "b")])
        assert ids.of("a") == "b"
        del ids
        gc.collect()
