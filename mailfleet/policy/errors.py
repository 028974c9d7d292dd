"""One kind of error for every mistake in a mail policy."""


class PolicyError(ValueError):
    """A mistake in the mail policy, told in one sentence.

    The sentence names the entry, what was found there, what is expected and, where it
    helps, what to do. It never repeats a value that might be a secret.
    """
