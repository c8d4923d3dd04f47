"""Browsers are named to people, not by what they call themselves."""

import pytest

from clinic.core.templatetags.browsers import browser_words

MOZILLA = "Mozilla/5.0"
LIKE_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {LIKE_CHROME} Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {LIKE_CHROME} Safari/537.36", "Chrome on Mac"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1", "Safari on iPhone"),
        (f"{MOZILLA} (Linux; Android 10; K) {LIKE_CHROME} Mobile Safari/537.36", "Chrome on Android"),
        ("Firefox/140.0", "Firefox"),
        ("", "Another browser"),
    ],
)
def test_a_browser_is_named(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words
