"""What a test needs to speak to the stand-ins."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from sandbox.server import Sandbox

TIMEOUT = 60.0
ADDRESS = {"address1": "Algade 1", "postal_code": "0800", "city": "Høje Taastrup", "phone": "", "country": "DK"}


@dataclass(frozen=True, slots=True)
class Place2bookClient:
    """Sends requests as a client does that knows the token; `maker` is the event maker that paths start from."""

    sandbox: Sandbox
    maker: int = 5100

    def send(self, method: str, path: str = "", body: object = None, **headers: str) -> requests.Response:
        known = {
            "X-PLACE2BOOK-API-TOKEN": self.sandbox.place2book_token,
            "Accept": "application/vnd.place2book.v1+json",
        }
        url = f"{self.sandbox.place2book_url}/event_makers/{self.maker}{path}"
        return requests.request(method, url, json=body, headers={**known, **headers}, timeout=TIMEOUT)

    def create(self, prices: list[dict[str, object]] | None = None, **fields: object) -> dict[str, Any]:
        """Create an event, with one price of 50 kroner unless others are given, and return it."""
        chosen = [{"name": "Billet", "value": 5000}] if prices is None else prices
        answer = self.send("POST", "/events", {"event": {**event_body(**fields), "prices": chosen}})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def event(self, event_id: int) -> dict[str, Any]:
        shown: dict[str, Any] = self.send("GET", f"/events/{event_id}").json()
        return shown

    def prices(self, event_id: int) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = self.send("GET", f"/events/{event_id}/prices").json()
        return shown


def event_body(**fields: object) -> dict[str, object]:
    """Return what is required of an event in thirty days, with other fields on top."""
    return {"name": "Koncert", "begin_at": zulu(30), "capacity": 10, "address": ADDRESS, **fields}


def zulu(days: float) -> str:
    """Return the moment so many days from now as Place2book writes it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def basic(login: str, password: str) -> str:
    return f"Basic {b64encode(f'{login}:{password}'.encode()).decode()}"


def cms_list(sandbox: Sandbox, library_id: str = "solbjerg", **query: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{sandbox.cms_urls[library_id]}/api/v1/events", params=query, timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text
    events: list[dict[str, Any]] = answer.json()
    return events


def cms_patch(sandbox: Sandbox, uuid: str, body: object, auth: tuple[str, str] | None = None) -> requests.Response:
    """PATCH an event of Solbjerg as its external system, or with another login."""
    url = f"{sandbox.cms_urls['solbjerg']}/api/v1/events/{uuid}"
    return requests.patch(url, json=body, auth=auth or sandbox.cms_users["solbjerg"], timeout=TIMEOUT)


def ask_theater(
    sandbox: Sandbox, path: str, key: str | None = "", *, method: str = "GET", body: object = None
) -> requests.Response:
    """Send a request to the theatre, with its key unless another (None: none) is given."""
    params = {} if key is None else {"api_key": key or sandbox.yesplan["theater"].api_key}
    url = f"{sandbox.yesplan_urls['theater']}{path}"
    return requests.request(method, url, params=params, json=body, timeout=TIMEOUT)
