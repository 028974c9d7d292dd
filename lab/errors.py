"""The one exception that the lab raises on purpose."""


class LabError(Exception):
    """A sentence for the person at the terminal: what went wrong and what to do about it."""
