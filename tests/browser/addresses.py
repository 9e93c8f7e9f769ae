"""Where each page is."""

from tests.browser.running import Running

KINDS = ("overview", "library", "event", "runs", "run", "sales", "confirm")


def addresses(running: Running) -> dict[str, str]:
    """Return the address of one page of each kind, by name."""
    event = running.event_on_sale()
    return {
        "overview": "/billetbro/",
        "library": "/billetbro/libraries/solbjerg",
        "event": f"/billetbro/libraries/solbjerg/events/{event}",
        "runs": "/billetbro/runs",
        "run": f"/billetbro/runs/{running.first_run()}",
        "sales": "/billetbro/sales?library=solbjerg",
        "confirm": f"/billetbro/actions/confirm?action=update&library=solbjerg&uuid={event}",
    }
