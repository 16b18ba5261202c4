"""Asks an endpoint over HTTP, or sends it whatever bytes."""

from __future__ import annotations

import http.client
import socket

from botocore.parsers import create_parser

LIST_USERS = b"Action=ListUsers&Version=2010-05-08"


def connect(endpoint):
    return http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)


def ask(endpoint, method="POST", path="/", body=None, headers=None):
    connection = connect(endpoint)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def send(endpoint, raw, *, then_leave=False):
    """What comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(raw)
        if then_leave:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def code_of(body):
    parsed = create_parser("query").parse({"status_code": 400, "headers": {}, "body": body}, None)
    return parsed["Error"]["Code"]


def is_alive(endpoint):
    response, body = ask(endpoint, body=LIST_USERS)
    return response.status == 200 and b"<ListUsersResult>" in body
