"""The timeline as a picture: what it shows, and which reports have it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from pytest_sscred.timeline import timeline
from pytest_sscred.timeline_svg import svg

CODECOMMIT = "codecommit.amazonaws.com"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(iam):
    return ElementTree.fromstring(svg(timeline(iam._account)))


def bars(picture):
    """By row's top: the bars as (status, first column, columns)."""
    found = {}
    for rect in picture.findall(f"{SVG}rect"):
        title = rect.find(f"{SVG}title")
        if title is not None:
            row = (int(rect.get("y")) + int(rect.get("height")) // 2) // 22
            left, width = int(rect.get("x")) - 330, int(rect.get("width"))
            found.setdefault(row, []).append((title.text, left // 16, width / 16))
    return found


@pytest.fixture
def rotated(iam, ask):
    """One password, deactivated by the second call, deleted by the fourth; the third makes one."""
    iam.require_deactivated_before_deleted()
    old = iam.add_credential("a-user-with-quite-a-long-name", CODECOMMIT)
    about = {"UserName": old.user_name, "ServiceSpecificCredentialId": old.id}
    ask("ListUsers")
    ask("UpdateServiceSpecificCredential", **about, Status="Inactive")
    ask("CreateServiceSpecificCredential", UserName=old.user_name, ServiceName=CODECOMMIT)
    ask("DeleteServiceSpecificCredential", **about)
    return old


def test_each_credential_has_a_bar_for_each_of_its_statuses(iam, rotated):
    found = bars(drawn(iam))
    assert found[1] == [("Active", 0, 1), ("Inactive", 1, 2), ("Deleted", 3, 1)]
    assert found[2] == [("Active", 2, 2)]
    assert [status for status, *_ in found[3]] == ["Active", "Inactive", "Expired", "Deleted"]


def test_columns_are_numbered_and_say_which_call_they_are(iam, rotated):
    texts = drawn(iam).findall(f"{SVG}text")
    titles = {text.text: text.find(f"{SVG}title") for text in texts}
    assert titles["4"].text.startswith(f"4. DeleteServiceSpecificCredential {rotated.user_name}")
    assert f"{rotated.id} a-user-with-quite-a…" in titles
    assert "a rule broke" not in titles


def test_a_rule_that_broke_has_a_frame_around_its_call(iam, rotated, ask):
    (new,) = iam.credentials(status="Active")
    about = {"UserName": new.user_name, "ServiceSpecificCredentialId": new.id}
    ask("DeleteServiceSpecificCredential", **about)
    picture = drawn(iam)
    (frame,) = [each for each in picture.findall(f"{SVG}rect") if each.get("stroke")]
    assert int(frame.get("x")) == 330 + 4 * 16
    assert "a rule broke" in [each.text for each in picture.findall(f"{SVG}text")]


TESTS = """
import boto3

def test_two_are_changed(sscred_iam):
    sscred_iam.add_many(2, service_name="bedrock.amazonaws.com")
    iam = boto3.client("iam")
    for key in sscred_iam.credentials():
        about = {"UserName": key.user_name, "ServiceSpecificCredentialId": key.id}
        iam.update_service_specific_credential(**about, Status="Inactive")
    assert 1 == 2

def test_nothing_is_changed(sscred_iam):
    assert 1 == 2
"""


def test_a_report_of_pytest_html_has_it(run_pytest, pytester):
    pytest.importorskip("pytest_html", reason="needs pytest-html")
    flags = ["-p", "pytest_html.plugin", "-p", "pytest_metadata.plugin", "--html=report.html"]
    result = run_pytest(TESTS, *flags, "--self-contained-html")
    result.assert_outcomes(failed=2)
    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert page.count("&lt;svg xmlns") == 1
    assert "Inactive&lt;/title&gt;" in page


def test_a_report_of_allures_has_it_and_the_section(run_pytest, pytester):
    pytest.importorskip("allure_pytest", reason="needs allure-pytest")
    result = run_pytest(TESTS, "-p", "allure_pytest.plugin", "--alluredir=report")
    result.assert_outcomes(failed=2)
    folder = pytester.path / "report"
    found = [json.loads(each.read_text("utf-8")) for each in folder.glob("*-result.json")]
    kept = {each["name"]: each.get("attachments", []) for each in found}
    names = {name: [each["name"] for each in what] for name, what in kept.items()}
    assert names == {
        "test_two_are_changed": ["sscred_iam", "sscred_iam: timeline"],
        "test_nothing_is_changed": ["sscred_iam"],
    }
    text, picture = (folder / each["source"] for each in kept["test_two_are_changed"])
    assert text.read_text("utf-8").startswith("2 credentials; 2 users: user-0, user-1\n")
    ElementTree.parse(picture)
