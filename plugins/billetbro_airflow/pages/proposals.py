"""What an action would do by now, before it is confirmed and again when it is. One without a point is refused.

| action | of | is refused (409) |
|---|---|---|
| `update`, `plan` | all libraries, a library, an event | never |
| `retry` | an event | when nothing of it was refused |
| `accept` | an event | without open drift |
| `overwrite` | an event | without drift and replaced link, or with prices that look wrong |
| `adopt` | an event | unless one Place2book event is meant that looks like it, and it has none itself |
| `another` | an event | when no Place2book event looks like it |
| `allow_removals` | a library | when its latest run stopped no removals |
| `go_live`, `pause_live` | a library | when it is, or is not, live already |
| `carry_out` | a run in mode `plan` | when it is not known which events it was for |

What the person may not see is 404, and all libraries are 403 for somebody who may not see every one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b

from fastapi import HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from billetbro.messages.lookalikes import lookalike_message
from billetbro.models import FieldChange, LookalikeChoice, Mode
from billetbro.models.message import Message
from billetbro.reconcile.sale_status.replaced_link import LINK_REPLACED
from billetbro.settings.libraries import Library
from billetbro.store.actions import Action
from billetbro.store.changes import failed_write_backs
from billetbro.store.drift import Drift, read_drift
from billetbro.store.live_libraries import Live, read_live
from billetbro.store.lookalikes import is_adoptable, read_undecided
from billetbro.store.pages.asked import made_plan, open_rejections, title_of
from billetbro.store.pages.freshness import read_library_runs
from billetbro_airflow.pages.access import Reader

MODES = {Action.PLAN: Mode.PLAN, Action.OVERWRITE: Mode.RESYNC}
CHOICES = {Action.ADOPT: LookalikeChoice.ADOPT, Action.ANOTHER: LookalikeChoice.ANOTHER}
WITHOUT_A_RUN = (Action.ACCEPT, Action.GO_LIVE, Action.PAUSE_LIVE)
OF_AN_EVENT = (Action.RETRY, Action.ACCEPT, Action.OVERWRITE, *CHOICES)
STOPPED = "error.many_missing"
"""The error of a load that `allow_mass_removal` would let pass."""
WRITE_BACK_FAILED = Message("pages.write_back_failed")
WRONG_PRICES = "price_unit_doubted"
PLAIN = r"^[^\x00-\x1f\x7f]*$"


class Asked(BaseModel):
    """What a person asks for: an action, of a library, an event or a run; of what looks like it, one or all."""

    action: Action
    library: str = Field("", max_length=200, pattern=PLAIN)
    uuid: str = Field("", max_length=500, pattern=PLAIN)
    run: str = Field("", max_length=300, pattern=PLAIN)
    place2book_event: int | None = Field(None, ge=1, le=2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an action would do. No `libraries`: all of them; no `events`: all of theirs.

    `why`: what it is about, in sentences; `fields`: of a drift. `drift` is that of an event whose fields are shown.
    """

    action: Action
    libraries: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    library: Library | None = None
    title: str | None = None
    made_at: datetime | None = None
    why: tuple[Message, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    drift: Drift | None = None

    @property
    def has_point(self) -> bool:
        """Return whether there is anything to do: a rejection or fields that are still there."""
        return bool(self.why if self.action is Action.RETRY else self.fields or self.drift is None)

    @property
    def needs_run(self) -> bool:
        """Return whether a run carries it out."""
        return self.action not in WITHOUT_A_RUN

    @property
    def conf(self) -> Mapping[str, object]:
        """Return what the run is started with."""
        conf = {
            "libraries": [*self.libraries],
            "events": [*self.events],
            "mode": MODES.get(self.action, Mode.SYNC).value,
        }
        return conf | ({"allow_mass_removal": True} if self.action is Action.ALLOW_REMOVALS else {})

    @property
    def seen(self) -> str:
        """Return a digest of what the person is shown: what is confirmed has to be the same."""
        why = [one.to_json() for one in self.why]
        shown = (self.libraries, self.events, why, [asdict(field) for field in self.fields])
        return blake2b(json.dumps(shown).encode(), digest_size=12).hexdigest()


def propose(connection: Connection, reader: Reader, asked: Asked) -> Proposal:
    """Return what the action would do; raises 403, 404, 409 and 422."""
    if asked.action is Action.CARRY_OUT:
        return _of_plan(connection, reader, asked)
    of_event = asked.action in OF_AN_EVENT
    if asked.run or (of_event and not asked.uuid) or (asked.uuid and not asked.library):
        raise HTTPException(422)
    if not asked.library:
        if asked.action not in (Action.UPDATE, Action.PLAN):
            raise HTTPException(422)
        if not reader.sees_all:
            raise HTTPException(403)
        return Proposal(action=asked.action)
    library = reader.library(asked.library)
    of_library = Proposal(action=asked.action, libraries=(library.id,), library=library)
    if asked.action in (Action.GO_LIVE, Action.PAUSE_LIVE):
        if asked.uuid:
            raise HTTPException(422)
        live = read_live(connection, [library.id])[library.id]
        if (live is Live.YES) == (asked.action is Action.GO_LIVE):
            raise HTTPException(409, "changed")
        return replace(of_library, why=(Message(f"live.{live}"),))
    if asked.action is Action.ALLOW_REMOVALS:
        if asked.uuid:
            raise HTTPException(422)
        return replace(of_library, why=_stopped_removals(connection, library.id))
    return _of_event(connection, of_library, asked) if asked.uuid else of_library


def _of_event(connection: Connection, of_library: Proposal, asked: Asked) -> Proposal:
    (library,), uuid = of_library.libraries, asked.uuid
    title = title_of(connection, library, uuid)
    if title is None:
        raise HTTPException(404)
    proposal = replace(of_library, events=(uuid,), title=title)
    if proposal.action not in OF_AN_EVENT:
        return proposal
    if proposal.action in CHOICES:
        return replace(proposal, why=_lookalikes(connection, library, asked))
    rejected = open_rejections(connection, library, uuid)
    if proposal.action is Action.RETRY:
        failed = [WRITE_BACK_FAILED] if uuid in failed_write_backs(connection, library) else []
        return replace(proposal, why=(*(one.message for one in rejected), *failed))
    drift = read_drift(connection, library, uuid, lock=True)
    replaced = tuple(one.message for one in rejected if one.code == LINK_REPLACED)
    if drift is None and not (replaced and proposal.action is Action.OVERWRITE):
        raise HTTPException(409, "changed")
    if proposal.action is Action.ACCEPT and drift is not None:
        return replace(proposal, drift=drift, fields=drift.open)
    if any(one.code == WRONG_PRICES for one in rejected):
        raise HTTPException(409, "wrong_prices")
    proposal = replace(proposal, why=replaced)
    if drift is None:
        return proposal
    undone = tuple(FieldChange(field=one.field, old=one.new, new=one.old) for one in drift.fields)
    return replace(proposal, drift=drift, fields=undone)


def _lookalikes(connection: Connection, library: str, asked: Asked) -> tuple[Message, ...]:
    """Return what is meant of what looks like the event; raises 409 for nothing, and for more than can be adopted."""
    alike = read_undecided(connection, library, asked.uuid)
    meant = [one for one in alike if asked.place2book_event in (None, one.event_id)]
    adopts = asked.action is Action.ADOPT
    if not meant or (adopts and (len(meant) > 1 or not is_adoptable(connection, library, asked.uuid))):
        raise HTTPException(409, "changed")
    return tuple(lookalike_message(one) for one in meant)


def _stopped_removals(connection: Connection, library: str) -> tuple[Message, ...]:
    (run,) = read_library_runs(connection, [library])
    stopped = [error for error in run.errors if error.key == STOPPED]
    if run.removals_blocked:
        stopped.append(run.removals_blocked)
    if not stopped:
        raise HTTPException(409, "changed")
    return tuple(stopped)


def _of_plan(connection: Connection, reader: Reader, asked: Asked) -> Proposal:
    if not asked.run or asked.uuid:
        raise HTTPException(422)
    chosen = [reader.library(asked.library).id] if asked.library else reader.ids
    plan = made_plan(connection, asked.run, chosen)
    if plan is None:
        raise HTTPException(404)
    if plan.events is None:
        raise HTTPException(409, "old_plan")
    return Proposal(action=asked.action, libraries=plan.libraries, events=plan.events, made_at=plan.made_at)
