"""Token buckets: a burst at once, then a steady rate, and no memory without end."""

from __future__ import annotations

from bot.web.limits import Limiter, Rate


class Clock:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_rate() -> None:
    clock = Clock()
    limiter = Limiter(Rate(burst=2, per_second=0.5), clock=clock)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 2]
    clock.now = 1.0
    assert limiter.take("a") == 1
    clock.now = 2.0
    assert limiter.take("a") == 0


def test_keys_are_apart_and_the_oldest_is_forgotten() -> None:
    limiter = Limiter(Rate(burst=1, per_second=0.001), size=2, clock=Clock())
    assert [limiter.take(key) for key in "aab"] == [0, 1000, 0]
    assert limiter.take("c") == 0
    assert limiter.take("a") == 0
    assert limiter.wait("c") == 1000
