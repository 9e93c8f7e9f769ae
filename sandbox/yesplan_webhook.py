"""Yesplan's side of its webhook: what it sends when an administrator sets it up, and when a planner presses a button.

The shapes are those that docs/yesplan.md describes; the manual tells the requests, not their fields.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as an installation has it: the address of a library's, without a slash at its end, and its secret."""

    address: str
    secret: str
    clock: Callable[[], float] = time.time

    def configure(self) -> requests.Response:
        """Ask for states and actions, as when the integration is set up."""
        return self.send(json.dumps({"type": "configuration"}).encode())

    def press(self, resource_id: str, action: str = "update", kind: str = "event") -> requests.Response:
        """Press a button at an event, or at a group of events (`kind` group)."""
        user = {"id": "1-1600000000", "name": "Test Testesen"}
        resource = {"type": kind, "id": resource_id}
        return self.send(
            json.dumps({"type": "take_action", "action": action, "resource": resource, "user": user}).encode()
        )

    def send(self, body: bytes, **headers: str) -> requests.Response:
        """Send any body, signed; `headers` are added or replaced."""
        with requests.Session() as session:
            session.trust_env = False
            return session.post(self.address, data=body, headers={**self.signed(body), **headers}, timeout=TIMEOUT)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a request that is sent now."""
        timestamp, library = str(int(self.clock())), self.address.rsplit("/", 1)[1]
        mac = hmac.new(self.secret.encode(), f"{timestamp}.{library}.".encode() + body, hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "X-Webhook-Timestamp": timestamp,
            "X-Webhook-Signature": mac.hexdigest(),
        }
