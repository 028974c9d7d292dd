"""pyinfra's own settings."""

from mailfleet.run import interrupts as terminal

terminal.prepare()
