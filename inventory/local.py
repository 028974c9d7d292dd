"""This very machine as a relay, and the account of boto3's default credentials."""

import os

accounts = ["@aws"]
relays = [("@local", {"_sudo": os.geteuid() != 0})]
