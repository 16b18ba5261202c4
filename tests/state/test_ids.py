"""Ids and secrets: AWS's shapes, and the same ones for the same seed."""

from __future__ import annotations

import base64
import hashlib
import re
import string

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings
from hypothesis import given
from hypothesis import strategies as st

from pytest_sscred.resources.services import SERVICES
from pytest_sscred.state.ids import Ids

ACCOUNT = "123456789012"


def account_inside(an_id):
    """As published for access keys; the recorded ids of credentials fit it."""
    return (int.from_bytes(base64.b32decode(an_id[4:20])[:6], "big") & 0x7FFFFFFFFF80) >> 7


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("credential", "ACCA[A-Z2-7]{17}"),
        ("access_key", "AKIA[A-Z2-7]{16}"),
        ("user", "AIDA[A-Z2-7]{17}"),
        ("password", "[A-Za-z0-9+/]{59}="),
        ("secret_access_key", "[A-Za-z0-9+/]{40}"),
        ("request", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ],
)
@given(seed=st.text(max_size=30))
def test_an_id_has_its_shape(kind, pattern, seed):
    assert re.fullmatch(pattern, getattr(Ids(seed, ACCOUNT), kind)())


@given(account=st.text(string.digits, min_size=12, max_size=12), seed=st.text(max_size=5))
def test_an_id_holds_the_account(account, seed):
    ids = Ids(seed, account)
    assert account_inside(ids.credential()) == account_inside(ids.access_key()) == int(account)


def test_a_password_is_44_bytes_and_says_that_it_is_a_fake():
    password = Ids("", ACCOUNT).password()
    assert len(base64.b64decode(password)) == 44
    assert password.startswith("FakePytestSscredPassword")
    assert Ids("", ACCOUNT).secret_access_key().startswith("FakePytestSscredKeys")


def test_an_api_key_is_its_prefix_and_its_alias_with_60_characters():
    key = Ids("", ACCOUNT).api_key("ABSK", "Anika-at-123456789012")
    alias, _, rest = base64.b64decode(key.removeprefix("ABSK")).decode().partition(":")
    assert alias == "Anika-at-123456789012"
    assert len(rest) == 60


def alarms(scanned, tmp_path):
    """How many lines detect-secrets finds a secret in."""
    (tmp_path / "stored.yaml").write_text("".join(f'"{each}"\n' for each in scanned))
    found = SecretsCollection()
    with default_settings():
        found.scan_file(str(tmp_path / "stored.yaml"))
    return len(list(found))


def test_no_scanner_alarms_on_a_secret(tmp_path):
    ids = Ids("tests/test_rotate.py::test_it", ACCOUNT)
    keys = [
        ids.api_key(service.secret_prefix, alias)
        for service in SERVICES.values()
        for alias in ("Anika-at-123456789012", "BedrockAPIKey-x7q2+1-at-123456789012")
        if service.secret_prefix
    ]
    secrets = [*keys, *(ids.password() for _ in range(50)), ids.secret_access_key()]
    assert len(set(secrets)) == len(secrets)
    assert alarms(secrets, tmp_path) == 0


def test_the_scanner_alarms_on_what_is_random(tmp_path):
    """Or the test above could not fail."""
    random = base64.b64encode(hashlib.sha512(b"x").digest()[:44]).decode()
    assert alarms([random], tmp_path) == 1


def some(ids):
    return [ids.credential(), ids.user(), ids.credential(), ids.password(), ids.request()]


def test_the_same_seed_makes_the_same_ids_and_another_one_others():
    assert some(Ids("a", ACCOUNT)) == some(Ids("a", ACCOUNT))
    assert not set(some(Ids("a", ACCOUNT))) & set(some(Ids("b", ACCOUNT)))
    assert len(set(some(Ids("a", ACCOUNT)))) == 5


def test_one_kind_of_id_does_not_move_another():
    """A test that makes one more user keeps the ids of its credentials."""
    plain, busy = Ids("a", ACCOUNT), Ids("a", ACCOUNT)
    busy.user()
    busy.request()
    assert busy.credential() == plain.credential()


def test_the_order_of_ids_does_not_look_like_that_of_their_making():
    ids = Ids("a", ACCOUNT)
    made = [ids.credential() for _ in range(20)]
    assert sorted(made) not in (made, made[::-1])


def test_the_first_api_keys_of_many_tests_differ():
    numbers = {Ids(f"test {each}", ACCOUNT).api_key("ABSK", "a") for each in range(20_000)}
    assert len(numbers) == 20_000


def test_the_consoles_suffixes_do_not_repeat():
    ids = Ids("a", ACCOUNT)
    suffixes = [ids.console_suffix() for _ in range(20_000)]
    assert len(set(suffixes)) == 20_000
    assert all(re.fullmatch("[a-z2-7]{4}", each) for each in suffixes)
    assert suffixes[0] != Ids("b", ACCOUNT).console_suffix()


def test_a_modulus_is_drawn_in_all_its_bits():
    made = [Ids("a", ACCOUNT).modulus(), Ids("b", ACCOUNT).modulus()]
    for start in (*range(1, 2016, 64), 2016):
        assert len({number >> start & (1 << 32) - 1 for number in made}) == 2
    assert {number.bit_length() for number in made} == {2048}
