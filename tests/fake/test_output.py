"""`assert_secret_not_logged` is right: no leak passes unseen, and nothing innocent fails."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import os
import sys
import threading
import warnings
from dataclasses import dataclass, field

import boto3
import pytest
from moto import mock_aws

from pytest_sscred import FakeIAM, output
from pytest_sscred.watch import Watch

log = logging.getLogger("app.rotation")


@pytest.fixture
def key(sscred_iam):
    return sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")


@pytest.fixture(autouse=True)
def as_found():
    """Loggers as the next test wants them."""
    yield
    for logger in (log, logging.getLogger("app"), logging.root):
        logger.filters.clear()
        logger.disabled = False
        logger.propagate = True
    log.setLevel(logging.NOTSET)
    logging.disable(logging.NOTSET)


class Told(str):
    """A value with a text of its own."""


def leaks_at_debug(secret):
    log.debug("new password %s", secret)


def leaks_by_extra(secret):
    log.warning("rotated", extra={"password": secret})


def leaks_in_a_nested_extra(secret):
    log.warning("rotated", extra={"context": {"all": [{"password": secret}]}})


def leaks_by_an_object(secret):
    class Context:
        def __str__(self):
            return f"<{secret}>"

    log.warning("rotated", extra={"context": Context()})


def leaks_where_nothing_propagates(secret):
    log.propagate = False
    log.warning("new password %s", secret)


def leaks_where_it_is_disabled(secret):
    log.disabled = True
    log.warning("new password %s", secret)


def leaks_where_all_is_disabled(secret):
    logging.disable(logging.CRITICAL)
    log.critical("new password %s", secret)


def leaks_below_the_loggers_level(secret):
    log.setLevel(logging.CRITICAL)
    log.error("new password %s", secret)


def leaks_behind_a_guard(secret):
    if log.isEnabledFor(logging.DEBUG):
        log.debug("new password %s", secret)


def leaks_by_what_an_object_holds(secret):
    class Context:
        def __init__(self):
            self.password = secret

    log.warning("rotated", extra={"context": Context()})


def leaks_by_an_adapter(secret):
    logging.LoggerAdapter(log, {}).debug("new password %s", secret)


def leaks_at_a_level_of_its_own(secret):
    def trace(logger, message, *args):
        if logger.isEnabledFor(5):
            logger._log(5, message, args)

    trace(log, "new password %s", secret)


def leaks_by_an_exception(secret):
    try:
        raise ValueError(f"bad password {secret}")
    except ValueError:
        log.exception("failed")


def leaks_by_a_cause(secret):
    try:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise RuntimeError("it failed") from error
    except RuntimeError:
        log.debug("failed", exc_info=True)


def leaks_by_an_argument_that_is_not_formatted(secret):
    log.warning("rotated %s", {"user": "Anika", "password": secret})


def leaks_by_an_argument_that_changes(secret):
    told = {"password": secret}
    log.debug("rotated %s", told)
    told.clear()


def leaks_in_a_thread(secret):
    thread = threading.Thread(target=log.debug, args=("new password %s", secret))
    thread.start()
    thread.join()


def leaks_by_the_root(secret):
    logging.debug("new password %s", secret)


def leaks_by_a_record_of_its_own(secret):
    record = logging.makeLogRecord({"name": "app", "msg": f"password {secret}", "levelno": 10})
    logging.getLogger("app").handle(record)


def leaks_by_a_warning(secret):
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        warnings.warn(f"new password {secret}", stacklevel=1)


def leaks_in_bytes(secret):
    log.debug("sent %r", secret.encode())


LEAKS = [each for name, each in globals().items() if name.startswith("leaks_")]


@pytest.mark.parametrize("leak", LEAKS)
def test_no_leak_passes(sscred_iam, key, caplog, leak):
    leak(key.password)
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    message = str(caught.value)
    assert message.startswith(f"in the output: a secret of {key.id}\n- seen: ")
    assert "test_output.py:" in message or leak in (leaks_by_a_record_of_its_own, leaks_in_a_thread)
    assert key.password not in message
    assert len(message.splitlines()) == 3


def test_a_message_names_logger_level_place_and_first_words(sscred_iam, key, caplog):
    log.debug("for %s\nthe new password is %s, %s", "Anika", key.password, "x" * 100)
    line = sys._getframe().f_lineno - 1
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert str(caught.value).splitlines()[1] == (
        "- seen: as it is, in line 2 of the message of app.rotation DEBUG at "
        f"tests/fake/test_output.py:{line}: 'for Anika the new password is ***, {'x' * 24}…'"
    )


def test_of_a_long_message_the_words_around_the_secret_are_quoted(sscred_iam, key, caplog):
    log.debug("%s %s %s", "x" * 100, key.password, "y" * 100)
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert str(caught.value).splitlines()[1].endswith(f": '…{'x' * 28} *** {'y' * 25}…'")


def test_the_end_of_a_long_message_is_quoted_whole(sscred_iam, key, caplog):
    log.debug("%s %s", "x" * 100, key.password)
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert str(caught.value).splitlines()[1].endswith(f": '…{'x' * 55} ***'")


def test_three_places_are_told_and_how_many_more(sscred_iam, key, caplog):
    for number in range(5):
        log.debug("%s %s", number, key.password)
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert str(caught.value).count("- seen: ") == 3
    assert "- and in 2 more places\n" in str(caught.value)


# Innocent


def test_what_the_clients_log_themselves_is_innocent(sscred_iam, key, caplog):
    """A hand-over to Secrets Manager: botocore's debug log has the body."""
    caplog.set_level(logging.DEBUG)
    with mock_aws():
        secrets = boto3.client("secretsmanager")
        body = json.dumps({"user": "Anika", "password": key.password})
        secrets.create_secret(Name="git", SecretString=body)
        secrets.create_secret(Name="raw", SecretBinary=key.password.encode())
        boto3.client("sqs").create_queue(
            QueueName=key.password[-20:].replace("=", "").replace("+", "")
        )
        boto3.client("s3").create_bucket(Bucket="hand-over")
        boto3.client("s3").put_object(Bucket="hand-over", Key="x", Body=key.password)
        thing = boto3.resource("s3").Object("hand-over", "y")
        thing.put(Body=key.password)
        thing.upload_fileobj(io.BytesIO(b""), ExtraArgs={"Metadata": {"x": key.password}})
    assert "CreateSecret" in caplog.text
    assert key.password not in caplog.text
    sscred_iam.assert_secret_not_logged(key, caplog)
    sscred_iam.assert_secret_not_logged(key, caplog.text)


def test_clients_are_not_listened_to(sscred_iam, key, caplog):
    boto3.client("iam").list_users()
    logging.getLogger("botocore.mine").debug("%s %d", key.password, 3)
    logging.getLogger("botocore.endpoint").warning("%(password)s", {"password": "x"})
    logging.getLogger("botocore.endpoint").warning("%s %d", key.password, 3)
    assert caplog.messages == ["x", "*** 3"]
    mine = logging.getLogger("botocore.mine")
    mine.disabled = True
    mine.handle(logging.makeLogRecord({"msg": key.password}))
    mine.disabled = False
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_what_is_masked_before_handlers_get_it_is_innocent(sscred_iam, key, caplog):
    class Redact(logging.Filter):
        def filter(self, record):
            record.msg, record.args = record.getMessage().replace(key.password, "***"), ()
            return True

    log.addFilter(Redact())
    log.warning("new password %s", key.password)
    log.debug("new password %s", key.password)
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_what_a_filter_drops_is_innocent(sscred_iam, key, caplog):
    log.addFilter(lambda record: False)
    log.debug("new password %s", key.password)
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_other_secrets_and_ids_are_innocent(sscred_iam, key, caplog, capsys, recwarn):
    other = sscred_iam.add_credential("sofia", "codecommit.amazonaws.com")
    log.warning("rotated %s, not %s", key.id, other.password)
    print(other.password)
    sscred_iam.assert_secret_not_logged(key, caplog, capsys, recwarn)


def test_no_handler_gets_what_a_level_hides(sscred_iam, key, caplog):
    if log.isEnabledFor(logging.DEBUG):
        log.debug("hidden")
    log.warning("shown")
    assert caplog.messages == ["shown"]
    assert not logging.getLogger("botocore.mine").isEnabledFor(logging.DEBUG)


def test_an_object_that_masks_itself_is_innocent(sscred_iam, key, caplog):
    @dataclass
    class Context:
        password: str = field(repr=False)

    log.warning("rotated %s", Context(key.password))
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_looking_is_no_business_of_the_code(sscred_iam, key, caplog, monkeypatch):
    """Whatever is logged, and however: nothing is raised that would not be without us."""
    circle = {}
    circle["self"] = circle
    log.debug("%s", circle)
    log.warning("round %s", "x", extra={"circle": circle})
    log.debug("x", extra={"name": "taken"})
    log.addFilter(lambda record: log.debug("in a filter") or True)
    log.debug("filtered")
    log.filters.clear()

    def factory(*args, **kwargs):
        log.debug("in a factory")
        return logging.LogRecord(*args, **kwargs)

    monkeypatch.setattr(logging, "_logRecordFactory", factory)
    log.debug("x")
    log.warning("y")
    log.addFilter(lambda record: 1 / 0)
    log.debug("a filter that raises %s", key.password)
    with pytest.raises(AssertionError):
        sscred_iam.assert_secret_not_logged(key, caplog)


def test_loggers_of_the_users_own_hand_on_what_they_did(sscred_iam, key, caplog):
    class Mine(logging.Logger):
        def handle(self, record):
            super().handle(record)

        def _log(self, level, msg, args, **kwargs):
            super()._log(level, msg, args, **kwargs)

    class Absl(logging.Logger):
        def handle(self, record):
            if self.filter(record):
                self.callHandlers(record)

    for kind in (Mine, Absl):
        logger = kind(kind.__name__)
        logger.parent = logging.root
        logger.debug("hidden %s", key.password)
        logger.warning("shown")
    assert caplog.messages == ["shown", "shown"]
    with pytest.raises(AssertionError) as caught:
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert str(caught.value).count("- seen: ") == 2


def test_a_test_without_an_account_is_not_watched(caplog):
    assert not log.isEnabledFor(logging.DEBUG)
    FakeIAM()
    assert log.isEnabledFor(logging.DEBUG)
    FakeIAM()


def test_what_cannot_be_looked_at_is_not_judged(sscred_iam, key, caplog):
    class Odd:
        @property
        def __dict__(self):
            raise RuntimeError

    log.warning("odd", extra={"odd": Odd()})
    with pytest.raises(AssertionError, match="seen: no 1 of the records, which could not be"):
        sscred_iam.assert_secret_not_logged(key, caplog)


def test_what_is_logged_while_we_look_is_not_the_codes(sscred_iam, key, caplog):
    class Chatty:
        def __str__(self):
            log.warning("asked")
            return "chatty"

    log.warning("%s", Chatty())
    sscred_iam.assert_secret_not_logged(key, caplog)


WIDER = """
import logging
import pytest
from pytest_sscred import FakeIAM

@pytest.fixture(scope="module")
def iam():
    with FakeIAM() as iam:
        yield iam

def test_first(iam):
    iam.add_credential("Anika", "codecommit.amazonaws.com")

def test_second(iam, caplog):
    (key,) = iam.credentials()
    logging.debug("new password %s", key.password)
    iam.assert_secret_not_logged(key, caplog)
"""


def test_an_account_of_a_wider_scope_is_watched_in_each_test(run_pytest):
    run_pytest(WIDER).assert_outcomes(passed=1, failed=1)


def test_a_value_that_cannot_be_written_is_none_of_ours(sscred_iam, key, caplog):
    class Broken:
        def __repr__(self):
            raise RuntimeError

    log.debug("%d", "x", extra={"broken": Broken()})
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_formatting_waits_until_it_is_asked_for(sscred_iam, key, caplog):
    written = []

    class Query:
        def __str__(self):
            written.append(1)
            return key.password

    log.debug("found %s", Query())
    assert written == []
    with pytest.raises(AssertionError):
        sscred_iam.assert_secret_not_logged(key, caplog)
    assert written


# What may be given


def test_warnings_by_recwarn(sscred_iam, key, recwarn):
    sscred_iam.assert_secret_not_logged(key, recwarn)
    warnings.warn(f"new password {key.password}", stacklevel=1)
    with pytest.raises(AssertionError, match=r"of the message of UserWarning at .*test_output.py:"):
        sscred_iam.assert_secret_not_logged(key, recwarn)
    recwarn.clear()


@pytest.mark.parametrize("given", [str, lambda path: path], ids=["text", "path"])
def test_a_files_path(sscred_iam, key, tmp_path, given):
    file = tmp_path / "app.log"
    file.write_bytes(b"one\n\xff\n")
    sscred_iam.assert_secret_not_logged(key, given(file))
    file.write_text(f"one\n{key.password}\n")
    with pytest.raises(AssertionError, match=r"in line 2 of .*app\.log"):
        sscred_iam.assert_secret_not_logged(key, given(file))
    with pytest.raises(FileNotFoundError):
        sscred_iam.assert_secret_not_logged(key, tmp_path / "none.log")
    with pytest.raises(FileNotFoundError):
        sscred_iam.assert_secret_not_logged(key, given(tmp_path / "none.log"))
    sscred_iam.assert_secret_not_logged(key, "no path\0 of a file")
    file.write_text(key.password, encoding="utf-16")
    with pytest.raises(AssertionError):
        sscred_iam.assert_secret_not_logged(key, given(file))


def test_records_and_what_was_written_to_memory(sscred_iam, key, caplog):
    sscred_iam.assert_secret_not_logged(key, io.StringIO("nothing"), caplog.records)
    with pytest.raises(AssertionError):
        sscred_iam.assert_secret_not_logged(key, io.StringIO(key.password))
    log.warning(key.password)
    with pytest.raises(AssertionError, match=r"app\.rotation WARNING"):
        sscred_iam.assert_secret_not_logged(key, caplog.records)


def test_a_path_on_another_drive_stays_whole(monkeypatch):
    def relpath(path):
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr(os.path, "relpath", relpath)
    assert output._short("C:\\app.py:3") == "C:\\app.py:3"


def test_what_was_printed_is_kept_for_the_next_assertion(sscred_iam, key, capsys):
    other = sscred_iam.add_credential("sofia", "codecommit.amazonaws.com")
    print("one", other.password)
    sscred_iam.assert_secret_not_logged(key, capsys)
    with pytest.raises(AssertionError, match="in line 1 of stdout"):
        sscred_iam.assert_secret_not_logged(other, capsys)
    print("two", key.password, file=sys.stderr)
    with pytest.raises(AssertionError, match="in line 1 of stderr"):
        sscred_iam.assert_secret_not_logged(key, capsys)


def test_what_was_printed_by_a_process(sscred_iam, key, capfd):
    import subprocess

    subprocess.run(["echo", key.password], check=True)
    with pytest.raises(AssertionError, match="of stdout"):
        sscred_iam.assert_secret_not_logged(key, capfd)


def test_a_secret_in_two_of_several_texts(sscred_iam, key):
    half = len(key.password) // 2
    with pytest.raises(AssertionError):
        sscred_iam.assert_secret_not_logged(key, [key.password[:half], key.password[half:]])


# Not watched: what a level hides nobody can tell

UNWATCHED = """
import logging
import pytest

@pytest.fixture
def setup(request):
    from pytest_sscred import FakeIAM, output
    with FakeIAM() as iam:
        yield iam, request.getfixturevalue("caplog")

def test_it(setup):
    iam, caplog = setup
    {before}
    key = iam.add_credential("Anika", "codecommit.amazonaws.com")
    logging.getLogger("app").info("new password %s", {what})
    iam.assert_secret_not_logged(key, caplog)
"""


def test_it_refuses_to_judge_what_it_has_not_seen(run_pytest):
    """Not even at DEBUG: what the level was when the secret was logged, nobody knows."""
    result = run_pytest(UNWATCHED.format(before="pass", what="key.password"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: cannot tell whether it was logged: a secret of ACCA*",
            "E*- seen: no records below WARNING, and none of loggers with a level of their own",
            "E*- expected: every record; name caplog among the arguments of the test, *",
        ]
    )
    loud = "caplog.set_level(logging.DEBUG)"
    result = run_pytest(UNWATCHED.format(before=loud, what="key.id"))
    result.stdout.fnmatch_lines(["E*- seen: no records below DEBUG, *"])


def test_a_leak_that_it_has_seen_comes_first(run_pytest):
    loud = "caplog.set_level(logging.DEBUG)"
    result = run_pytest(UNWATCHED.format(before=loud, what="key.password"))
    result.stdout.fnmatch_lines(["E*AssertionError: in the output: a secret of ACCA*"])


def test_an_account_of_the_tests_own_is_watched_too(caplog):
    with FakeIAM() as iam:
        key = iam.add_credential("Anika", "codecommit.amazonaws.com")
        log.debug("new password %s", key.password)
        with pytest.raises(AssertionError, match=r"app\.rotation DEBUG"):
            iam.assert_secret_not_logged(key, caplog)


def test_logging_is_left_as_it_was_found(run_pytest):
    def found():
        logger = logging.Logger
        return logger.isEnabledFor, logger.handle, logger.callHandlers, warnings._showwarnmsg

    before = found()
    outer, inner = Watch().begin(), Watch().begin()
    assert not set(found()) & set(before)
    log.debug("seen by both")
    outer.end()
    assert not set(found()) & set(before)
    inner.end()
    assert found() == before
    assert [len(each.seen) for each in (outer, inner)] == [1, 1]
    kept = Watch().begin()
    show = warnings._showwarnmsg
    kept.end()
    with warnings.catch_warnings(record=True) as caught:
        show(warnings.WarningMessage(UserWarning("x"), UserWarning, "a.py", 1))
    assert (len(caught), kept.seen) == (1, [])
    run_pytest("def test_it(sscred_iam, caplog): assert 0").assert_outcomes(failed=1)
    assert found() == before
