"""Groups of an inventory that have a meaning here."""

ACCOUNTS = "@aws"
