"""Sessions begin fast and share nothing: whatever one test does to its own, the next has it new."""

from __future__ import annotations

import copy
import json
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore import hooks
from botocore.config import Config
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import Loader

from pytest_sscred import FakeIAM
from pytest_sscred.data_files import DataFiles, _Table

FILES = [
    ("iam", "service-2"),
    ("iam", "paginators-1"),
    ("iam", "waiters-2"),
    ("iam", "endpoint-rule-set-1"),
    ("ec2", "service-2"),
    ("s3", "service-2"),
]
DATA = ["endpoints", "partitions", "_retry", "sdk-default-configuration"]


@pytest.fixture(params=[boto3.Session, botocore.session.Session], ids=["boto3", "botocore"])
def make(request):
    return request.param


def loader_of(session):
    return getattr(session, "_session", session).get_component("data_loader")


@pytest.mark.parametrize(("service", "kind"), FILES)
def test_a_model_is_what_botocore_reads(sscred_iam, service, kind):
    ours = loader_of(boto3.Session())
    assert type(ours) is not Loader
    expected = Loader().load_service_model(service, kind)
    for _ in range(2):
        assert ours.load_service_model(service, kind) == expected
        assert expected == ours.load_service_model(service, kind)
        ours = loader_of(boto3.Session())


@pytest.mark.parametrize("name", DATA)
def test_other_data_are_what_botocore_reads(sscred_iam, name):
    for _ in range(2):
        ours = loader_of(boto3.Session())
        assert ours.load_data(name) == Loader().load_data(name)
        assert ours.load_data_with_path(name)[1] == Loader().load_data_with_path(name)[1]


@pytest.mark.parametrize("kind", ["service-2", "resources-1"])
def test_the_services_are_those_that_botocore_finds(sscred_iam, kind):
    session = boto3.Session()
    theirs = Loader([str(Path(boto3.__file__).parent / "data")])
    assert loader_of(session).list_available_services(kind) == theirs.list_available_services(kind)
    assert session.get_available_resources()
    assert "iam" in session.get_available_services()
    assert "us-east-1" in session.get_available_regions("ec2")


def test_what_there_is_not_is_none(sscred_iam):
    loader = loader_of(boto3.Session())
    with pytest.raises(Exception, match="nothing"):
        loader.load_service_model("nothing", "service-2")
    with pytest.raises(Exception, match="nothing"):
        loader.load_data("nothing")


# What a test may do to its session, and how the next would know


def edit_the_model(session):
    model = loader_of(session).load_service_model("iam", "service-2")
    model["operations"].clear()
    model["shapes"]["statusType"]["enum"].append("Broken")
    model["metadata"]["endpointPrefix"] = "broken"


def edit_a_clients_model(session):
    model = (
        session.client("iam") if hasattr(session, "client") else session.create_client("iam")
    ).meta.service_model
    model.metadata["endpointPrefix"] = "broken"
    model.shape_for("statusType").enum.append("Broken")


def edit_endpoints(session):
    loader = loader_of(session)
    for partition in loader.load_data("endpoints")["partitions"]:
        partition["services"].clear()
        partition["regions"] = {}
    loader.load_data("partitions")["partitions"].clear()
    loader.load_data("_retry")["definitions"] = {}
    loader.load_service_model("iam", "endpoint-rule-set-1")["rules"].clear()


def register_a_handler(session):
    def broken(**kwargs):
        raise AssertionError("an earlier test's handler")

    getattr(session, "events", session).register("before-call.iam", broken)


def configure(session):
    session = getattr(session, "_session", session)
    session.set_config_variable("region", "broken-1")
    session.set_default_client_config(Config(read_timeout=1, retries={"max_attempts": 9}))
    session.user_agent_name = "broken"
    session.set_credentials("broken", "broken")


def take_another_loader(session):
    getattr(session, "_session", session).register_component("data_loader", None)


EDITS = [
    edit_the_model, edit_a_clients_model, edit_endpoints, register_a_handler, configure,
    take_another_loader,
]  # fmt: skip


def use(session):
    """A client as the first test of a run has it."""
    iam = session.client("iam") if hasattr(session, "client") else session.create_client("iam")
    assert iam.list_users()["Users"] == []
    model = iam.meta.service_model
    assert model.metadata["endpointPrefix"] == "iam"
    assert "Broken" not in model.shape_for("statusType").enum
    assert len(model.operation_names) > 100
    assert iam.meta.config.read_timeout == 60
    assert iam.meta.region_name == "aws-global"
    assert "broken" not in iam.meta.config.user_agent
    assert iam._request_signer._credentials.access_key == "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_test_does_to_its_session_is_not_the_next_ones(make, edit):
    with FakeIAM():
        use(make())
        edit(make())
        use(make())
        edit(make())
    with FakeIAM():
        use(make())


@pytest.mark.parametrize("edit", EDITS)
def test_nor_to_the_default_session(edit, monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for _ in range(2):
        with FakeIAM():
            use(boto3)
            edit(boto3._get_default_session())
    assert boto3.DEFAULT_SESSION is None


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION"])
def test_the_environment_of_its_own_making_counts(name, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-north-1\n[profile mine]\nregion = eu-north-1\n")
    value = {"AWS_PROFILE": "mine", "AWS_DEFAULT_REGION": "eu-north-1"}.get(name, str(config))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with FakeIAM():
        assert boto3.Session().region_name == "us-east-1"
    with FakeIAM():
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv(name, value)
        assert boto3.client("ec2").meta.region_name == "eu-north-1"


def test_a_folder_of_the_users_own_is_read_anew(make, monkeypatch, tmp_path):
    """AWS_DATA_PATH: a service of its own, and one that stands before botocore's."""
    model = Loader().load_service_model("iam", "service-2")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    def write(service, name):
        folder = tmp_path / service / "2010-05-08"
        folder.mkdir(parents=True, exist_ok=True)
        told = {**model, "metadata": {**model["metadata"], "serviceFullName": name}}
        (folder / "service-2.json").write_text(json.dumps(told))

    def full_name(service):
        loaded = loader_of(make()).load_service_model(service, "service-2")
        return loaded["metadata"]["serviceFullName"]

    with FakeIAM():
        assert full_name("iam") == "AWS Identity and Access Management"
        write("iam", "mine")
        write("mine", "mine too")
        assert (full_name("iam"), full_name("mine")) == ("mine", "mine too")
        write("mine", "and changed")
        assert full_name("mine") == "and changed"
    monkeypatch.delenv("AWS_DATA_PATH")
    with FakeIAM():
        assert full_name("iam") == "AWS Identity and Access Management"
        assert "mine" not in loader_of(make()).list_available_services("service-2")


def test_a_loader_of_the_users_own_stays_it(make):
    mine = Loader()
    with FakeIAM():
        session = make()
        getattr(session, "_session", session).register_component("data_loader", mine)
        use(session)
        assert loader_of(session) is mine


def test_a_factory_of_the_users_own_stays_it(monkeypatch):
    class Mine(Loader):
        pass

    monkeypatch.setattr(botocore.session, "create_loader", lambda *args: Mine())
    with FakeIAM():
        assert type(loader_of(boto3.Session())) is Mine


def test_aliases_of_the_users_own_count():
    with FakeIAM():
        boto3.client("iam")
        emitter = botocore.session.EventAliaser(HierarchicalEmitter(), {"iam": "mine"})
        seen = []
        emitter.register("before-call.mine", lambda **kwargs: seen.append("mine"))
        copy.copy(emitter).emit("before-call.iam")
        assert seen == ["mine"]


def test_awaited_sessions_share_nothing_either():
    aiobotocore = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    import asyncio

    async def main():
        async with aiobotocore.get_session().create_client("iam") as iam:
            assert (await iam.list_users())["Users"] == []
            model = iam.meta.service_model
            assert model.metadata["endpointPrefix"] == "iam"
            model.metadata["endpointPrefix"] = "broken"
            assert "Broken" not in model.shape_for("statusType").enum
            model.shape_for("statusType").enum.append("Broken")

    for _ in range(2):
        with FakeIAM():
            asyncio.run(main())


def test_a_client_of_the_account_shares_nothing_with_it(sscred_iam):
    sscred_iam.client().meta.service_model.metadata["endpointPrefix"] = "broken"
    model = sscred_iam.client().meta.service_model
    model.shape_for("statusType").enum.append("Broken")
    assert sscred_iam.client().meta.service_model.metadata["endpointPrefix"] == "iam"
    with pytest.raises(ValueError, match="takes 'Active' or 'Inactive'"):
        sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", status="Broken")


def test_botocore_is_left_as_it_was_found():
    def found():
        return botocore.session.create_loader, botocore.session.EventAliaser, hooks.accepts_kwargs

    before = found()
    with FakeIAM():
        assert not set(found()) & set(before)
        session = boto3.Session()
    assert found() == before
    assert before[1] is EventAliaser
    use_later = session.client("iam", aws_access_key_id="x", aws_secret_access_key="y")
    assert use_later.meta.service_model.service_name == "iam"


# What is kept


def test_a_file_that_changes_is_read_anew(tmp_path):
    files, file = DataFiles(), tmp_path / "data.json"
    file.write_text('{"shapes": {"a": {"b": [1]}}}')
    first = files.load(str(tmp_path / "data"))
    first["shapes"]["a"]["b"].append(2)
    assert files.load(str(tmp_path / "data")) == {"shapes": {"a": {"b": [1]}}}
    file.write_text('{"shapes": {"a": {"b": [10]}}}')
    assert files.load(str(tmp_path / "data")) == {"shapes": {"a": {"b": [10]}}}
    os.remove(file)
    assert files.load(str(tmp_path / "data")) is None


PLAIN = {"a": {"x": 1}, "b": {"y": [2]}}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (dict, PLAIN),
        (lambda table: {**table}, PLAIN),
        (lambda table: {} | table, PLAIN),
        (lambda table: table | {}, PLAIN),
        (lambda table: json.loads(json.dumps(table)), PLAIN),
        (lambda table: pickle.loads(pickle.dumps(table)), PLAIN),
        (copy.copy, PLAIN),
        (copy.deepcopy, PLAIN),
        (lambda table: table.copy(), PLAIN),
        (lambda table: dict(table.items()), PLAIN),
        (lambda table: list(table.values()), list(PLAIN.values())),
        (list, ["a", "b"]),
        (lambda table: list(reversed(table)), ["b", "a"]),
        (lambda table: table["a"], PLAIN["a"]),
        (lambda table: table.get("b"), PLAIN["b"]),
        (lambda table: table.get("c", 3), 3),
        (lambda table: table.pop("b"), PLAIN["b"]),
        (lambda table: table.popitem(), ("b", PLAIN["b"])),
        (lambda table: table.setdefault("a", 3), PLAIN["a"]),
        (lambda table: {"in": table} == {"in": PLAIN}, True),
        (lambda table: {"in": OrderedDict(PLAIN)} == {"in": table}, True),
        (lambda table: table != PLAIN, False),
        (lambda table: table != {}, True),
        (lambda table: isinstance(table, dict), True),
        (lambda table: len(table), 2),
        (lambda table: repr(table), repr(_Table(PLAIN))),
    ],
)  # fmt: skip
def test_a_table_is_a_dict_however_it_is_read(tmp_path, read, expected):
    (tmp_path / "data.json").write_text(json.dumps({"shapes": PLAIN}))
    table = DataFiles().load(str(tmp_path / "data"))["shapes"]
    assert type(table) is _Table
    assert read(table) == expected
    with pytest.raises(TypeError):
        hash(table)


def test_two_tables_are_equal(tmp_path):
    (tmp_path / "data.json").write_text(json.dumps({"shapes": PLAIN}))
    files = DataFiles()
    one, other = (files.load(str(tmp_path / "data"))["shapes"] for _ in range(2))
    assert one == other
    one["a"]["x"] = 5
    assert one != other
