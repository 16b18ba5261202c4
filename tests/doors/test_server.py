"""The endpoint's connections: how many, and how long a client may be silent."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
import time
from socketserver import TCPServer

import freezegun
import pytest
import time_machine
from http_by_hand import LIST_USERS, connect, is_alive, send


def test_a_client_that_leaves_before_the_answer(iam, endpoint, capfd):
    gone = threading.Event()
    iam.before("ListUsers", lambda: gone.wait(10))
    connection = socket.create_connection(("127.0.0.1", endpoint.port))
    connection.sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    connection.close()
    gone.set()
    assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_client_that_hangs_is_left(iam, monkeypatch, said, capfd):
    monkeypatch.setattr("pytest_sscred.doors.server._PATIENCE", 0.1)
    with iam.serve() as endpoint:
        assert send(endpoint, said) == b""
        assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


def test_a_client_that_trickles_is_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._PATIENCE", 0.2)
    with iam.serve() as endpoint:
        connection = socket.create_connection(("127.0.0.1", endpoint.port))
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n")
        until, sent = time.monotonic() + 10, 0
        with contextlib.closing(connection), contextlib.suppress(OSError):
            while time.monotonic() < until:
                connection.sendall(b"x")
                sent += 1
                time.sleep(0.02)
        assert 1 < sent < 100


def test_a_client_that_goes_on_asking_is_not_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._PATIENCE", 1.0)
    with iam.serve() as endpoint, contextlib.closing(connect(endpoint)) as connection:
        for _ in range(10):
            connection.request("POST", "/", LIST_USERS)
            assert connection.getresponse().read()
            time.sleep(0.15)


def test_of_too_many_connections_the_most_silent_makes_room(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._MOST_CONNECTIONS", 3)
    with iam.serve() as endpoint:
        held = [socket.create_connection(("127.0.0.1", endpoint.port), 10) for _ in range(3)]
        until = time.monotonic() + 10
        while len(endpoint._server._connections) < 3 and time.monotonic() < until:
            time.sleep(0.001)
        assert is_alive(endpoint)
        assert held[0].recv(1) == b""
        held[2].sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
        assert held[2].recv(8) == b"HTTP/1.1"
        for each in held:
            each.close()


def test_it_closes_in_time_whatever_is_being_answered(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._STOPS_WITHIN", 0.1)
    inside, go_on = threading.Event(), threading.Event()
    iam.before("ListUsers", lambda: (inside.set(), go_on.wait(10)))
    endpoint = iam.serve()
    with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
        assert inside.wait(10)
        start = time.monotonic()
        endpoint.close()
        assert time.monotonic() - start < 5
    go_on.set()


def open_(endpoint):
    return socket.create_connection(("127.0.0.1", endpoint.port), 10)


def test_of_very_many_connections_no_more_than_the_bound_are_kept(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._MOST_CONNECTIONS", 8)
    before = threading.active_count()
    with iam.serve() as endpoint, contextlib.ExitStack() as stack:
        held = []
        for _ in range(40):
            held.append(stack.enter_context(open_(endpoint)))
            assert len(endpoint._server._connections) <= 8
        assert is_alive(endpoint)
        assert [each.recv(1) for each in held[:32]] == [b""] * 32
        assert threading.active_count() <= before + 1 + 8 + 1  # one may be about to end


def test_who_was_hung_up_on_is_not_hung_up_on_again_to_make_room(iam, monkeypatch):
    """Its thread may take a while to end."""
    monkeypatch.setattr("pytest_sscred.doors.server._MOST_CONNECTIONS", 2)
    go_on, real, slow = threading.Event(), TCPServer.shutdown_request, iter([True])

    def shutdown_request(self, request):
        if next(slow, False):
            assert go_on.wait(10)
        real(self, request)

    with iam.serve() as endpoint, open_(endpoint) as first, open_(endpoint) as second:
        monkeypatch.setattr(TCPServer, "shutdown_request", shutdown_request)
        assert is_alive(endpoint)
        assert (first.recv(1), second.recv(1)) == (b"", b"")
        go_on.set()


def test_without_room_and_a_silent_client_it_waits_for_an_answer_to_end(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.server._MOST_CONNECTIONS", 1)
    inside, go_on = threading.Event(), threading.Event()
    iam.before("ListUsers", lambda: (inside.set(), go_on.wait(10)))
    with iam.serve() as endpoint, open_(endpoint) as first:
        pauses = pauses_of(endpoint, lambda: go_on.set())
        first.sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
        assert inside.wait(10)
        assert is_alive(endpoint)
        assert first.recv(12) == b"HTTP/1.1 200"
        assert pauses


def pauses_of(endpoint, meanwhile=lambda: None):
    """The seconds that the server would wait for room."""
    pauses, ended = [], endpoint._server._ended
    wait = ended.wait

    def waited(seconds):
        pauses.append(seconds)
        meanwhile()
        return wait(seconds)

    ended.wait = waited
    return pauses


def failing(monkeypatch, number, while_):
    """Have the system accept nothing with this error as long as `while_()`."""
    real = TCPServer.get_request

    def get_request(self):
        if while_():
            raise OSError(number, os.strerror(number))
        return real(self)

    monkeypatch.setattr(TCPServer, "get_request", get_request)


def test_without_descriptors_the_most_silent_client_makes_room(iam, endpoint, monkeypatch):
    with open_(endpoint) as silent, contextlib.closing(connect(endpoint)) as busy:
        busy.request("POST", "/", LIST_USERS)
        assert busy.getresponse().read()
        failing(monkeypatch, errno.EMFILE, lambda: len(endpoint._server._connections) >= 2)
        assert is_alive(endpoint)
        assert silent.recv(1) == b""
        busy.request("POST", "/", LIST_USERS)
        assert busy.getresponse().read()


def test_without_descriptors_and_clients_it_pauses(endpoint, monkeypatch):
    pauses = pauses_of(endpoint)
    failing(monkeypatch, errno.EMFILE, lambda: len(pauses) < 3)
    assert is_alive(endpoint)
    assert pauses == [0.05] * 3


def test_a_client_that_leaves_before_it_is_accepted_costs_no_other(endpoint, monkeypatch):
    with contextlib.closing(connect(endpoint)) as silent:
        silent.request("POST", "/", LIST_USERS)
        assert silent.getresponse().read()
        left = [True]
        failing(monkeypatch, errno.ECONNABORTED, lambda: left and left.pop())
        assert is_alive(endpoint)
        silent.request("POST", "/", LIST_USERS)
        assert silent.getresponse().read()


def hang_up(endpoint):
    for connection in endpoint._server._connections.values():
        connection.hang_up()


def test_a_request_that_arrives_as_its_client_is_hung_up_on_changes_nothing(
    iam, endpoint, monkeypatch
):
    monkeypatch.setattr("pytest_sscred.doors.handler.why_refused", lambda *_: hang_up(endpoint))
    assert send(endpoint, b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS) == b""
    assert iam.calls == []


def test_who_is_hung_up_on_before_its_answer_is_no_error(iam, capfd):
    with iam.serve(answered=lambda response: hang_up(endpoint)) as endpoint:
        assert send(endpoint, b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS) == b""
    assert capfd.readouterr() == ("", "")


def test_an_answer_may_take_longer_than_a_client(iam, monkeypatch):
    """A `before()` of the test's, for one: the client waits, and is not silent."""
    monkeypatch.setattr("pytest_sscred.doors.server._PATIENCE", 0.1)
    left = []

    def until_a_later_client_is_left():
        with open_(endpoint) as silent:
            left.append(silent.recv(1))

    iam.before("ListUsers", until_a_later_client_is_left)
    with iam.serve() as endpoint:
        assert is_alive(endpoint)
    assert left == [b""]


@pytest.mark.parametrize("moved_by", [freezegun.freeze_time, time_machine.travel])
@pytest.mark.parametrize("moment", ["1970-01-01", "2106-02-07"])
def test_a_clock_that_is_moved_ends_no_connection(endpoint, moved_by, moment):
    server = endpoint._server
    with contextlib.closing(connect(endpoint)) as connection:
        for context in (moved_by(moment), contextlib.nullcontext()):
            with context:
                for _ in range(2):
                    connection.request("POST", "/", LIST_USERS)
                    assert connection.getresponse().read()
                    server.service_actions()
                    thread = threading.Thread(target=server.service_actions)
                    thread.start()  # freezegun leaves the clock to `threading`
                    thread.join()
