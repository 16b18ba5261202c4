"""Fails any test in which something connects to another machine, or looks one up."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import pytest

_attempts = []
_real_connect = socket.socket.connect
_real_getaddrinfo = socket.getaddrinfo


def _is_here(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        _attempts.append(address)
        raise OSError(f"the suite may not reach {address}")
    return _real_connect(self, address)


def _getaddrinfo(host, *args, **kwargs):
    if not _is_here(host):
        _attempts.append(host)
        raise OSError(f"the suite may not look up {host}")
    return _real_getaddrinfo(host, *args, **kwargs)


IN_A_PROCESS = f"""
import atexit, os, sys
sys.path.append({str(Path(__file__).parent)!r})
import network_guard
network_guard.pytest_configure(None)
atexit.register(lambda: network_guard._attempts and os._exit(99))
"""
"""What a script begins with that is a process of its own: it ends with 99 if it reached out."""


def pytest_configure(config):
    socket.socket.connect = _connect
    socket.getaddrinfo = _getaddrinfo


def pytest_unconfigure(config):
    socket.socket.connect = _real_connect
    socket.getaddrinfo = _real_getaddrinfo


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    before = len(_attempts)
    try:
        return (yield)
    finally:
        reached = _attempts[before:]
        if reached:
            pytest.fail(f"reached for another machine: {reached}")
