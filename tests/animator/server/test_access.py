"""Who may use the server: names, origins, tokens."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from animator.errors import UserError
from animator.server.options import ServerOptions, read_token
from tests.animator.server.running import Local, is_problem, local_server, raw_answer

TOKEN = "0123456789abcdef0123"
PAGE = "https://page.example"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A server with a token, a name, and a page that may use it."""
    renders = tmp_path_factory.mktemp("renders")
    options = ServerOptions(
        port=0, renders=renders, token=TOKEN, hostnames=("films.example",), origins=(PAGE,)
    )
    with local_server(options) as server:
        yield server


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "a b", "[::1"],
)
def test_a_page_that_has_its_own_name_lead_here_gets_nothing(local: Local, host: str) -> None:
    answer = httpx2.get(local.jobs(), headers={"Host": host})
    assert is_problem(answer, 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:7860", "192.168.1.5"])
def test_addresses_and_localhost_are_names_of_the_server(local: Local, host: str) -> None:
    assert httpx2.get(local.jobs(), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://[", "", "file://", "http://localhost:1"]
)
def test_a_page_of_another_site_can_change_nothing(local: Local, origin: str) -> None:
    before = len(local.queue.find())
    answer = httpx2.post(local.jobs(), json={"preset": {}}, headers={"Origin": origin})
    assert is_problem(answer, 403)
    assert len(local.queue.find()) == before
    read = httpx2.get(local.jobs(), headers={"Origin": origin})
    assert "access-control-allow-origin" not in read.headers


def test_a_page_of_the_server_itself_may(local: Local) -> None:
    answer = httpx2.post(local.jobs(), json={"preset": {}}, headers={"Origin": local.url})
    assert answer.status_code == 201


def test_only_a_named_origin_is_let_in_by_cors(guarded: Local) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = httpx2.options(guarded.jobs(), headers={"Origin": PAGE, **asks})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PAGE
    refused = httpx2.options(guarded.jobs(), headers={"Origin": "https://evil.example", **asks})
    assert "access-control-allow-origin" not in refused.headers


def test_a_token_opens_as_bearer_and_as_the_password_of_basic(guarded: Local) -> None:
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    for value in (f"Bearer {TOKEN}", f"bearer  {TOKEN}", f"Basic {basic}"):
        assert httpx2.get(guarded.jobs(), headers={"Authorization": value}).status_code == 200, value
    assert httpx2.get(f"{guarded.url}/health").status_code == 200


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Token {TOKEN}", TOKEN, "Basic !!", "Basic " + "A" * 30,
     f"Basic {base64.b64encode(TOKEN.encode()).decode()}", "Bearer \u00fc"],
)  # fmt: skip
def test_anything_else_is_refused_and_says_what_is_expected(guarded: Local, value: str) -> None:
    for path in ("/api/v1/jobs", "/openapi.json", "/docs", "/no/such/path", "/api/v1/events"):
        headers = httpx2.Headers([(b"Authorization", value.encode("latin-1"))])
        answer = httpx2.get(f"{guarded.url}{path}", headers=headers)
        assert is_problem(answer, 401), path
        challenges = answer.headers.get_list("www-authenticate")
        assert [challenge.split()[0] for challenge in challenges] == ["Basic", "Bearer"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Origin": "https://evil.example", "Authorization": f"Bearer {TOKEN}"}, 403),
        ({"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"}, 421),
    ],
)
def test_a_websocket_is_refused_as_a_request_is(
    guarded: Local, headers: dict[str, str], status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = {
        "Host": f"127.0.0.1:{guarded.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        **headers,
    }
    request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    answer = raw_answer(guarded.port, f"GET /no/such/socket HTTP/1.1\r\n{request}\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"urn:animator:problem:" in answer
    assert "Traceback" not in capfd.readouterr().err


def test_a_proxy_s_name_is_let_in(guarded: Local) -> None:
    headers = {"Host": "films.example", "Authorization": f"Bearer {TOKEN}"}
    assert httpx2.get(guarded.jobs(), headers=headers).status_code == 200
    assert is_problem(httpx2.get(guarded.jobs(), headers={**headers, "Host": "x.films.example"}), 421)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "films.example"])
def test_without_a_token_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(UserError, match="give a token"):
        ServerOptions(host=host)
    ServerOptions(host=host, token=TOKEN)


@pytest.mark.parametrize(
    "text", ["", "short", "0123456789abcdef 0123456789", "0123456789abcdefü", "a" * 20_000]
)
def test_a_token_file_without_a_good_token_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    with pytest.raises(UserError, match="token"):
        read_token(path)
    path.write_text(f"{TOKEN}\n")
    assert read_token(path) == TOKEN
