"""Requests of botocore and `requests`, as the waist reads them."""

from __future__ import annotations

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict, HTTPHeaders
from requests.structures import CaseInsensitiveDict

from pytest_sscred.wire import as_ours

HEADERS = {"authorization": "AWS4", "User-agent": b"Boto3/1"}


@pytest.mark.parametrize("kind", [HTTPHeaders.from_dict, HeadersDict, CaseInsensitiveDict])
@pytest.mark.parametrize(
    ("body", "read"), [(b"a", b"a"), ("é", "é".encode()), (iter([b"a"]), b""), (None, b"")]
)
def test_headers_and_bodies_are_read_whatever_their_types(kind, body, read):
    request = as_ours(AWSPreparedRequest("POST", "/", kind(HEADERS), body, False))
    assert (request.authorization, request.agent, request.body) == ("AWS4", "Boto3/1", read)


def test_a_request_without_headers_is_unsigned():
    request = as_ours(AWSPreparedRequest("POST", "/", HTTPHeaders(), b"", False))
    assert (request.authorization, request.agent) == ("", "")
