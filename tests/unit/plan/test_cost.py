"""What is said of a plan's calls and of their time."""

from mailfleet.plan.cost import cost_of, total_cost

RATES = {"ses": 1.0, "route53": 5.0}


def text(*calls: tuple[str, str, int]) -> str:
    every = [(quota, region) for quota, region, number in calls for _ in range(number)]
    return cost_of(every, RATES, 10).text


def test_calls_by_service_and_their_time() -> None:
    calls = [("ses", "us-east-1", 41), ("route53", "", 2)]
    assert text(*calls) == "AWS: 43 calls (41 SES, 2 Route 53), about 42 s"
    assert text(("ses", "us-east-1", 1)) == "AWS: 1 call (1 SES), about 1 s"
    assert text(("iam", "", 3)) == "AWS: 3 calls (3 IAM), about 1 s"


def test_what_else_takes_time_is_said() -> None:
    cost = cost_of([("ses", "us-east-1")], RATES, 10, ("up to 300 s until SES has verified it",))
    assert cost.text.endswith("about 1 s and up to 300 s until SES has verified it")


def test_minutes_from_two_on() -> None:
    assert text(("ses", "us-east-1", 119)).endswith("about 119 s")
    assert text(("ses", "us-east-1", 121)).endswith("about 3 min")


def test_the_regions_of_a_service_are_waited_for_at_the_same_time() -> None:
    both = [("ses", "us-east-1", 30), ("ses", "eu-west-1", 20)]
    assert text(*both) == "AWS: 50 calls (50 SES), about 30 s"


def test_costs_add_up_and_none_is_none() -> None:
    one = cost_of([("ses", "us-east-1")], RATES, 10)
    two = cost_of([("ses", "us-east-1"), ("ses", "eu-west-1")], RATES, 10)
    total = total_cost([one, two])
    assert total is not None
    assert total.text == "AWS: 3 calls (3 SES), about 2 s"
    assert total_cost([]) is None
    assert total_cost([cost_of([], RATES, 10)]) is None
