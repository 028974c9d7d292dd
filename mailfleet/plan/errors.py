"""What can't be planned, told in one sentence."""


class PlanError(ValueError):
    """The world is not as a plan needs it: what was found, where, and what to do about it."""
