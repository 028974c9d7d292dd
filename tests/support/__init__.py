"""What tests do to the project from outside, as its users would."""
