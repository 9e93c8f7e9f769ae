"""Yesplan's webhook: the shape of what it asks us, of our answers, and of the state that it is told afterwards.

The public manual names the requests and what they carry, such as the event or the group of events at which a button was
pressed; their fields are chosen here, and all stand in this file.

| request         | body                                                                               | answer        |
|-----------------|------------------------------------------------------------------------------------|---------------|
| "Configuration" | `{"type": "configuration"}`                                                        | configuration |
| "Take Action"   | `{"type": "take_action", "action": "update", "resource": {"type": "event", "id"}}` | waiting       |
| "Update State"  | ours to Yesplan: custom data under the keyword `webhook_state`                     | none          |

The resource's type is `event` or `group`, as its `_type` is in the REST API. A group means every event in it. Who
pressed the button may be in the body, and is not read. `X-Webhook-Timestamp` is the time in whole seconds since 1970,
`X-Webhook-Signature` what `signature` returns, in small hexadecimal digits.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from billetbro.api.schema_types import Wire
from billetbro.models import WebhookAction, WebhookState

TIMESTAMP = "X-Webhook-Timestamp"
SIGNATURE = "X-Webhook-Signature"
MOST_SECONDS_APART = 300
"""A request's time and ours may differ by so much; as long, and longer, requests are remembered."""

ACTIONS = {WebhookAction.UPDATE: "Opdater / Update", WebhookAction.WITHDRAW: "Træk tilbage / Withdraw"}
STATES = {
    WebhookState.WAITING: "Opdateres / Updating",
    WebhookState.PUBLISHED: "I Place2book / In Place2book",
    WebhookState.ABSENT: "Ikke i Place2book / Not in Place2book",
    WebhookState.KEPT: "Stadig i Place2book: sæt først status tilbage / Still there: set the status back first",
    WebhookState.OVER: "Afholdt: røres ikke / Over: left as it is",
    WebhookState.REJECTED: "Afvist: se rapporten / Rejected: see the report",
    WebhookState.FAILED: "Mislykkedes: se rapporten / Failed: see the report",
}


class _Resource(Wire):
    type: Literal["event", "group"]
    id: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Configuration(Wire):
    type: Literal["configuration"]


class _TakeAction(Wire):
    type: Literal["take_action"]
    action: WebhookAction
    resource: _Resource


_ASKED: TypeAdapter[_Configuration | _TakeAction] = TypeAdapter(
    Annotated[_Configuration | _TakeAction, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class TakeAction:
    """A button that was pressed: what is asked for, of which event, or of which group of events."""

    action: WebhookAction
    uuid: str
    is_group: bool = False


def signature(secret: bytes, library: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 of `timestamp`, library and body with points between them: it is good for no other library."""
    return hmac.digest(secret, f"{timestamp}.{library}.".encode() + body, "sha256").hex()


def is_signed(secret: bytes, library: str, timestamp: str, body: bytes, given: str) -> bool:
    """Tell, in the same time whatever is wrong, whether a request was signed with the library's secret."""
    return hmac.compare_digest(signature(secret, library, timestamp, body).encode(), given.encode())


def is_recent(timestamp: str, now: datetime) -> bool:
    """Tell whether a request's time is near enough to `now`; false also for what is no time."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= MOST_SECONDS_APART


def asked(body: bytes) -> TakeAction | None:
    """Return what a body asks for, None for the configuration; raises ValueError, which quotes nothing of it."""
    try:
        read = _ASKED.validate_python(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise ValueError("not a request of a webhook") from None
    if isinstance(read, _Configuration):
        return None
    return TakeAction(read.action, read.resource.id, is_group=read.resource.type == "group")


def configuration() -> dict[str, object]:
    """Return our states and actions, as "Configuration" is answered."""
    return {
        "states": [{"key": state.value, "name": name} for state, name in STATES.items()],
        "actions": [{"key": action.value, "name": name} for action, name in ACTIONS.items()],
    }


def waiting() -> dict[str, object]:
    """Return the answer to "Take Action": the state until the run has ended."""
    return {"state": WebhookState.WAITING.value}


def state_update(keyword: str, state: WebhookState) -> dict[str, object]:
    """Return the custom data that tells Yesplan a state."""
    return {keyword: state.value}
