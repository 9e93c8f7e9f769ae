"""Yesplan's webhook: the shapes of its requests, of our answers, and of the state that we write afterwards.

The public manual names the requests and their content, such as the event or group at which a button was pressed. The
names of the fields are our choice, and only this file has them.

| request         | body                                                                               | answer        |
|-----------------|------------------------------------------------------------------------------------|---------------|
| "Configuration" | `{"type": "configuration"}`                                                        | configuration |
| "Take Action"   | `{"type": "take_action", "action": "update", "resource": {"type": "event", "id"}}` | waiting       |
| "Update State"  | ours to Yesplan: custom data under the keyword `webhook_state`                     | none          |

The resource's type is `event` or `group`, as `_type` in the REST API. A group means every event in it. Who pressed the
button is not read. `X-Webhook-Timestamp` is in seconds since 1970, `X-Webhook-Signature` the result of `signature`.
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
"""The allowed difference between a request's time and ours; requests are remembered at least as long."""

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
    """A pressed button: the action, and the event or group of events."""

    action: WebhookAction
    uuid: str
    is_group: bool = False


def signature(secret: bytes, library: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 in hex of timestamp, library and body, joined by dots: valid for one library only."""
    return hmac.digest(secret, f"{timestamp}.{library}.".encode() + body, "sha256").hex()


def is_signed(secret: bytes, library: str, timestamp: str, body: bytes, given: str) -> bool:
    """Tell, in constant time, whether a request was signed with the library's secret."""
    return hmac.compare_digest(signature(secret, library, timestamp, body).encode(), given.encode())


def is_recent(timestamp: str, now: datetime) -> bool:
    """Tell whether a request's time is close to `now`; False for an invalid time."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= MOST_SECONDS_APART


def asked(body: bytes) -> TakeAction | None:
    """Return the requested action, None for "Configuration"; raises ValueError, which does not quote the body."""
    try:
        read = _ASKED.validate_python(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise ValueError("not a request of a webhook") from None
    if isinstance(read, _Configuration):
        return None
    return TakeAction(read.action, read.resource.id, is_group=read.resource.type == "group")


def configuration() -> dict[str, object]:
    """Return the answer to "Configuration": our states and actions."""
    return {
        "states": [{"key": state.value, "name": name} for state, name in STATES.items()],
        "actions": [{"key": action.value, "name": name} for action, name in ACTIONS.items()],
    }


def waiting() -> dict[str, object]:
    """Return the answer to "Take Action": the state until the run ends."""
    return {"state": WebhookState.WAITING.value}


def state_update(keyword: str, state: WebhookState) -> dict[str, object]:
    """Return the custom data that shows a state in Yesplan."""
    return {keyword: state.value}
