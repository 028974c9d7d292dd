"""How relay hosts are reached: Postfix's files are root's."""

_sudo = True
