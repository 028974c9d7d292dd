"""boto3 clients of an emulated account, each made once: making one takes a tenth of a second."""

from functools import cache
from typing import Any

import boto3

session = cache(boto3.Session)


@cache
def client(service: str, endpoint: str, region: str) -> Any:
    credential = {"aws_access_key_id": "AKIALAB", "aws_secret_access_key": "lab"}
    return session(**credential).client(service, region_name=region, endpoint_url=endpoint)
