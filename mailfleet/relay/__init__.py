"""A Postfix relay host: what it should hold, what it holds, and how it gets from here to there."""
