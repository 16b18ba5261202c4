"""Programs may use the endpoint; a web page in a browser on the same machine may not."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from http_by_hand import LIST_USERS, ask, code_of

CREATE_USER = "Action=CreateUser&Version=2010-05-08&UserName=Anika"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:{port}"},
        {"Host": "127.0.0.2:{port}"},
        {"Host": "[::1]:{port}"},
        {"Host": "LocalHost:{port}"},
        {"Host": "bucket.localhost:{port}"},
        {"Host": "host.docker.internal:{port}"},
        {"Host": "iam.amazonaws.com"},
        {"Host": "iam.amazonaws.com:443"},
        {"Host": "iam.cn-north-1.amazonaws.com.cn"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_a_program_is_answered(endpoint, headers):
    headers = {name: value.format(port=endpoint.port) for name, value in headers.items()}
    response, body = ask(endpoint, body=LIST_USERS, headers=headers)
    assert (response.status, body[:18]) == (200, b"<ListUsersResponse")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": ""},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1:x"},
        {"Host": "10.0.0.1:{port}"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1.evil.example:{port}"},
        {"Host": "notlocalhost:{port}"},
        {"Host": "iam.amazonaws.com.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.s3.amazonaws.com"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_web_page_is_refused(iam, endpoint, method, headers):
    headers = {name: value.format(port=endpoint.port) for name, value in headers.items()}
    response, body = ask(endpoint, method, f"/?{CREATE_USER}", headers=headers)
    assert (response.status, code_of(body)) == (403, "AccessDenied")
    ((name, value),) = headers.items()
    assert f"web pages: {name} is '{value}'" in body.decode().replace("&#x27;", "'")
    assert iam.calls == []


def test_the_message_has_no_more_of_a_header_than_fits(endpoint):
    _, body = ask(endpoint, body=LIST_USERS, headers={"Host": "\x9b31m" * 1000})
    assert b"Host is '\\x9b31m\\x9b31m" in body.replace(b"&#x27;", b"'")
    assert len(body) < 800


@pytest.fixture
def dom(tmp_path):
    """What a browser makes of an address; hosts named evil.example lead to this machine."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)}")

    def dom(url):
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--virtual-time-budget=5000", "--dump-dom",
            f"--user-data-dir={tmp_path}", url,
            "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return dom


@pytest.mark.program
def test_a_page_in_a_browser_changes_nothing(iam, dom, tmp_path):
    refused = []
    with iam.serve(answered=lambda response: refused.append(response.status)) as endpoint:
        (tmp_path / "page.html").write_text(f"""
<img src="{endpoint.url}/?{CREATE_USER}">
<script>fetch("{endpoint.url}", {{method: "POST", mode: "no-cors", body: "{CREATE_USER}"}})</script>
""")
        assert "<img" in dom(f"file://{tmp_path}/page.html")
    assert refused == [403, 403]
    assert iam.users() == []


@pytest.mark.program
def test_a_page_whose_hosts_name_leads_here_reads_nothing(iam, dom):
    iam.add_user("Anika")
    with iam.serve() as endpoint:
        typed = f"127.0.0.1:{endpoint.port}/?{LIST_USERS.decode()}"
        assert "<UserName>Anika</UserName>" in dom(f"http://{typed}")
        rebound = dom(f"http://{typed.replace('127.0.0.1', 'evil.example')}")
    assert "Anika" not in rebound
    assert "AccessDenied" in rebound
