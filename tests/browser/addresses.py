"""Where each page is."""

from tests.browser.running import Running


def addresses(running: Running) -> dict[str, str]:
    """Return the address of one page of each kind, by name."""
    del running
    return {"overview": "/billetbro/", "sales": "/billetbro/sales?library=solbjerg"}
