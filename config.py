"""pyinfra's own settings."""

from mailfleet import terminal

terminal.prepare()
