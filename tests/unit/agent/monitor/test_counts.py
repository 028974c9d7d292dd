"""Samples of a provider's latency."""

from agent.monitor.counts import MOST_SAMPLES, Samples


def test_samples_are_bounded_and_stay_representative() -> None:
    samples = Samples()
    for number in range(100_000):
        samples.add(float(number))
    assert len(samples.values) <= MOST_SAMPLES
    assert abs((samples.percentile(0.5) or 0) - 50_000) < 1000
    assert abs((samples.percentile(0.95) or 0) - 95_000) < 1000
