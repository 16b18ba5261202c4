"""Secrets stay out of what is logged and printed."""

from __future__ import annotations

import base64
import html
import json
import logging
import sys
from dataclasses import replace
from urllib.parse import quote, quote_plus

import names
import pytest
from names import CODECOMMIT

from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.secrets import Secrets

log = logging.getLogger(__name__)


@pytest.fixture(params=["codecommit.amazonaws.com", "bedrock.amazonaws.com"])
def credential(request, iam):
    return iam.add_credential("Anika", request.param)


def secret_of(credential):
    return names.secret_of(credential)


def test_what_tells_no_secret_passes(iam, credential, caplog, capsys):
    log.warning("rotated %s", credential.id)
    print("rotated", credential)
    iam.assert_secret_not_logged(credential, caplog, capsys, "rotated")


DISGUISES = {
    "as it is": str,
    "URL-quoted": lambda secret: quote(secret, safe=""),
    "URL-quoted with plus": quote_plus,
    "URL-quoted but for slashes": quote,
    "URL-quoted in lower case": lambda secret: quote(secret, safe="").replace("%2F", "%2f"),
    "JSON": lambda secret: secret.replace("/", "\\/"),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64, url-safe": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "base64 behind one": lambda secret: base64.b64encode(f"x{secret}y".encode()).decode(),
    "base64 in lines": lambda secret: base64.encodebytes(f"user:{secret}".encode()).decode(),
    "base64 in lines, as repr": lambda secret: repr(base64.encodebytes(secret.encode() * 2)),
    "in lines of a terminal": lambda secret: f"{secret[:30]}\r\n    {secret[30:]}",
    "base64 twice": lambda secret: base64.b64encode(base64.b64encode(secret.encode())).decode(),
    "base64 twice behind others": lambda secret: base64.b64encode(
        b'{"auths": "' + base64.b64encode(f"user:{secret}".encode()) + b'"}'
    ).decode(),
    "base64 twice in lines": lambda secret: base64.encodebytes(
        base64.encodebytes(secret.encode())
    ).decode(),
    "hexadecimal": lambda secret: secret.encode().hex(),
    "hexadecimal, upper case": lambda secret: secret.encode().hex().upper(),
    "URL-quoted twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "URL-quoted three times": lambda secret: quote(quote(quote(secret, safe=""), safe="")),
    "base64, URL-quoted": lambda secret: quote(
        base64.b64encode(f"a:{secret}".encode()).decode(), safe=""
    ),
    "JSON for HTML": lambda secret: secret.replace("+", "\\u002b").replace("/", "\\u002F"),
    "JSON in JSON": lambda secret: json.dumps(
        secret.replace("+", "\\u002b").replace("=", "\\u003d")
    ),
    "every character escaped": lambda secret: "".join(f"\\x{ord(each):02x}" for each in secret),
    "HTML entities": lambda secret: secret.replace("+", "&#43;").replace("/", "&sol;"),
    "HTML entities, hexadecimal": lambda secret: "".join(f"&#x{ord(each):X};" for each in secret),
    "HTML entities in HTML": lambda secret: html.escape("".join(f"&#{ord(i)};" for i in secret)),
    "hexadecimal with colons": lambda secret: secret.encode().hex(":"),
    "hexadecimal with blanks": lambda secret: secret.encode().hex(" ", 2),
    "hexadecimal, as C writes it": lambda secret: ", ".join(f"0x{ord(i):02X}" for i in secret),
    "in two pieces": lambda secret: f"('{secret[:20]}'\n '{secret[20:]}')",
    "in two pieces of bytes": lambda secret: f"(b'{secret[:20]}'\n b'{secret[20:]}')",
    "in two pieces that are added": lambda secret: f'"{secret[:20]}" + "{secret[20:]}"',
    "in a list": lambda secret: repr([secret[:20], secret[20:]]),
    "in a table": lambda secret: f"| {secret[:25]} |\n| {secret[25:]} |",
    "in a box": lambda secret: f"\u2502 {secret[:25]}\u2502\n\u2502 {secret[25:]} \u2502",
    "base64 in a table": lambda secret: (
        f"|{base64.b64encode(secret.encode()).decode()[:25]}|\n"
        f"|{base64.b64encode(secret.encode()).decode()[25:]}|"
    ),
    "base64 behind two": lambda secret: base64.b64encode(f"a:{secret}".encode()).decode(),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("where", ["logged", "printed", "text"])
def test_a_secret_is_found_in_any_disguise(iam, credential, caplog, capsys, disguise, where):
    text = disguise(secret_of(credential))
    captured = {"logged": caplog, "printed": capsys, "text": f"one\n{text}"}[where]
    if where == "logged":
        log.warning("new secret %s!", text)
    elif where == "printed":
        print("new secret", text)
    with pytest.raises(AssertionError) as caught:
        iam.assert_secret_not_logged(credential.id, captured)
    message = str(caught.value)
    assert message.startswith(f"in the output: a secret of {credential.id}\n- seen: ")
    assert text not in message
    assert secret_of(credential) not in message
    if where == "text":
        assert "in line 2" in message


@pytest.mark.parametrize("password", ["a1b2c", "pass-7!", "Aa1!"])
def test_a_short_password_is_looked_for(iam, password):
    profile = given_password(iam, password)
    iam.assert_secret_not_logged(profile, "nothing of it")
    with pytest.raises(AssertionError, match="a secret of"):
        iam.assert_secret_not_logged(profile, f"it is {password}.")


def given_password(iam, password):
    """Whatever the account's policy says, as one that was given long ago."""
    user = iam.add_user("Anika")
    profile = user.add_login_profile()
    state = iam._account.state
    row = PROFILES.rows(state)[user.id]
    PROFILES.put(state, replace(row, password=state.secrets.add(password)))
    return profile


@pytest.mark.parametrize("password", ["Aa1!", "pass-7!"])
def test_a_short_password_is_masked_and_nothing_else(iam, password):
    given_password(iam, password)
    masked = iam._account.state.secrets.mask(f"it is {password}, as told")
    assert masked == "it is ***, as told"


def test_the_line_is_the_one_where_a_wrapped_secret_begins(iam, credential):
    wrapped = base64.encodebytes(secret_of(credential).encode()).decode()
    with pytest.raises(AssertionError, match="base64-encoded, in line 3"):
        iam.assert_secret_not_logged(credential, f"a\\nb\nc\n\tkey: {wrapped}\nd")


@pytest.mark.parametrize(
    "wrap", [str.encode, lambda text: [text], lambda text: ("a", text.encode())]
)
def test_bytes_and_lists_are_looked_through(iam, credential, wrap):
    iam.assert_secret_not_logged(credential, wrap("nothing"))
    with pytest.raises(AssertionError):
        iam.assert_secret_not_logged(credential, wrap(f"out: {secret_of(credential)}"))


def test_bytes_that_were_printed_are_looked_through(iam, credential, capsysbinary):
    sys.stdout.buffer.write(secret_of(credential).encode())
    with pytest.raises(AssertionError):
        iam.assert_secret_not_logged(credential, capsysbinary)


def test_no_error_tells_a_secret(iam, credential):
    secret = secret_of(credential)
    takes_key = credential.service_name == "bedrock.amazonaws.com"
    given = (
        {"secret": secret.encode()}
        if takes_key
        else {"user_name": credential.service_user_name, "password": secret.encode()}
    )
    with pytest.raises(TypeError, match="is text, not bytes") as caught:
        iam.authenticate(credential.service_name, **given)
    assert secret not in str(caught.value)
    with pytest.raises(TypeError, match="not dict") as caught:
        iam.assert_secret_not_logged(credential, {"key": secret})
    assert secret not in str(caught.value)


def test_a_secret_that_was_reset_is_one_still(iam, ask, credential):
    old = secret_of(credential)
    ask(
        "ResetServiceSpecificCredential",
        UserName="Anika",
        ServiceSpecificCredentialId=credential.id,
    )
    with pytest.raises(AssertionError):
        iam.assert_secret_not_logged(credential, old)


def test_something_to_look_in_is_needed(iam, credential):
    with pytest.raises(TypeError, match="nothing to look at: give caplog, capsys, "):
        iam.assert_secret_not_logged(credential)
    with pytest.raises(TypeError, match=r"expected caplog, .* lists of them, not int"):
        iam.assert_secret_not_logged(credential, 5)


def test_a_secret_in_two_records_is_found(iam, credential, caplog):
    secret = secret_of(credential)
    log.warning("the secret is %s", secret[:20])
    log.warning("%s: that was it", secret[20:])
    with pytest.raises(AssertionError) as caught:
        iam.assert_secret_not_logged(credential, caplog)
    assert "- seen: as it is, in line 1 of all messages" in str(caught.value)


def test_a_record_that_tells_is_not_told_once_more_with_all(iam, credential, caplog):
    log.warning("nothing")
    log.warning("it is %s", secret_of(credential))
    with pytest.raises(AssertionError) as caught:
        iam.assert_secret_not_logged(credential, caplog)
    assert "of all messages" not in str(caught.value)


INNOCENT = [
    "100 % of 5 %2B, &lt;b&gt;, &amp;amp; \\u002b \\x2b \\xzz \\u00",
    "46:61:6b:65 0x46, 0x61 | FakePytestSscredPassword | AAAA |",
    "('Fake' 'Pytest' 'Sscred' 'Password')",
    "ABSK",
    "%25" * 1000,
    "%252525252525252541",
    "|" * 1000 + "'" * 1000,
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_looks_alike_is_innocent(iam, credential, text):
    iam.assert_secret_not_logged(credential, text, [text, text])
    short = iam.add_credential("Bela", CODECOMMIT, secret="a|b")
    iam.assert_secret_not_logged(short, "ab 'a' 'b' a b 61:7c:62", text)


def test_part_of_a_secret_is_none(iam, credential):
    secret = secret_of(credential)
    iam.assert_secret_not_logged(credential, secret[:-1], [secret[1:], secret[:-1]])


def test_a_short_secret_is_masked_too():
    secrets = Secrets()
    for each in ("a|b", ""):
        secrets.add(each)
    assert secrets.mask("a|b, YXxi, 617c62, a, b") == "***, ***, ***, a, b"


CHOSEN = [
    "Correct horse 1 battery",
    'Say "Hell0" loudly',
    "Back\\slash-l0ng",
    "Pass\\nw0rd-n",
    "Ünïc0de-pw",
]


@pytest.mark.parametrize("written", [str, repr, json.dumps, lambda text: repr(text.encode())])
@pytest.mark.parametrize("password", CHOSEN)
def test_a_password_that_somebody_chose_is_found_however_it_is_written(iam, password, written):
    profile = iam.add_user("Anika").add_login_profile(password=password)
    with pytest.raises(AssertionError, match="in line 1"):
        iam.assert_secret_not_logged(profile, f"it is {written(password)}.")
    iam.assert_secret_not_logged(profile, "it is correct, horse and battery", "slash", "Pass n")


def test_a_password_of_several_words_is_found_over_lines(iam):
    profile = iam.add_user("Anika").add_login_profile(password="Correct horse 1 battery")
    with pytest.raises(AssertionError):
        iam.assert_secret_not_logged(profile, "it is Correct\n  horse 1\n  battery.")
