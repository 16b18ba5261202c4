"""Public keys, signing certificates, the codes of MFA devices and the pictures of their seeds."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import random
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from key_bodies import (
    CERTIFICATE,
    CERTIFICATE_1024,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_ID,
    DOCUMENTED,
    DOCUMENTED_FINGERPRINT,
    SSH,
    SSH_1024,
    SSH_BARE,
    SSH_FINGERPRINT,
    SSH_PEM,
)

from pytest_sscred import assumed
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import certificate_bodies, der, qr, ssh_bodies, totp

UNRECOGNIZED = ("UnrecognizedPublicKeyEncoding", "Invalid public key uploaded.")
INVALID = ("InvalidPublicKey", "Invalid body for public key")
NOW = dt.datetime(2026, 9, 12, 8, 0, tzinfo=dt.timezone.utc)


def outcome(read, *args):
    """What is read, or the code and the text of the AwsError that reading ends in."""
    try:
        return read(*args), None
    except AwsError as error:
        return None, (error.code, error.message)


def refusal(read, *args):
    found, error = outcome(read, *args)
    assert error is not None, found
    return error


@pytest.fixture(scope="module")
def crypto():
    """The library that moto needs: it makes what ours reads, and reads what ours makes."""
    return pytest.importorskip("cryptography", reason="needs cryptography to compare with")


# DER


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("020100", 0),
        ("02017f", 127),
        ("02020080", 128),
        ("020180", -128),
        ("0202ff7f", -129),
        ("0203010001", 65537),
    ],
)
def test_integers_are_read(text, number):
    assert der.integer(der.read(bytes.fromhex(text))) == number
    if number >= 0:
        assert der.write(der.INTEGER, der.number(number)).hex() == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0200", id="of no bytes"),
        pytest.param("0202007f", id="a zero too many"),
        pytest.param("0202ff80", id="a sign too many"),
        pytest.param("0202ffff", id="minus one, too long"),
        pytest.param("040100", id="an octet string"),
    ],
)
def test_what_is_no_integer_is_refused(text):
    with pytest.raises(ValueError, match=r"an integer of|not of the tag 0x02"):
        der.integer(der.read(bytes.fromhex(text)))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_elements_of_every_length_come_back(size):
    data = der.write(der.SEQUENCE, der.write(der.BIT_STRING, b"\0", bytes(size)))
    (bits,) = der.sequence(der.read(data))
    assert der.bit_string(bits) == bytes(size)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "no tag", id="empty"),
        pytest.param("30", "no tag", id="a tag alone"),
        pytest.param("1f8101" + "00" * 129, "several bytes", id="a tag of several bytes"),
        pytest.param("3080" + "0000", "open or too long", id="a length left open"),
        pytest.param("30817f" + "00" * 127, "open or too long", id="a length not the shortest"),
        pytest.param("30820080" + "00" * 128, "open or too long", id="a zero before a length"),
        pytest.param("3081", "open or too long", id="a length that is cut off"),
        pytest.param("3084ffffffff00", "shorter", id="four gigabytes"),
        pytest.param("30ff" + "ff" * 127, "shorter", id="a length of 127 bytes"),
        pytest.param("300100" + "00", "follows", id="something after it"),
    ],
)
def test_what_is_no_element_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        der.read(bytes.fromhex(text))


def test_a_bit_string_must_be_whole_bytes():
    assert der.bit_string(der.Element(der.BIT_STRING, b"\0\x05")) == b"\x05"
    for element in (
        der.Element(der.BIT_STRING, b""),
        der.Element(der.BIT_STRING, b"\1\4"),
        der.Element(der.INTEGER, b"\0\4"),
    ):
        with pytest.raises(ValueError, match=r"bit string|tag"):
            der.bit_string(element)


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (der.UTC_TIME, b"491231235958Z", (2049, 12, 31, 23, 59, 58)),
        (der.UTC_TIME, b"500102030405Z", (1950, 1, 2, 3, 4, 5)),
        (der.GENERALIZED_TIME, b"20500102030405Z", (2050, 1, 2, 3, 4, 5)),
        (der.GENERALIZED_TIME, b"99991231235959Z", (9999, 12, 31, 23, 59, 59)),
    ],
)
def test_times_are_read_in_utc(tag, text, expected):
    found = der.time(der.Element(tag, text))
    assert found == dt.datetime(*expected, tzinfo=dt.timezone.utc)
    assert found.tzinfo is dt.timezone.utc


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        pytest.param(der.UTC_TIME, b"4912312359Z", id="without seconds"),
        pytest.param(der.UTC_TIME, b"491231235958+0000", id="another zone"),
        pytest.param(der.UTC_TIME, b"491231235958Z\n", id="a line's end"),
        pytest.param(der.UTC_TIME, b"20491231235958Z", id="four digits of a year"),
        pytest.param(der.GENERALIZED_TIME, b"491231235958Z", id="two digits of a year"),
        pytest.param(der.GENERALIZED_TIME, b"20491231235958.5Z", id="a fraction"),
        pytest.param(der.GENERALIZED_TIME, b"20491331235958Z", id="month 13"),
        pytest.param(der.GENERALIZED_TIME, b"20490229235958Z", id="no leap year"),
        pytest.param(der.GENERALIZED_TIME, b"00000101000000Z", id="year 0"),
        pytest.param(der.UTC_TIME, b"\xff" * 12 + b"Z", id="no digits"),
        pytest.param(der.UTC_TIME, b"", id="nothing"),
        pytest.param(der.INTEGER, b"491231235958Z", id="an integer"),
    ],
)
def test_what_is_no_time_is_refused(tag, text):
    with pytest.raises(ValueError, match=r"not a time|must be in|out of range"):
        der.time(der.Element(tag, text))


def readers():
    return (der.read, der.sequence, der.integer, der.bit_string, der.time)


@given(st.binary(max_size=200))
@example(b"\x30\x80" * 100)
def test_bytes_of_any_kind_end_in_a_value_or_a_value_error(data):
    elements = [der.Element(tag, data) for tag in (2, 3, 0x17, 0x18, 0x30)]
    for element in elements:
        for reader in readers()[1:]:
            try:
                reader(element)
            except ValueError:
                continue
    try:
        again = der.read(data)
    except ValueError:
        return
    assert der.write(*again) == data


def test_a_deep_nest_does_not_exhaust_the_stack():
    data = b""
    for _ in range(5_000):
        data = der.write(der.SEQUENCE, data)
    (child,) = der.sequence(der.read(data))
    assert child.tag == der.SEQUENCE
    body = der.to_pem("PUBLIC KEY", data)
    assert refusal(ssh_bodies.read, body) == UNRECOGNIZED


# PEM


def test_pem_comes_back():
    for size in (1, 47, 48, 49, 1000):
        text = der.to_pem("A B", bytes(size))
        assert der.from_pem(text) == ("A B", bytes(size))
        assert max(map(len, text.splitlines())) <= 64
        assert text.endswith("-----END A B-----\n")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="lines of Windows"),
        pytest.param(lambda text: text.strip(), id="no line's end"),
        pytest.param(lambda text: "\n\n " + text + "\n", id="white space around"),
        pytest.param(lambda text: text.replace("\n", " "), id="all in one line"),
    ],
)
def test_pem_in_other_lines_is_the_same(change):
    assert der.from_pem(change(SSH_PEM)) == der.from_pem(SSH_PEM)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(SSH_PEM + SSH_PEM, id="two"),
        pytest.param("Subject: x\n" + SSH_PEM, id="text before"),
        pytest.param(SSH_PEM + "x", id="text after"),
        pytest.param(SSH_PEM.replace("END PUBLIC", "END RSA PUBLIC"), id="another end"),
        pytest.param(SSH_PEM.replace("MIIB", "MII*"), id="not base64"),
        pytest.param(SSH_PEM.replace("MIIB", "MIIé"), id="not ASCII"),
        pytest.param(SSH_PEM.replace("MIIB", "MII\N{NO-BREAK SPACE}B"), id="a wide space"),
        pytest.param(SSH_PEM.replace("MIIB", "MII"), id="a character short"),
        pytest.param(SSH_PEM.replace("MIIB", "M=IB"), id="a sign of the end within"),
        pytest.param(SSH_PEM[:-30], id="no end"),
        pytest.param(SSH_PEM.replace("\n", "\\n"), id="lines written as backslash and n"),
        pytest.param("-----BEGIN X-----" * 1000, id="many beginnings"),
    ],
)
def test_what_is_not_pem_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        der.from_pem(text)
    body = text or "-----"
    assert refusal(ssh_bodies.read, body) == UNRECOGNIZED
    assert refusal(certificate_bodies.read, text, NOW)[0] == "MalformedCertificate"


# Public keys


def line(exponent, modulus, kind=b"ssh-rsa"):
    """A line of OpenSSH's with these numbers, whatever they are."""
    parts = (kind, *(n if isinstance(n, bytes) else der.number(n) for n in (exponent, modulus)))
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return f"{kind.decode()} {base64.b64encode(blob).decode()}"


def rsa_pem(exponent, modulus):
    """The same numbers as PKCS #1."""
    numbers = (der.write(der.INTEGER, n) for n in (modulus, exponent))
    return der.to_pem("RSA PUBLIC KEY", der.write(der.SEQUENCE, *numbers))


def of_bits(bits):
    return (1 << (bits - 1)) | 1


def test_the_example_of_the_reference_has_its_fingerprint():
    assert ssh_bodies.read(DOCUMENTED).fingerprint == DOCUMENTED_FINGERPRINT


def test_a_recorded_key_is_given_as_recorded():
    """In both encodings (radkawar/stackd's captures of AWS, 2026-09-11 to 13)."""
    key = ssh_bodies.read(SSH)
    assert key.fingerprint == SSH_FINGERPRINT
    assert key.blob == base64.b64decode(SSH_BARE.split()[1])
    assert ssh_bodies.ssh(key) == SSH_BARE
    assert ssh_bodies.pem(key) == SSH_PEM


@pytest.mark.parametrize(
    "body",
    [
        SSH_BARE,
        SSH_PEM,
        SSH + "\n",
        SSH_BARE + "\r\n",
        " " + SSH_BARE.replace(" ", "\t ") + " ",
        SSH_BARE + "  several words, é and -----BEGIN PUBLIC KEY-----",
        "\n" + SSH_PEM,
    ],
    ids=["bare", "PEM", "a line's end", "of Windows", "spaces", "a comment", "an empty line"],
)
def test_a_key_is_the_same_in_every_dress(body):
    assert ssh_bodies.read(body) == ssh_bodies.read(SSH)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("ssh-rsa not-base64!", id="recorded"),
        pytest.param(CERTIFICATE, id="a certificate, recorded"),
        pytest.param("", id="empty"),
        pytest.param("ssh-rsa", id="the kind alone"),
        pytest.param("ssh-rsa AAAA=AAA", id="no base64"),
        pytest.param("ssh-rsa A", id="a character of base64"),
        pytest.param("ssh-rsa ====", id="no bytes"),
        pytest.param(SSH_BARE.split()[1], id="without the kind"),
        pytest.param(SSH.replace("ssh-rsa", "ssh-dss"), id="another kind in front"),
        pytest.param(SSH + "\n" + DOCUMENTED, id="two keys"),
        pytest.param("x " + SSH, id="options in front"),
        pytest.param(SSH_BARE + "é", id="not ASCII"),
        pytest.param(SSH_BARE.replace("ssh-rsa ", "ssh-rsa\n"), id="in two lines"),
        pytest.param("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", id="RFC 4716"),
        pytest.param("\ud800", id="half a character"),
        pytest.param(SSH_BARE + "\N{NO-BREAK SPACE}", id="a wide space"),
        pytest.param("ssh-rsa A" + " " * 16000 + "\n x", id="much white space"),
        pytest.param("ssh-rsa " + "A" * 16376, id="as long as may be"),
    ],
)
def test_what_is_no_rsa_key_is_unrecognized(body):
    assert refusal(ssh_bodies.read, body) == UNRECOGNIZED


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(line(65537, of_bits(2048), b"ssh-dss").replace("dss", "rsa"), id="kind"),
        pytest.param(line(b"\0\1\0\1", of_bits(2048)), id="a zero before the exponent"),
        pytest.param(line(3, b"\0" + der.number(of_bits(2048))), id="before the modulus"),
        pytest.param(line(3, of_bits(2048).to_bytes(256, "big")), id="a negative modulus"),
        pytest.param(line(b"", of_bits(2048)), id="an empty exponent"),
        pytest.param(
            "ssh-rsa "
            + base64.b64encode(ssh_bodies.read(SSH).blob + struct.pack(">I", 0)).decode(),
            id="a fourth part",
        ),
    ],
)
def test_a_blob_must_be_as_openssh_writes_it(body):
    assert body.startswith("ssh-rsa ")
    assert refusal(ssh_bodies.read, body) == UNRECOGNIZED


def test_a_truncated_key_is_unrecognized_at_every_length():
    blob, data = ssh_bodies.read(SSH).blob, der.from_pem(SSH_PEM)[1]
    for length in range(len(blob)):
        cut = base64.b64encode(blob[:length]).decode()
        assert refusal(ssh_bodies.read, f"ssh-rsa {cut}") == UNRECOGNIZED
    for length in range(len(data)):
        cut = der.to_pem("PUBLIC KEY", data[:length])
        assert refusal(ssh_bodies.read, cut) == UNRECOGNIZED


def test_a_key_with_one_byte_changed_is_refused_or_another_key():
    data, key = der.from_pem(SSH_PEM)[1], ssh_bodies.read(SSH)
    read = 0
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x81
        found, error = outcome(ssh_bodies.read, der.to_pem("PUBLIC KEY", bytes(changed)))
        if error:
            assert error in (UNRECOGNIZED, INVALID)
        else:
            read += 1
            assert found != key
            assert der.from_pem(ssh_bodies.pem(found))[1] == changed
    assert read >= 255  # most of the modulus may be anything


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: line(3, data)))
def test_bodies_of_any_kind_are_refused_in_aws_words(text):
    assert refusal(ssh_bodies.read, text) in (UNRECOGNIZED, INVALID)
    assert refusal(certificate_bodies.read, text, NOW) == (
        "MalformedCertificate",
        f"Certificate {text} is malformed.",
    )


def test_random_bytes_in_pem_are_refused():
    chance = random.Random(7)
    for _ in range(500):
        data = chance.randbytes(chance.randrange(1, 400))
        for label in ("PUBLIC KEY", "RSA PUBLIC KEY"):
            assert refusal(ssh_bodies.read, der.to_pem(label, data)) == UNRECOGNIZED
        body = der.to_pem("CERTIFICATE", data)
        assert refusal(certificate_bodies.read, body, NOW)[0] == "MalformedCertificate"


@pytest.mark.parametrize("dress", [line, lambda e, n: rsa_pem(der.number(e), der.number(n))])
@pytest.mark.parametrize(
    ("bits", "taken"), [(1024, False), (2047, False), (2048, True), (16384, True), (16385, False)]
)
def test_rsa_is_taken_from_2048_to_16384_bits(dress, bits, taken):
    body = dress(65537, of_bits(bits))
    if taken:
        assert ssh_bodies.ssh(ssh_bodies.read(body)) == line(65537, of_bits(bits))
    else:
        assert refusal(ssh_bodies.read, body) == INVALID


def test_a_recorded_key_of_1024_bits_is_invalid():
    assert refusal(ssh_bodies.read, SSH_1024) == INVALID


def test_numbers_that_are_no_rsa_key_are_invalid():
    """RFC 8017, 3.1: the exponent is between 3 and the modulus."""
    modulus = der.number(of_bits(2048))
    assert ssh_bodies.read(rsa_pem(b"\3", modulus))
    assert refusal(ssh_bodies.read, rsa_pem(b"\2", modulus)) == INVALID
    assert refusal(ssh_bodies.read, rsa_pem(b"\xfd", modulus)) == INVALID
    assert refusal(ssh_bodies.read, rsa_pem(modulus, modulus)) == INVALID
    assert refusal(ssh_bodies.read, rsa_pem(b"\3", modulus[1:])) == INVALID  # a negative one


def test_pem_of_rsa_may_be_pkcs_1():
    blob = ssh_bodies.read(SSH).blob
    modulus = blob[-257:]
    assert ssh_bodies.read(rsa_pem(b"\1\0\1", modulus)).blob == blob
    three = der.write(der.SEQUENCE, *[der.write(der.INTEGER, modulus)] * 3)
    assert refusal(ssh_bodies.read, der.to_pem("RSA PUBLIC KEY", three)) == UNRECOGNIZED
    other = rsa_pem(b"\1\0\1", modulus).replace("RSA PUBLIC", "RSA PRIVATE")
    assert refusal(ssh_bodies.read, other) == UNRECOGNIZED


def test_keys_of_another_library_are_read_and_written_alike(crypto):
    from cryptography.hazmat.primitives import serialization as as_
    from cryptography.hazmat.primitives.asymmetric import rsa

    for bits in (2048, 3072):
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
        ssh = key.public_bytes(as_.Encoding.OpenSSH, as_.PublicFormat.OpenSSH).decode()
        pem = key.public_bytes(as_.Encoding.PEM, as_.PublicFormat.SubjectPublicKeyInfo).decode()
        pkcs1 = key.public_bytes(as_.Encoding.PEM, as_.PublicFormat.PKCS1).decode()
        found = ssh_bodies.read(ssh)
        assert found == ssh_bodies.read(pem) == ssh_bodies.read(pkcs1)
        assert (ssh_bodies.ssh(found), ssh_bodies.pem(found)) == (ssh, pem)


def test_keys_of_other_kinds_are_unrecognized(crypto):
    """Recorded for other kinds than RSA; that ed25519 is one of them is a guess."""
    from cryptography.hazmat.primitives import serialization as as_
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    for private in (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()):
        key = private.public_key()
        ssh = key.public_bytes(as_.Encoding.OpenSSH, as_.PublicFormat.OpenSSH).decode()
        pem = key.public_bytes(as_.Encoding.PEM, as_.PublicFormat.SubjectPublicKeyInfo).decode()
        assert refusal(ssh_bodies.read, ssh) == UNRECOGNIZED
        assert refusal(ssh_bodies.read, pem) == UNRECOGNIZED


# Certificates


def test_a_recorded_certificate_has_its_recorded_id():
    found = certificate_bodies.read(CERTIFICATE, NOW)
    assert found == (CERTIFICATE_ID, dt.datetime(2124, 1, 1, tzinfo=dt.timezone.utc))


def test_a_certificate_of_rsa_1024_is_taken():
    """Recorded (radkawar/stackd's captures of AWS, 2026-09-11 to 13)."""
    assert len(certificate_bodies.read(CERTIFICATE_1024, NOW).id) == 32


def test_a_certificate_holds_until_its_last_moment():
    last = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
    assert certificate_bodies.read(CERTIFICATE_EXPIRED, last).not_after == last
    late = last + dt.timedelta(microseconds=1)
    assert refusal(certificate_bodies.read, CERTIFICATE_EXPIRED, late) == (
        "MalformedCertificate",
        assumed.CERTIFICATE_EXPIRED,
    )
    assert refusal(certificate_bodies.read, CERTIFICATE_EXPIRED, NOW)[0] == "MalformedCertificate"


@pytest.mark.parametrize("body", ["invalid-certificate-body", "not a certificate"])
def test_a_malformed_certificate_is_told_in_full(body):
    """Recorded (LocalStack's snapshots of AWS, 2026-02-17; radkawar/stackd's, 2026-09)."""
    assert refusal(certificate_bodies.read, body, NOW) == (
        "MalformedCertificate",
        f"Certificate {body} is malformed.",
    )


def outline(*, drop=(), replace=None, version=True):
    """The certificate's DER, with fields left out or replaced by others."""
    signed, algorithm, signature = der.sequence(der.read(der.from_pem(CERTIFICATE)[1]))
    names = ("version", "serial", "algorithm", "issuer", "validity", "subject", "key")
    fields = dict(zip(names, der.sequence(signed), strict=True))
    whole = {**fields, "outer": algorithm, "signature": signature} | (replace or {})
    kept = {name: der.write(*element) for name, element in whole.items() if name not in drop}
    ends = [kept.pop(name) for name in ("outer", "signature") if name in kept]
    return der.write(der.SEQUENCE, der.write(der.SEQUENCE, *kept.values()), *ends)


def test_a_certificate_of_the_first_version_is_read():
    body = der.to_pem("CERTIFICATE", outline(drop=["version"]))
    found = certificate_bodies.read(body, NOW)
    assert found.not_after.year == 2124
    assert found.id != CERTIFICATE_ID
    assert der.to_pem("CERTIFICATE", outline()) == CERTIFICATE


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"drop": [name]}
            for name in ("serial", "algorithm", "issuer", "validity", "subject", "key")
        ),
        {"drop": ["outer"]},
        {"drop": ["signature"]},
        {"drop": ["version", "serial", "algorithm", "issuer", "validity", "subject", "key"]},
        *(
            {"replace": {name: der.Element(0x04, b"\0")}}
            for name in ("serial", "algorithm", "issuer", "validity", "subject", "key")
        ),
        {"replace": {"signature": der.Element(0x04, b"\0")}},
        {"replace": {"outer": der.Element(der.SEQUENCE, b"")}},
        {"replace": dict.fromkeys(("outer", "algorithm"), der.Element(0x04, b""))},
        {"replace": {"validity": der.Element(der.SEQUENCE, b"")}},
        {"replace": {"version": der.Element(0xA1, b"")}},
    ],
    ids=str,
)
def test_what_has_not_a_certificates_outline_is_malformed(change):
    body = der.to_pem("CERTIFICATE", outline(**change))
    assert refusal(certificate_bodies.read, body, NOW) == (
        "MalformedCertificate",
        f"Certificate {body} is malformed.",
    )


def test_other_pem_is_no_certificate():
    for body in (SSH_PEM, CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY")):
        assert refusal(certificate_bodies.read, body, NOW)[0] == "MalformedCertificate"


def test_a_truncated_certificate_is_malformed_at_every_length():
    data = der.from_pem(CERTIFICATE)[1]
    for length in range(len(data)):
        body = der.to_pem("CERTIFICATE", data[:length])
        assert refusal(certificate_bodies.read, body, NOW)[0] == "MalformedCertificate"
    body = der.to_pem("CERTIFICATE", data + b"\0")
    assert refusal(certificate_bodies.read, body, NOW)[0] == "MalformedCertificate"


def test_a_certificate_with_one_byte_changed_is_refused_or_another():
    data = der.from_pem(CERTIFICATE)[1]
    read = 0
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x81
        body = der.to_pem("CERTIFICATE", bytes(changed))
        found, error = outcome(certificate_bodies.read, body, NOW)
        if error:
            assert error[0] == "MalformedCertificate"
        else:
            read += 1
            assert found.id != CERTIFICATE_ID
    assert read > 500  # its key and its signature may be anything


def test_certificates_of_another_library_are_read_alike(crypto):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    def made(key, until):
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "é")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW, until)
        basic = x509.BasicConstraints(ca=True, path_length=None)
        builder = builder.add_extension(basic, critical=True)
        of_itself = isinstance(key, ed25519.Ed25519PrivateKey)
        return builder.sign(key, None if of_itself else hashes.SHA256())

    for key in (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()):
        for year in (2049, 2050):
            certificate = made(key, NOW.replace(year=year))
            body = certificate.public_bytes(serialization.Encoding.PEM).decode()
            found = certificate_bodies.read(body, NOW)
            assert found.not_after == certificate.not_valid_after_utc
            assert base64.b32decode(found.id) == certificate.fingerprint(hashes.SHA1())


# Codes

RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
SEED = base64.b32encode(bytes(range(40))).decode()
HERE = int(NOW.timestamp()) // 30


def pair(step):
    """The codes of the step before and of this one."""
    return totp.code(SEED, step - 1), totp.code(SEED, step)


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds, eight_digits):
    """Appendix B, for SHA-1; of its eight digits the last six."""
    assert totp.code(RFC_SEED, seconds // totp.STEP) == eight_digits[-6:]


@pytest.mark.parametrize("step", range(10))
def test_codes_are_those_of_rfc_4226(step):
    """Appendix D."""
    expected = "755224287082359152969429338314254676287922162583399871520489"
    assert totp.code(RFC_SEED, step) == expected[6 * step : 6 * step + 6]


@pytest.mark.parametrize("offset", [-998, -997, -1, 0, 1, 6, 999, 1000])
def test_codes_that_follow_each_other_are_accepted(offset):
    assert totp.accepted(SEED, *pair(HERE + offset), NOW, None) == HERE + offset


@pytest.mark.parametrize("offset", [-1000, -999, 1001, 1002])
def test_codes_outside_the_window_are_refused(offset):
    assert totp.accepted(SEED, *pair(HERE + offset), NOW, None) is None


def test_a_step_lasts_thirty_seconds():
    codes = pair(HERE + 1000)
    early = NOW - dt.timedelta(microseconds=1)
    assert totp.accepted(SEED, *codes, early, None) is None
    late = NOW + dt.timedelta(seconds=30 * 1999 - 1, microseconds=999_999)
    assert totp.accepted(SEED, *codes, late, None) == HERE + 1000
    assert totp.accepted(SEED, *codes, late + dt.timedelta(microseconds=1), None) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(0, 0, id="equal"),
        pytest.param(0, -1, id="reversed"),
        pytest.param(-2, 0, id="apart"),
    ],
)
def test_codes_that_do_not_follow_each_other_are_refused(first, second):
    codes = (totp.code(SEED, HERE + offset) for offset in (first, second))
    assert totp.accepted(SEED, *codes, NOW, None) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", " 12345", "\ud800"])
def test_what_is_no_code_is_refused(code):
    first, second = pair(HERE)
    assert totp.accepted(SEED, code, second, NOW, None) is None
    assert totp.accepted(SEED, first, code, NOW, None) is None
    assert totp.accepted(SEED, code, code, NOW, None) is None


@pytest.mark.parametrize(
    ("last", "taken"), [(-1000, True), (-2, True), (-1, False), (0, False), (1, False)]
)
def test_both_codes_must_be_later_than_the_last(last, taken):
    found = totp.accepted(SEED, *pair(HERE), NOW, HERE + last)
    assert found == (HERE if taken else None)


def test_a_pair_that_comes_twice_counts_for_its_later_step(monkeypatch):
    """With a million codes that is rare; the step nearest to now is not the one meant if used."""
    monkeypatch.setattr(totp, "_code", lambda key, step: f"{step % 100:06}")
    twice = (f"{(HERE - 1) % 100:06}", f"{HERE % 100:06}")
    assert totp.accepted(SEED, *twice, NOW, None) == HERE
    assert totp.accepted(SEED, *twice, NOW, HERE) == HERE + 100


def test_no_step_is_before_1970():
    start = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
    assert totp.accepted(SEED, *pair(1), start, None) == 1
    assert totp.accepted(SEED, "000000", totp.code(SEED, 0), start, None) is None
    assert totp.accepted(SEED, *pair(1), start - dt.timedelta(days=1), None) is None
    with pytest.raises(OverflowError):
        totp.code(SEED, -1)


def test_the_usual_codes_are_found_at_once_and_wrong_ones_soon_refused(monkeypatch):
    calls = []
    digest = hmac.digest
    monkeypatch.setattr(hmac, "digest", lambda *args: calls.append(args) or digest(*args))
    codes = [pair(HERE + offset) for offset in (0, -1, 1)]
    calls.clear()
    for first, second in codes:
        assert totp.accepted(SEED, first, second, NOW, None)
    assert len(calls) <= 2 + 3 + 4
    calls.clear()
    assert totp.accepted(SEED, "", "", NOW, None) is None
    assert len(calls) == 1999


# Pictures


def modules(picture, scale=4, margin=4):
    """A PNG's modules, by the chunks of its specification: True for dark."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = [], 8
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", picture, at + 8 + length) == (zlib.crc32(kind + data),)
        chunks.append((kind, data))
        at += 12 + length
    (_, header), (_, pixels), _ = chunks
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", header)
    assert (width, rest) == (height, [8, 0, 0, 0, 0])
    raw = zlib.decompress(pixels)
    lines = [raw[at : at + 1 + width] for at in range(0, len(raw), 1 + width)]
    assert len(lines) == height
    assert {line[0] for line in lines} == {0}
    grid = [[byte == 0 for byte in line[1::scale]] for line in lines[::scale]]
    whole = [[dark for dark in row for _ in range(scale)] for row in grid for _ in range(scale)]
    assert whole == [[byte == 0 for byte in line[1:]] for line in lines]
    border = [*grid[:margin], *grid[-margin:], *(row[:margin] + row[-margin:] for row in grid)]
    assert not any(map(any, border))
    return [row[margin:-margin] for row in grid[margin:-margin]]


def drawn(text):
    return ["".join("#" if dark else "." for dark in row) for row in modules(qr.png(text))]


def test_a_small_code_is_drawn_as_another_encoder_draws_it():
    """As Nayuki's qrcodegen 1.8.0 draws it: correction L, mask 0."""
    assert drawn("MFA") == [
        "#######..#.##.#######",
        "#.....#..###..#.....#",
        "#.###.#.##.##.#.###.#",
        "#.###.#..#.#..#.###.#",
        "#.###.#...#.#.#.###.#",
        "#.....#.....#.#.....#",
        "#######.#.#.#.#######",
        "........##.##........",
        "###.########.##...#..",
        "#.#.......#...#....#.",
        "..#...#.#...#...#..##",
        "..#..#.#......#......",
        "##.#####..#.#.#.#.##.",
        "........#..#.#.#.#.#.",
        "#######.####.###.####",
        "#.....#.#.####.###..#",
        "#.###.#.##.#.###..#.#",
        "#.###.#...#...#...##.",
        "#.###.#.#...#...#...#",
        "#.....#.###...#...##.",
        "#######.#.#.#.#.#.###",
    ]


@pytest.mark.parametrize(
    ("length", "side", "digest"),
    [
        (0, 21, "c1c2eeec4196e742"),
        (17, 21, "ecc0290c51870385"),
        (18, 25, "c2989b0d6b804da5"),
        (32, 25, "55cbb5f8eef5ddb7"),
        (53, 29, "9dee4fbaf10f6f44"),
        (115, 41, "81331c5608850ce9"),
        (134, 41, "c15902627d6ae172"),
        (135, 45, "d51fb1a2a251b15e"),
        (150, 45, "4990eb29ea6ef43a"),
        (154, 45, "3d7735cc7776cf49"),
        (230, 53, "b6d62cfa81410752"),
        (377, 69, "8cd43e741c378324"),
        (458, 73, "91a6f3f917b53fc8"),
        (1000, 105, "b74832d7ecbf50d1"),
        (2331, 161, "7eda7c221c7daf1a"),
        (2953, 177, "0d4a23b0cbe60b48"),
    ],
)
def test_codes_of_every_size_are_drawn_as_another_encoder_draws_them(length, side, digest):
    """The SHA-256 of what Nayuki's qrcodegen 1.8.0 draws: correction L, mask 0."""
    text = ("otpauth://totp/m@123456789012?secret=" + "ABCDEFGH" * 400)[:length]
    rows = drawn(text)
    assert len(rows) == side
    assert hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] == digest


def test_text_is_drawn_in_utf_8():
    assert drawn("é" * 8) != drawn("e" * 16)
    assert len(drawn("é" * 8)) == len(drawn("e" * 16)) == 21
    assert len(drawn("é" * 9)) == 25


def test_a_text_that_no_code_holds_is_refused():
    with pytest.raises(ValueError, match="2954 bytes do not fit in a QR code"):
        qr.png("x" * 2954)


def test_codes_of_every_version_are_drawn_as_another_encoder_draws_them():
    """The SHA-256 of what Nayuki's qrcodegen 1.8.0 draws, each as full as it can be."""
    all_of_them = hashlib.sha256()
    for version in range(1, 41):
        length = qr._capacity(version)
        rows = drawn(("otpauth://totp/m@123456789012?secret=" + "ABCDEFGH" * 400)[:length])
        assert len(rows) == 17 + 4 * version
        all_of_them.update("\n".join(rows).encode())
    assert all_of_them.hexdigest()[:16] == "d284c9d7c9e465ba"
