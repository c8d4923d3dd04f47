"""How a browser that calls itself by thirty words is named to a person."""

from django import template

register = template.Library()

# The first that fits: many name others after themselves, so that pages made for those serve them too.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@register.filter
def browser_words(user_agent: str) -> str:
    """Which browser on which device, `Firefox on Linux`, as far as it says so."""
    browser = _first(BROWSERS, user_agent) or "Another browser"
    system = _first(SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _first(words: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in words.items() if sign in user_agent), "")
