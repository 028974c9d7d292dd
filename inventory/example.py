"""A production fleet: copy this file, name your profile and your hosts.

The account is `@aws` for boto3's default credentials, or `@aws/<profile>`. Hosts are reached by
SSH as your own configuration has it; whatever pyinfra knows of a host can be set beside it.
"""

accounts = ["@aws/production"]

relays = [
    "app-1.example.com",
    "app-2.example.com",
    ("10.0.3.17", {"ssh_user": "admin"}),
]
