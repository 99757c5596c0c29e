"""The chat on other sites: which may frame it, what its addresses say, and what stays shut to all others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from bot.errors import SettingError
from bot.serve import embed
from bot.serve.pages import assets

Maker = Callable[..., TestClient]
SHOP = "https://shop.example"
SECURE = {"x-forwarded-proto": "https"}


def ancestors(client: TestClient, path: str) -> str:
    policy = client.get(path).headers["content-security-policy"]
    return policy.partition("frame-ancestors ")[2]


@pytest.fixture
def shown(make_client: Maker) -> TestClient:
    return make_client(page=True, embed_origins=f"{SHOP}, http://localhost:8080")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        (" , ", ()),
        (f"{SHOP},{SHOP}/", (SHOP,)),
        ("HTTPS://Shop.Example:443, http://localhost:8080", (SHOP, "http://localhost:8080")),
        ("http://a.test:80,http://[::1]:8080", ("http://a.test", "http://[::1]:8080")),
        ("https://例子.中国", ("https://xn--fsqu00a.xn--fiqs8s",)),
    ],
)
def test_origins_are_read_as_browsers_write_them(text: str, read: tuple[str, ...]) -> None:
    assert embed.origins(text) == read


@pytest.mark.parametrize(
    "bad",
    [
        *("*", "shop.example", "https://", "https://*.shop.example", "ftp://a.test", "null", "'self'", "https://a b"),
        *("https://a.test/path", "https://a.test?x", "https://u@a.test", "https://a.test; script-src *", "https://[x]"),
        *("https://a.test:99999", "https://a.test:0", "https://a.test:x", "https://a..test", "https://a.test\nx: y"),
    ],
)
def test_what_is_no_origin_is_a_sentence(bad: str, make_client: Maker) -> None:
    with pytest.raises(SettingError, match=r"Setting EMBED_ORIGINS got .*, but it takes origins such as https://shop"):
        make_client(embed_origins=f"{SHOP},{bad}")


def test_nobody_may_frame_it_by_default(make_client: Maker) -> None:
    client = make_client(page=True)
    assert [ancestors(client, path) for path in ("/", "/?embed=1", "/desk")] == ["'self'"] * 3
    assert client.get("/embed.js").status_code == 200
    refused = client.get("/?embed=1")
    assert refused.status_code == 403 and "EMBED_ORIGINS" in refused.text and "set-cookie" not in refused.headers


def test_those_named_may_frame_the_chat_and_nothing_else(shown: TestClient) -> None:
    assert [ancestors(shown, path) for path in ("/", "/?embed=1")] == [f"{SHOP} http://localhost:8080"] * 2
    for path in ("/desk", "/knowledge", "/healthz", "/embed.js", "/ui/live", "/config", "/none"):
        assert ancestors(shown, path) == "'self'", path
        policy = shown.get(path).headers["cross-origin-resource-policy"]
        assert policy == ("cross-origin" if path == "/embed.js" else "same-origin"), path
    page = shown.get("/").headers
    assert page["cross-origin-resource-policy"] == "cross-origin"
    assert page["cross-origin-opener-policy"] == "same-origin"


def test_only_the_frame_knows_of_its_hosts(shown: TestClient) -> None:
    frame = shown.get("/?embed=1&lang=en").text
    assert f'<meta name="desk-hosts" content="{SHOP} http://localhost:8080">' in frame
    assert 'lang="en" class="embedded"' in frame and assets.address("frame.js") in frame
    for path in ("/", "/?embed=0", "/?embed=1x"):
        assert "desk-hosts" not in shown.get(path).text and "frame.js" not in shown.get(path).text
    assert 'lang="zh-CN" class' in shown.get('/?embed=1&lang="><script>').text
    assert 'lang="zh-CN"' in shown.get("/?lang=en", headers={"cookie": "desk_lang=zh"}).text


@pytest.mark.parametrize(
    ("path", "headers", "ends"),
    [
        ("/", {}, "SameSite=Lax"),
        ("/", SECURE, "SameSite=Lax; Secure"),
        ("/?embed=1", {}, "SameSite=Lax"),
        ("/?embed=1", SECURE, "SameSite=None; Secure; Partitioned"),
    ],
)
def test_the_browsers_secret_is_kept_for_one_sites_frames(
    shown: TestClient, path: str, headers: dict[str, str], ends: str
) -> None:
    cookie = shown.get(path, headers=headers).headers["set-cookie"]
    assert cookie.startswith("desk_browser=") and "HttpOnly" in cookie and cookie.endswith(ends)
    again = {**headers, "cookie": cookie.partition(";")[0]}
    assert shown.get(path, headers=again).headers["set-cookie"] == cookie  # renewed, and the same


def test_the_script_is_for_everybody_and_kept_for_minutes(shown: TestClient) -> None:
    script = shown.get("/embed.js", headers={"origin": "https://other.test"})
    assert script.headers["access-control-allow-origin"] == "*" and "javascript" in script.headers["content-type"]
    assert script.headers["cache-control"] == "public, max-age=600" and "shop.example" not in script.text
    assert shown.get("/embed.js", headers={"if-none-match": script.headers["etag"]}).status_code == 304
    assert shown.get("/embed.jsx").status_code == 404 and shown.post("/embed.js").status_code == 405
    for way in ("innerHTML", "document.cookie", "localStorage", "eval(", "Function("):
        assert way not in script.text


@pytest.mark.parametrize(
    "headers",
    [{"origin": SHOP}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "null"}],
)
def test_no_page_of_another_site_speaks_to_the_chat(shown: TestClient, headers: dict[str, str]) -> None:
    """Not even one that may show it: the frame asks from its own origin."""
    sent = {**headers, "cookie": "desk_browser=b1"}
    for path in ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset", "/ui/image"):
        assert shown.post(path, json={}, headers=sent).status_code == 403, path
    for path in ("/config", "/gradio_api/queue/data?session_hash=x", "/gradio_api/app_id"):
        told = shown.get(path, headers=sent)
        assert told.status_code == 403 and not [name for name in told.headers if name.startswith("access-control")]
    asked = {**headers, "access-control-request-method": "POST"}
    preflight = shown.options("/gradio_api/queue/join", headers=asked)
    assert preflight.status_code == 403 and "access-control-allow-origin" not in preflight.headers


def test_the_frame_itself_does(shown: TestClient) -> None:
    own = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:7860"}
    told = shown.get("/config", headers=own)
    assert told.status_code == 200 and "access-control-allow-origin" not in told.headers
    assert shown.get("/gradio_api/app_id", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    assert shown.post("/gradio_api/queue/join", json={}, headers=own).status_code == 400


def test_a_frame_without_a_name_is_told_so(shown: TestClient) -> None:
    assert shown.get("/ui/live").json() == {"rev": "", "notice": "", "nameless": True}
    assert "nameless" not in shown.get("/ui/live", headers={"cookie": "desk_browser=b1"}).json()
