"""The partitions of AWS, as the installed botocore has them."""

from __future__ import annotations

import functools
from urllib.parse import urlsplit

from pytest_sscred.protocol.model import loader


@functools.cache
def dns_suffixes() -> frozenset[str]:
    """What the names of AWS's hosts end with, as in `amazonaws.com` and `api.aws`."""
    partitions = loader().load_data("partitions")["partitions"]
    outputs = [partition["outputs"] for partition in partitions]
    return frozenset(each[name] for each in outputs for name in ("dnsSuffix", "dualStackDnsSuffix"))


@functools.lru_cache(maxsize=64)
def is_aws_host(url: str) -> bool:
    """Whether the URL leads to a host of AWS's; a URL that cannot be read leads nowhere."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in dns_suffixes())
