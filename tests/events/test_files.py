"""Log files, as a trail delivers them."""

from __future__ import annotations

import gzip
import json


def test_a_log_file_holds_the_records(iam, ask, tmp_path):
    ask("ListUsers")
    iam.dump_cloudtrail(tmp_path / "log.json")
    assert json.loads((tmp_path / "log.json").read_text()) == {"Records": iam.cloudtrail}


def test_a_log_file_is_compressed_if_its_name_says_so(iam, ask, tmp_path):
    ask("ListUsers")
    path = tmp_path / "123456789012_CloudTrail_us-east-1_20260913T1540Z.json.gz"
    iam.dump_cloudtrail(str(path))
    assert json.loads(gzip.decompress(path.read_bytes())) == {"Records": iam.cloudtrail}


def test_a_log_files_name_may_be_in_capitals(iam, tmp_path):
    iam.dump_cloudtrail(tmp_path / "A.JSON.GZ")
    assert json.loads(gzip.decompress((tmp_path / "A.JSON.GZ").read_bytes())) == {"Records": []}


def test_two_files_of_the_same_records_are_the_same(iam, ask, tmp_path):
    ask("ListUsers")
    paths = [tmp_path / "a.gz", tmp_path / "b.gz"]
    for path in paths:
        iam.dump_cloudtrail(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
