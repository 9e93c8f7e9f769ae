"""The tables of the schema `sync`: snapshots, links, changes, and rejections.

Times are timestamptz. JSON columns hold the frozen types of billetbro.models in their JSON form.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from billetbro.store.schema.metadata import Time, metadata

SCHEMA = "sync"
MESSAGE = JSONB(none_as_null=True)
"""A text by its key and values (models/message.py)."""

runs = Table(
    "runs",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Text, nullable=False, comment="Airflow's id of the DAG run"),
    Column("library", Text, nullable=False, comment="the library's id in libraries.yaml"),
    Column("mode", Text, nullable=False, comment="plan, sync or resync; or ticket_status"),
    Column("by_hand", Boolean, nullable=False, server_default=text("false"), comment="started by a person"),
    Column(
        "not_live",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="only planned, whatever was asked for, because the library was not live",
    ),
    Column("started_at", Time, nullable=False),
    Column(
        "events",
        ARRAY(Text),
        comment="the source events that the run was limited to; empty: none, all were in it; null: not known",
    ),
    Column("window_start", Time, comment="source events that start before this moment were not asked for"),
    Column("window_end", Time, comment="nor need those be there that start at this moment or later; null: all were"),
    Column("extracted_at", Time, comment="when a complete snapshot of the source was stored; null: none was"),
    Column("transformed_at", Time),
    Column("observed_at", Time, comment="when Place2book's current state was read completely; null: it was not"),
    Column("loaded_at", Time),
    Column(
        "unchanged",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="load found everything as in a run that had nothing to do, and planned nothing",
    ),
    Column("written_back_at", Time),
    Column("exported_at", Time),
    Column("source_events", Integer, comment="how many events the snapshot held"),
    Column(
        "removals_blocked",
        MESSAGE,
        comment="why nothing was removed, {key, values}; null: nothing was blocked",
    ),
    Column(
        "planned_rejections", JSONB, comment="mode plan: what would be rejected, [{title, code, field, found, detail}]"
    ),
    Column("purchases", JSONB, comment="what the purchase export counted"),
    Column(
        "errors",
        JSONB,
        nullable=False,
        server_default=text("'{}'::jsonb"),
        comment="step -> what went wrong: {key, values}",
    ),
    Column("error_codes", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="step -> error's code"),
    UniqueConstraint("run_id", "library"),
    schema=SCHEMA,
    comment="A row a library a run",
)
Index("ix_runs_started", runs.c.library, runs.c.started_at)
Index("ix_runs_mode", runs.c.library, runs.c.mode, runs.c.started_at)
for reached in (runs.c.extracted_at, runs.c.observed_at):
    Index(f"ix_runs_{reached.name}", runs.c.library, reached, postgresql_where=reached.is_not(None))

ADDRESS = r"rtrim(regexp_replace(lower(payload ->> 'url'), '^https?://(www\.)?|[?#].*$', '', 'g'), '/')"
"""A source event's address without scheme, www, query and trailing slash."""


def _taken(name: str, expression: str, comment: str) -> Column[str]:
    """Return a column that PostgreSQL fills in by itself from others of the row."""
    return Column(name, Text, Computed(expression, persisted=True), comment=comment)


source_events = Table(
    "source_events",
    metadata,
    Column("library", Text, primary_key=True),
    Column("uuid", Text, primary_key=True, comment="the source's id of the event"),
    Column("title", Text, nullable=False),
    Column("present", Boolean, nullable=False, comment="whether the latest complete snapshot held it"),
    Column("payload", JSONB, nullable=False, comment="SourceEvent as last seen"),
    Column("mapped", JSONB, comment="Mapped: what it is to us and what it should be in Place2book"),
    Column("row_hash", Text, comment="of what the source sent; null: it is read again whatever it sends"),
    Column("mapped_from", Text, comment="row_hash and hash of the rules that it was mapped from; null: map it again"),
    Column("maps_anew_at", Time, comment="when it is mapped differently because it is over"),
    Column("first_seen_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False, comment="when its content was new; once absent: when last listed"),
    Column("left_to", Text, comment="seccode of its twin's Place2book event that it was left to; null: it was not"),
    _taken("shown_title", "coalesce(mapped ->> 'title', title)", "the title without HTML entities, once it was mapped"),
    _taken("starts_at", "payload ->> 'starts_at'", "in UTC, as text"),
    _taken("ends_at", "payload ->> 'ends_at'", "in UTC, as text"),
    _taken("state", "payload ->> 'state'", "the state that the source shows"),
    _taken("link", "payload ->> 'link'", "the ticket link that the source shows"),
    _taken("outcome", "mapped ->> 'outcome'", "what it is to us"),
    Index("ix_source_events_address", text(ADDRESS)),
    schema=SCHEMA,
    comment="The latest snapshot of each source event",
)
Index("ix_source_events_uuid", source_events.c.uuid)
Index("ix_source_events_present", source_events.c.library, source_events.c.uuid, postgresql_where=text("present"))
Index(
    "ix_source_events_left_to",
    source_events.c.library,
    source_events.c.uuid,
    postgresql_where=source_events.c.left_to.is_not(None),
)

validators = Table(
    "validators",
    metadata,
    Column("library", Text, primary_key=True),
    Column("first_day", Date, nullable=False, comment="from which day on events were asked for"),
    Column("etag", Text),
    Column("modified", Text),
    Column("version", Text, nullable=False, comment="of the code that read the list"),
    schema=SCHEMA,
    comment="What a source said of the version of its list (ETag, Last-Modified), where it says anything",
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("library", Text, primary_key=True),
    Column("event_maker", BigInteger, primary_key=True),
    Column("event_id", BigInteger, primary_key=True),
    Column("payload", JSONB, nullable=False, comment="CurrentEvent, its prices included, as last read"),
    Column("row_hash", Text, comment="of its row in Place2book's list; null: its prices are read again"),
    Column("read_at", Time, nullable=False, comment="when it was last read with its prices, or seen to be different"),
    Column("last_turn_at", Time, comment="when its sale windows last opened or closed its sale, up to read_at"),
    Column("next_turn_at", Time, comment="when they first do so after read_at; null: they do not"),
    Column(
        "sale",
        Text,
        comment="its sale when it was read: over, closed, upcoming, open, sold_out, waiting_list or passive",
    ),
    schema=SCHEMA,
    comment="How each linked event stands in Place2book, as last read",
)
for turn in (ticket_events.c.last_turn_at, ticket_events.c.next_turn_at):
    Index(f"ix_ticket_events_{turn.name}", turn, postgresql_where=turn.is_not(None))

settled = Table(
    "settled",
    metadata,
    Column("library", Text, primary_key=True),
    Column("run_id", Text, nullable=False, comment="the run whose load had nothing to do"),
    Column("written_back", Boolean, nullable=False, comment="whether its write-back had nothing to do either"),
    Column("digest", Text, nullable=False, comment="of the rows of sync, the rules and the window that it went by"),
    Column("listed", Text, nullable=False, comment="of Place2book's list"),
    Column("read_from", Time, nullable=False, comment="the start from which the list was read"),
    Column("event_makers", ARRAY(BigInteger), nullable=False, comment="whose list was read"),
    schema=SCHEMA,
    comment="What a library's latest run went by, where it had nothing to do: if it is the same, nor has the next",
)

links = Table(
    "links",
    metadata,
    Column("library", Text, primary_key=True),
    Column("uuid", Text, primary_key=True, comment="the source event"),
    Column("event_maker", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False, comment="the Place2book event"),
    Column("seccode", Text, nullable=False),
    Column("sales_location", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False, comment="live, retired (over) or deleted (removed in Place2book)"),
    Column("series_uuid", Text),
    Column("starts_at", Time),
    Column("ends_at", Time),
    Column("applied", JSONB, nullable=False, comment="source-owned fields as last applied"),
    Column("echo", JSONB, nullable=False, comment="the same fields as Place2book answered right after"),
    Column("drift", JSONB, nullable=False, comment="fields that staff changed in Place2book since, recorded once"),
    Column(
        "drift_accepted",
        JSONB,
        nullable=False,
        server_default=text("'{}'::jsonb"),
        comment="those of drift that a person accepted on the pages: they are no longer shown as open",
    ),
    Column("prices", JSONB, nullable=False, comment="ticket category key -> price id, name, value as applied"),
    Column("absences", Integer, nullable=False, comment="complete snapshots in a row without the source event"),
    Column("counted_run", Text, comment="the run that counted the absence last"),
    Column("sale_closed_at", Time, comment="set while we hold the sale ended"),
    Column("sale_closed_before", Time, comment="sale_close_at as it stood before we ended the sale"),
    Column("state_written", Text, comment="the state last written back to the source"),
    Column("created_at", Time, nullable=False, server_default=text("now()")),
    Column("updated_at", Time, nullable=False, server_default=text("now()")),
    schema=SCHEMA,
    comment="Source event <-> Place2book event, with the payload last applied",
)
Index(
    "uq_links_live_event", links.c.event_maker, links.c.event_id, unique=True, postgresql_where=text("status = 'live'")
)
for named in (links.c.event_id, links.c.seccode, links.c.sales_location):
    Index(f"ix_links_{named.name}", named)
Index("ix_links_drift", links.c.library, postgresql_where=text("drift <> '{}'"))

former_links = Table(
    "former_links",
    metadata,
    Column("library", Text, primary_key=True),
    Column("seccode", Text, primary_key=True, comment="of a Place2book event that was linked"),
    Column("sales_host", Text, comment="host and port of its sales link"),
    schema=SCHEMA,
    comment="What is kept of a link once it is pruned: whoever shows its sales link is a clone",
)

changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("library", Text, nullable=False),
    Column("uuid", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("event_maker", BigInteger),
    Column("event_id", BigInteger),
    Column("price_id", BigInteger),
    Column("kind", Text, nullable=False),
    Column("fields", JSONB, nullable=False, comment="[{field, old, new}], in written-down form"),
    Column("why", Text, nullable=False),
    Column("status", Text, nullable=False, comment="planned, applying, applied, failed or held_back"),
    Column("outcome_unknown", Boolean, nullable=False, server_default=text("false")),
    Column("error", MESSAGE, comment="what went wrong: {key, values} of a sentence in the catalogues"),
    Column("error_code", Text, comment="what kind of error it was"),
    Column("planned_at", Time, nullable=False),
    Column("put_off_at", Time, comment="outcome unknown: when it last could not be looked for; null: it always could"),
    Column("applying_at", Time),
    Column("finished_at", Time),
    schema=SCHEMA,
    comment="Every change ever planned: the crash log, and the history that staff read",
)
Index("ix_changes_run", changes.c.run_id, changes.c.library)
Index("ix_changes_event", changes.c.library, changes.c.uuid, changes.c.id)
Index("ix_changes_ticket_event", changes.c.event_id, changes.c.library, changes.c.uuid)
Index(
    "ix_changes_open",
    changes.c.library,
    changes.c.status,
    postgresql_where=text("status IN ('planned', 'applying')"),
)
Index("ix_changes_in_doubt", changes.c.library, changes.c.id, postgresql_where=text("outcome_unknown"))
Index("ix_changes_failed", changes.c.library, changes.c.uuid, changes.c.id, postgresql_where=text("status = 'failed'"))

rejections = Table(
    "rejections",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("library", Text, nullable=False),
    Column("uuid", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("field", Text),
    Column("found", Text),
    Column("detail", Text, comment="the API's own words, where it had some"),
    Column("fingerprint", Text, comment="of what was refused: tried again when it changes"),
    Column("tried_at", Time, comment="when it was last tried"),
    Column("first_seen_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False),
    Column("first_run_id", Text, comment="the run that opened it; null: not known"),
    Column("last_run_id", Text, nullable=False),
    Column("resolved_at", Time, comment="null while it is open"),
    schema=SCHEMA,
    comment="What could not be carried out, as a code with its values, open until it is resolved",
)
Index(
    "uq_rejections_open",
    rejections.c.library,
    rejections.c.uuid,
    rejections.c.code,
    unique=True,
    postgresql_where=text("resolved_at IS NULL"),
)

Index("ix_rejections_event", rejections.c.library, rejections.c.uuid, rejections.c.id)
Index("ix_rejections_first_run", rejections.c.first_run_id, rejections.c.library)

actions = Table(
    "actions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("asked_at", Time, nullable=False),
    Column("asked_by", Text, nullable=False, comment="the person's name in Airflow"),
    Column("action", Text, nullable=False, comment="what was asked for"),
    Column("library", Text, comment="null: all libraries"),
    Column("uuid", Text, comment="the source event; null: all of the library"),
    Column("fields", JSONB(none_as_null=True), comment="accept: [{field, old, new}], in written-down form"),
    Column("run_id", Text, comment="the run that carries it out; null: it needed none"),
    schema=SCHEMA,
    comment="What people asked for on the pages",
)
Index("ix_actions_event", actions.c.library, actions.c.uuid, actions.c.id)
Index("ix_actions_run", actions.c.run_id)

live_libraries = Table(
    "live_libraries",
    metadata,
    Column("library", Text, primary_key=True),
    Column("said_by", Text, nullable=False, comment="who said that it is live"),
    Column("said_at", Time, nullable=False),
    Column("database", Text, nullable=False, comment="PostgreSQL's identity of the server and of the database"),
    Column("installation", Text, nullable=False, comment="the installation's name; empty: none was set"),
    schema=SCHEMA,
    comment="Libraries of which a person said that they are live; it holds in this database and installation only",
)

orphans = Table(
    "orphans",
    metadata,
    Column("library", Text, primary_key=True),
    Column("event_maker", BigInteger, primary_key=True),
    Column("event_id", BigInteger, primary_key=True, comment="the Place2book event"),
    Column("name", Text, nullable=False),
    Column("begin_at", Time),
    Column("sales_location", Text),
    Column("page", Text, nullable=False, comment="the source event's page that its description names"),
    Column("first_seen_at", Time, nullable=False),
    schema=SCHEMA,
    comment="Place2book events to come that were made for a source event which no list has any more",
)

lookalikes = Table(
    "lookalikes",
    metadata,
    Column("library", Text, primary_key=True),
    Column("uuid", Text, primary_key=True, comment="the source event"),
    Column("event_maker", BigInteger, primary_key=True),
    Column("event_id", BigInteger, primary_key=True, comment="the unlinked Place2book event that looks like it"),
    Column("name", Text, nullable=False),
    Column("sales_location", Text),
    Column("first_seen_at", Time, nullable=False),
    Column("choice", Text, comment="adopt: it is the same event, another: it is not; empty: nobody has said"),
    Column("chosen_by", Text),
    Column("chosen_at", Time),
    schema=SCHEMA,
    comment="Place2book events that look like a source event, though nobody here began to create them",
)

notices = Table(
    "notices",
    metadata,
    Column("library", Text, primary_key=True, comment="empty: it is about none, and was told to the operators"),
    Column("kind", Text, primary_key=True, comment="failed, blocked, rejection, task, late or weekly"),
    Column("uuid", Text, primary_key=True, comment="the source event, or the DAG; empty: it is about none"),
    Column("code", Text, primary_key=True, comment="the rejection's code, the step or the task; or empty"),
    Column("address", Text, primary_key=True, comment="a hash of the entry of notify in libraries.yaml"),
    Column("title", Text, nullable=False, comment="the event's title, for telling that it is over"),
    Column("told_at", Time, comment="null: it is still to be told, and nothing else says that it is open"),
    schema=SCHEMA,
    comment="What is open and was told to whom; what is over is removed once that was told too",
)

pruned = Table(
    "pruned",
    metadata,
    Column("library", Text, primary_key=True),
    Column("before", Time, nullable=False, comment="what is older was removed, as far as it is not needed any more"),
    schema=SCHEMA,
    comment="How far back the history of a library goes",
)

warehouse_elsewhere = Table(
    "warehouse_elsewhere",
    metadata,
    Column("since", Time, nullable=False),
    schema=SCHEMA,
    comment="A row when the schema warehouse lies in a database of its own: nothing is exported beside sync then",
)

logins = Table(
    "logins",
    metadata,
    Column("library", Text, primary_key=True),
    Column("salt", Text, nullable=False, comment="random, a new one each time"),
    Column("fingerprint", Text, nullable=False, comment="scrypt of host, login and password"),
    Column("seen_at", Time, nullable=False),
    schema=SCHEMA,
    comment="Which login of a library's source was last seen to work; no row: it is tried by the next run",
)

webhook_requests = Table(
    "webhook_requests",
    metadata,
    Column("signature", Text, primary_key=True, comment="of the request, which counts once"),
    Column("library", Text, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("uuid", Text, comment="the source event; null: it asked for no run"),
    Column("action", Text, comment="update or withdraw"),
    Column("run_id", Text, comment="the run that carries it out"),
    Column("told_at", Time, comment="when the source was told how it ended, or refused it"),
    Column("error", MESSAGE, comment="why the source was not told; unless it refused, the next run tries again"),
    Column(
        "part_of", Text, comment="the signature of the request at a group whose event this is; null: the request itself"
    ),
    schema=SCHEMA,
    comment="Forced updates asked for in the source itself, by its webhook",
)
Index("ix_webhook_requests_library", webhook_requests.c.library, webhook_requests.c.received_at)
Index("ix_webhook_requests_run", webhook_requests.c.run_id)
