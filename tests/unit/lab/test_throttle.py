from lab.smtp.throttle import Throttle


def test_recipients_beyond_the_rate_and_a_short_burst_are_not_taken() -> None:
    """ "Managing your Amazon SES sending limits", Amazon SES Developer Guide."""
    throttle = Throttle()
    assert [throttle.admits(7, rate=14) for _ in range(4)] == [True, True, True, False]
    assert all(throttle.admits(1000, rate=None) for _ in range(3))


def test_a_message_counts_by_its_recipients() -> None:
    assert not Throttle().admits(50, rate=14)
