"""API keys under attack: only valid keys are accepted, and timing reveals nothing about them."""

from __future__ import annotations

import hmac
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.access.authentication import METRICS_PATH, is_open
from service.settings import api_keys as keys_module
from service.settings.api_keys import ApiKey, KeyRefused, KeyRing, read_keys, read_keys_file
from service.settings.config import Config
from tests.access.keys import ALICE, BOB, CHEAP, KEYS, SCRAPER, bearer, client_of, entry

OPEN_ROUTES = {"/docs", "/healthz", "/openapi.json", "/problems", "/problems/<string:code>"}
OPEN_ROUTES |= {"/", "/readyz", "/static/<path:filename>", "/web/<string:name>"}


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application configured with keys."""
    return client_of(api_keys=KEYS).application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A test client of it that sends no key by default."""
    return app.test_client()


@pytest.mark.parametrize("text", [ALICE, BOB])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_valid_key_is_accepted(client: FlaskClient, text: str, scheme: str) -> None:
    """The scheme is case-insensitive (RFC 9110), the key is not."""
    assert client.get(CHEAP, headers={"Authorization": f"{scheme} {text}"}).status_code == 200


WRONG = {
    "case": ALICE.swapcase(),
    "cut": ALICE[:-1],
    "longer": ALICE + "1",
    "space before": " " + ALICE,
    "space within": ALICE.replace("-", " "),
    "digest": entry("alice", ALICE).split(":")[1],
    "entry": KEYS[0],
    "name": "alice",
    "empty": "",
    "twice": f"{ALICE},Bearer {ALICE}",
    "two keys": f"{ALICE}, {BOB}",
    "wrong then right": f"wrong, Bearer {ALICE}",
    "long": "x" * 100_000,
    "long and right": ALICE + "x" * 100_000,
    "latin-1": "clé",
    "null": ALICE + "\0",
    "metrics": SCRAPER,
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_refused(client: FlaskClient, text: str) -> None:
    answer = client.get(CHEAP, headers=bearer(text))
    assert (answer.status_code, answer.json["code"]) == (401, "wrong_key")
    assert (
        answer.headers["WWW-Authenticate"] == 'Bearer realm="gan-designer", error="invalid_token"'
    )
    assert answer.json["facts"] == {}


def test_every_wrong_key_gets_the_same_answer(client: FlaskClient) -> None:
    """All responses are equal except for the request id."""
    answers = [client.get(CHEAP, headers=bearer(text)) for text in WRONG.values()]
    distinct_answers = {
        (a.data, str([h for h in a.headers if h[0] != "X-Request-ID"])) for a in answers
    }
    assert len(distinct_answers) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": ALICE},
        {"Authorization": f"Basic {ALICE}"},
        {"Authorization": f"Bearer\t{ALICE}"},
        {"Authorization": f"BearerBearer {ALICE}"},
        {"X-API-Key": ALICE},
        {"Proxy-Authorization": f"Bearer {ALICE}"},
        {"Cookie": f"Authorization=Bearer {ALICE}"},
    ],
)
def test_a_key_is_read_from_the_authorization_header_only(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get(CHEAP, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "no_key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gan-designer"'


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "authorization"])
def test_a_key_in_the_query_is_refused(client: FlaskClient, name: str) -> None:
    """Proxies log query strings."""
    query = f"{CHEAP}&{name}={ALICE}"
    assert client.get(query).json["code"] == "no_key"
    assert client.get(query, headers=bearer(ALICE)).json["code"] == "unknown_field"


def test_every_route_needs_a_key_unless_listed_as_open(app: Flask) -> None:
    """Every route and method, and paths without a route."""
    closed = 0
    for rule in app.url_map.iter_rules():
        path = re.sub("<[^>]+>", "x", rule.rule)
        for method in rule.methods - {"OPTIONS"}:  # type: ignore[operator]
            answer = app.test_client().open(path, method=method)
            assert (answer.status_code == 401) == (rule.rule not in OPEN_ROUTES), rule.rule
            closed += answer.status_code == 401
    assert closed > 20
    for path in ("/nowhere", "/v1", "/static", "/docs/", "/HEALTHZ", "/v1/../healthz"):
        assert app.test_client().get(path).status_code == 401, path


def test_without_configured_keys_no_key_is_needed() -> None:
    """A key that is sent anyway is ignored."""
    client = client_of()
    for headers in ({}, bearer(ALICE), {"Authorization": "Basic x"}):
        assert client.get(CHEAP, headers=headers).status_code == 200


def test_a_cors_preflight_needs_no_key() -> None:
    """Browsers send no key with the preflight request."""
    client = client_of(api_keys=KEYS, cors_origins=("https://page.example",))
    preflight = client.options(
        "/v1/designs",
        headers={
            "Origin": "https://page.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert preflight.status_code == 200
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    refused = client.get(CHEAP, headers={"Origin": "https://page.example"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://page.example"


def test_metrics_have_keys_of_their_own(app: Flask) -> None:
    """Client keys cannot read metrics, and metrics keys cannot request designs."""
    open_app = client_of(api_keys=KEYS).application
    if METRICS_PATH not in {rule.rule for rule in app.url_map.iter_rules()}:
        open_app.add_url_rule(METRICS_PATH, "figures", lambda: "figures")
    client = open_app.test_client()
    answers = {key: client.get(METRICS_PATH, headers=bearer(key)) for key in (ALICE, BOB, SCRAPER)}
    assert [answer.status_code for answer in answers.values()] == [401, 401, 200]
    assert not is_open(METRICS_PATH)


def test_responses_to_a_key_are_not_cached_publicly(client: FlaskClient) -> None:
    """Otherwise a shared cache would return them to clients without a key."""
    for headers in (
        {},
        {"If-None-Match": client.get(CHEAP, headers=bearer(ALICE)).headers["ETag"]},
    ):
        answer = client.get(CHEAP, headers=bearer(ALICE) | headers)
        assert answer.status_code == (304 if headers else 200)
        assert answer.cache_control.private
        assert not answer.cache_control.public
    assert client.get("/openapi.json").cache_control.public
    assert client_of().get(CHEAP).cache_control.public


def test_every_key_is_compared_whichever_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of digest comparisons does not depend on which key matches, if any."""
    compared: list[tuple[str, str]] = []

    def count(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(keys_module, "compare_digest", count)
    ring = KeyRing(keys=read_keys(KEYS))
    for text in (ALICE, BOB, SCRAPER, "wrong", "", ALICE[:-1]):
        compared.clear()
        ring.find_key(text)
        assert [one for one, _ in compared] == [key.digest for key in ring.keys]
        assert {len(other) for _, other in compared} == {64}


BAD_ENTRIES = [
    ("open sesame", "key 1 must be name:sha256 or name:sha256:limit"),
    (f"alice:{ALICE}", "key 1: its digest must be the 64 hexadecimal digits"),
    (f"alice:{'a' * 63}", "key 1: its digest must be the 64 hexadecimal digits"),
    (f"al ice:{'a' * 64}", "key 1: its name must be"),
    (f":{'a' * 64}", "key 1: its name must be"),
    (f"{'n' * 65}:{'a' * 64}", "key 1: its name must be"),
    (f"alice:{'a' * 64}:sometimes", "key 1: it is not a rate limit such as 100/minute"),
    (f"alice:{'a' * 64}:0/minute", "key 1: it is not a rate limit such as 100/minute"),
    (f"alice:{'a' * 64}:5/minute:x", "key 1 must be name:sha256 or name:sha256:limit"),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD_ENTRIES)
def test_an_invalid_key_entry_is_refused_without_being_repeated(bad: str, sentence: str) -> None:
    """The entry may be the key itself, so the message does not repeat it."""
    with pytest.raises(KeyRefused, match=f"^{re.escape(sentence)}") as refusal:
        read_keys([bad])
    assert not set(bad.split(":")) & set(str(refusal.value).split()) - {"", "x"}


def test_the_same_key_twice_is_refused() -> None:
    """Its owner would depend on the order."""
    with pytest.raises(KeyRefused, match="keys 1 and 3 are the same"):
        KeyRing(keys=read_keys([KEYS[0], KEYS[1], KEYS[0].replace("alice", "mallory")]))


def test_a_name_may_have_several_keys() -> None:
    """As while a client replaces its key."""
    ring = KeyRing(keys=read_keys([entry("alice", "old"), entry("alice", "new")]))
    owners = [ring.find_key(text) for text in ("old", "new")]
    assert [find_key.name for find_key in owners if find_key] == ["alice", "alice"]


def test_a_file_has_a_key_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# who\n{KEYS[0]}  # the first\n\n{KEYS[1].upper().replace('BOB', 'bob')}\n")
    assert [key.name for key in read_keys_file(str(file))] == ["alice", "bob"]
    ring = Config(api_keys=KEYS[2:], api_keys_file=str(file)).key_ring
    assert {key.name for text in (ALICE, BOB, SCRAPER) if (key := ring.find_key(text))} == {
        "alice",
        "bob",
        "metrics",
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file has no key"),
        (b"# no key yet\n", "the file has no key"),
        (b"\xff\xfe", "the file is not UTF-8"),
        (b"#" * (2**20 + 1), "the file is larger than 1048576 bytes"),
        (b"open sesame", "key 1 must be"),
    ],
)
def test_an_invalid_keys_file_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "keys"
    file.write_bytes(content)
    with pytest.raises(KeyRefused, match=sentence):
        read_keys_file(str(file))


def test_the_repr_of_a_key_shows_no_secret() -> None:
    """The repr contains the digest, not the key."""
    key = read_keys(KEYS)[0]
    assert isinstance(key, ApiKey)
    assert ALICE not in repr(KeyRing(keys=(key,)))
