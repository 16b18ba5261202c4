"""The door for `requests`: IAM's Query API, and peace with other mocks of the same library."""

from __future__ import annotations

import threading

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from requests_aws4auth import AWS4Auth
from samples import SAMPLE_REQUEST, SAMPLE_RESPONSE, with_id
from urllib3.util import Retry

from pytest_sscred import FakeIAM
from pytest_sscred.consumers.http import first_label

LIST_USERS = {"Action": "ListUsers", "Version": "2010-05-08"}
IAM = "https://iam.amazonaws.com/"
MINE = "https://example.com/mine"
BEDROCK = "https://bedrock.us-east-1.amazonaws.com/"
ENDPOINTS = [
    "https://iam.amazonaws.com/",
    "https://iam-fips.amazonaws.com/",
    "https://iam.global.api.aws/",
    "https://iam.us-gov.amazonaws.com/",
    "https://iam.cn-north-1.amazonaws.com.cn/",
    "https://iam.us-iso-east-1.c2s.ic.gov/",
    "https://iam.us-isob-east-1.sc2s.sgov.gov/",
    "https://iam.eu-isoe-west-1.cloud.adc-e.uk/",
    "https://iam.us-isof-south-1.csp.hci.ic.gov/",
    "https://iam.eusc-de-east-1.amazonaws.eu/",
    "http://IAM.amazonaws.com:80/?Action=ListUsers",
]


def signed(key="AKIAIOSFODNN7EXAMPLE", secret="x"):
    return AWS4Auth(key, secret, "us-east-1", "iam")


# IAM's Query API


@pytest.mark.parametrize("url", ["https://[", "https://", "mailto:iam", "", "https://iam"])
def test_what_is_no_url_of_aws_is_nobodys(url):
    assert first_label(url) == ""


@pytest.mark.parametrize("url", ENDPOINTS)
def test_every_partitions_endpoint_is_the_account(sscred_iam, sscred_services, url):
    sscred_iam.add_user("Anika")
    answer = requests.post(url, data=LIST_USERS, auth=signed())
    assert answer.status_code == 200
    assert "<UserName>Anika</UserName>" in answer.text
    assert answer.headers["content-type"] == "text/xml"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_sample_request_gets_the_sample_response(sscred_iam, sscred_services, method):
    credential = with_id(sscred_iam, "Anika", "ACCA12345ABCDEXAMPLE")
    url, _, query = SAMPLE_REQUEST.partition("?")
    answer = requests.get(SAMPLE_REQUEST) if method == "GET" else requests.post(url, data=query)
    request_id = answer.headers["x-amzn-requestid"]
    assert answer.text.replace(request_id, "EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE") == (
        SAMPLE_RESPONSE.lstrip()
    )
    sscred_iam.assert_active(credential)


def test_who_signed_is_who_calls(sscred_iam, sscred_services):
    sscred_iam.add_user("Anika")
    made = sscred_iam.client().create_access_key(UserName="Anika")["AccessKey"]
    keys = made["AccessKeyId"], made["SecretAccessKey"]
    form = {"Action": "GetUser", "Version": "2010-05-08"}
    assert "Anika" in requests.post(IAM, data=form, auth=signed(*keys)).text


def test_an_operation_that_is_not_faked_is_noted(iam):
    form = {"Action": "ListOrganizationsFeatures", "Version": "2010-05-08"}
    with iam.open_services():
        answer = requests.post(IAM, data=form)
    assert (answer.status_code, "InvalidAction" in answer.text) == (400, True)
    assert len(iam.problems()) == 1


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("ReadTimeoutError", requests.exceptions.ReadTimeout),
        ("ConnectTimeoutError", requests.exceptions.ConnectTimeout),
        ("ConnectionClosedError", requests.exceptions.ConnectionError),
        ("EndpointConnectionError", requests.exceptions.ConnectionError),
    ],
)
def test_a_network_that_fails_raises_as_requests_does(sscred_iam, sscred_services, error, raised):
    sscred_iam.add_fault(error, on="ListUsers")
    with pytest.raises(raised, match=f"a fault: {error}"):
        requests.post(IAM, data=LIST_USERS)


def test_a_sessions_own_retries_are_made(sscred_iam, sscred_services):
    sscred_iam.add_fault("ServiceUnavailable", on="ListUsers", times=2)
    session = requests.Session()
    retries = Retry(3, status_forcelist=[503], allowed_methods=["POST"])
    session.mount("https://", HTTPAdapter(max_retries=retries))
    assert session.post(IAM, data=LIST_USERS).status_code == 200
    sscred_iam.assert_called("ListUsers", times=3)


def test_bodies_of_other_kinds(sscred_iam, sscred_services, tmp_path):
    text = "Action=ListUsers&Version=2010-05-08"
    (tmp_path / "body").write_text(text)
    with (tmp_path / "body").open("rb") as file:
        pieces, texts = (bytes([each]) for each in text.encode()), iter([text[:9], text[9:]])
        for body in (text, text.encode(), bytearray(text.encode()), file, pieces, texts):
            assert requests.post(IAM, data=body).status_code == 200
    assert "MissingAction" in requests.post(IAM).text


@pytest.mark.parametrize("url", [IAM, BEDROCK])
def test_an_answer_to_head_has_no_body(sscred_services, url):
    answer = requests.head(url)
    assert (answer.status_code >= 400, answer.content) == (True, b"")
    assert answer.headers["content-type"]


# Beside others


@pytest.fixture
def elsewhere(monkeypatch):
    """What reaches the network, in place of it."""
    seen = []

    def send(adapter, request, **kwargs):
        seen.append(request.url)
        answer = requests.Response()
        answer.status_code = 299
        answer.url, answer.request = request.url, request
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return seen


def test_what_is_not_ours_goes_on(elsewhere):
    with FakeIAM() as iam, iam.open_services():
        assert requests.get(MINE).status_code == 299
        assert requests.get("https://iam.example.com/").status_code == 299
        assert requests.get("https://s3.amazonaws.com/").status_code == 299
        assert requests.get("https://[::1]/").status_code == 299
        signed_otherwise = requests.get(BEDROCK, headers={"Authorization": "AWS4-HMAC-SHA256 x"})
        assert signed_otherwise.status_code == 299
        assert requests.post(IAM, data=LIST_USERS).status_code == 200
    assert len(elsewhere) == 5
    assert requests.post(IAM, data=LIST_USERS).status_code == 299


@responses.activate
def test_a_mock_of_the_users_that_was_started_later(sscred_iam, sscred_services):
    responses.get(MINE, json={"mine": True})
    assert requests.get(MINE).json() == {"mine": True}
    assert requests.post(IAM, data=LIST_USERS).status_code == 200
    assert requests.get(BEDROCK, headers={"Authorization": "Bearer ABSKx"}).status_code == 403
    with pytest.raises(requests.exceptions.ConnectionError, match="doesn't match any registered"):
        requests.get("https://example.com/other")
    assert [call.request.url for call in responses.calls] == [MINE, "https://example.com/other"]


def test_a_mock_of_the_users_that_was_started_before():
    with responses.RequestsMock() as mock:
        mock.get(MINE, json={"mine": True})
        with FakeIAM() as iam, iam.open_services():
            assert requests.get(MINE).json() == {"mine": True}
            assert requests.post(IAM, data=LIST_USERS).status_code == 200
            with pytest.raises(requests.exceptions.ConnectionError, match="doesn't match any"):
                requests.get("https://example.com/other")


def test_a_sessions_adapter_is_still_read(sscred_services):
    session = requests.Session()
    session.mount("https://iam.amazonaws.com/", HTTPAdapter(max_retries=3, pool_maxsize=7))
    assert session.get_adapter(IAM).max_retries.total == 3
    assert not hasattr(session.get_adapter(IAM), "nothing")


def test_who_stops_first_takes_nothing_from_the_other(iam, elsewhere):
    before = HTTPAdapter.send, requests.Session.get_adapter
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    mock.get(MINE, json={"mine": True})

    mock.start()
    services = iam.open_services()
    mock.stop()
    assert requests.post(IAM, data=LIST_USERS).status_code == 200
    services.close()

    services = iam.open_services()
    mock.start()
    services.close()
    assert requests.get(MINE).json() == {"mine": True}
    mock.stop()
    assert elsewhere == []
    assert requests.post(IAM, data=LIST_USERS).status_code == 299
    assert (HTTPAdapter.send, requests.Session.get_adapter) == before


class WithAnAdapterOfItsOwn(requests.Session):
    """As requests_mock makes of a session, among others."""

    def get_adapter(self, url):
        return HTTPAdapter()


def test_an_adapter_that_no_session_of_requests_has_chosen(iam, elsewhere):
    form = requests.Request("POST", IAM, data=LIST_USERS).prepare()
    mine = requests.Request("GET", MINE).prepare()
    with iam.open_services():
        assert WithAnAdapterOfItsOwn().post(IAM, data=LIST_USERS).status_code == 200
        assert HTTPAdapter().send(form).status_code == 200
        assert HTTPAdapter().send(mine).status_code == 299
    assert HTTPAdapter().send(form).status_code == 299
    assert elsewhere == [MINE, IAM]


@pytest.mark.parametrize(
    ("authorization", "url", "status"),
    [
        ("Bearer x", "?X-Amz-Signature=x", 403),
        ("Bearer x", "x?y=X-Amz-Signature=", 403),
        ("", "X-Amz-Signature=x", 403),
        ("", "?X-Amz-Signature=", 403),
        ("", "?X-Amz-Signature=x", 299),
    ],
)
def test_a_signature_in_the_url_counts_if_no_credential_is_given(
    iam, elsewhere, authorization, url, status
):
    with iam.open_services():
        headers = {"Authorization": authorization} if authorization else {}
        assert requests.get(BEDROCK + url, headers=headers).status_code == status


def test_vcr_plays_what_is_not_ours(sscred_iam, sscred_services, tmp_path):
    import vcr

    (tmp_path / "mine.yaml").write_text(f"""
interactions:
- request: {{method: GET, uri: {MINE}, body: null, headers: {{}}}}
  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: played}}}}
version: 1
""")
    recorder = vcr.VCR(record_mode="none")
    with recorder.use_cassette(str(tmp_path / "mine.yaml")) as cassette:
        assert requests.get(MINE).text == "played"
        assert requests.post(IAM, data=LIST_USERS).status_code == 200
        assert cassette.play_count == 1


def test_two_accounts_and_the_last_one_answers(elsewhere):
    def users():
        return requests.post(IAM, data=LIST_USERS)

    first, second = FakeIAM(account_id="111111111111"), FakeIAM(account_id="222222222222")
    first.add_user("a")
    second.add_user("b")
    outer, inner = first.open_services(), second.open_services()
    assert "222222222222" in users().text
    outer.close()
    assert "222222222222" in users().text
    inner.close()
    inner.close()
    assert users().status_code == 299


def test_an_account_that_is_closed_while_it_is_asked(iam):
    services = iam.open_services()
    iam.before("ListUsers", services.close)
    assert requests.post(IAM, data=LIST_USERS).status_code == 200


def test_a_sessions_own_adapter_stays_its_own(elsewhere):
    """One that is no HTTPAdapter, too; and closing the session closes it."""

    class Mine(requests.adapters.BaseAdapter):
        closed = False

        def send(self, request, **kwargs):
            return HTTPAdapter().send(request, **kwargs)

        def close(self):
            self.closed = True

    with FakeIAM() as iam, iam.open_services():
        session, mine = requests.Session(), Mine()
        session.mount("https://", mine)
        assert session.post(IAM, data=LIST_USERS).status_code == 200
        assert session.get(MINE).status_code == 299
        assert session.get("https://iam.s3.amazonaws.com/").status_code == 299
        session.get_adapter(IAM).close()
        assert mine.closed


def test_threads(sscred_iam, sscred_services):
    keys = sscred_iam.add_many(8)
    refused = []

    def work(key):
        headers = {"Authorization": f"Bearer {key.secret}"}
        refused.extend(
            r for r in [requests.get(BEDROCK, headers=headers) for _ in range(10)] if not r
        )

    threads = [threading.Thread(target=work, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    sscred_iam.assert_called("Authenticate", times=80)


def test_requests_is_left_as_it_was():
    before = requests.Session.get_adapter
    with FakeIAM() as iam, iam.open_services():
        assert requests.Session.get_adapter != before
    assert requests.Session.get_adapter == before


@pytest.mark.parametrize(
    ("method", "url"), [("DELETE", IAM), ("GET", IAM + "users"), ("PUT", IAM + "users")]
)
def test_what_is_no_request_of_iams_is_told(sscred_iam, sscred_services, method, url):
    """As through the endpoint."""
    answer = requests.request(method, url, params=LIST_USERS)
    assert (answer.status_code, "UnknownOperationException" in answer.text) == (404, True)


HOSTS = {
    "https://bedrock-runtime.us-east-1.amazonaws.com/": "bedrock-runtime",
    "https://bedrock-runtime.us-east-1.amazonaws.com./": "bedrock-runtime",
    "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/": "bedrock-runtime-fips",
    "https://vpce-1a-2b.bedrock-runtime.us-east-1.vpce.amazonaws.com/": "bedrock-runtime",
    "https://logs.s3.us-east-1.amazonaws.com/f": "",
    "https://iam.s3.amazonaws.com/f": "",
    "https://monitoring.s3-website-us-east-1.amazonaws.com/": "",
    "https://amazonaws.com/": "",
    "https://iam.amazonaws.com.example.com/": "",
    "https://xiam-amazonaws.com/": "",
}


@pytest.mark.parametrize(("url", "label"), HOSTS.items())
def test_which_hosts_are_services(url, label):
    assert first_label(url) == label
