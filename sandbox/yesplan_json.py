"""How a venue's Yesplan shows what it holds: events, groups of events, and the forms that custom data comes in."""

from typing import Final
from zlib import crc32

from sandbox.moments import danish
from sandbox.yesplan_state import Installation, YesplanEvent

_IN_GROUPS: Final = " / "
"""Stands in an event's group between a group and the one inside it."""


def as_json(event: YesplanEvent, url: str) -> dict[str, object]:
    """Show an event as the API does; statuses, locations and groups are objects with an id of their own."""
    return {
        "_type": "event",
        "id": event.id,
        "url": f"{url}/api/event/{event.id}",
        "name": event.name,
        "starttime": danish(event.start),
        "endtime": danish(event.end),
        "status": named("status", event.status),
        "profile": named("profile", event.profile),
        "group": None if event.group is None else named("group", event.group),
        "locations": [named("location", location) for location in event.locations],
    }


def group_as_json(installation: Installation, group_id: str) -> dict[str, object] | None:
    """Show a group with the events and groups right in it, which are known by their type; None without such a group."""
    seen = [event for event in installation.events if event.group and not event.hidden]
    paths = sorted({way for event in seen for way in _ways(event.group or "")})
    path = next((one for one in paths if named("group", one)["id"] == group_id), None)
    if path is None:
        return None
    url = installation.public_url
    inside = [{"_type": "group", **named("group", one)} for one in paths if one.rpartition(_IN_GROUPS)[0] == path]
    events = [as_json(event, url) for event in seen if event.group == path]
    children = {"children": [*inside, *events]} if installation.behaviour.children else {}
    return {"_type": "group", **named("group", path), "url": f"{url}/api/group/{group_id}", **children}


def custom_data(event: YesplanEvent, keywords: tuple[str, ...], choices: tuple[str, ...] = ()) -> dict[str, object]:
    """Show an event's custom data, as text or null, by keyword: every keyword that is given is there.

    What was chosen is a list, also of one and of none.
    """
    values = {keyword: event.custom.get(keyword) for keyword in keywords}
    return {keyword: _chosen(value) if keyword in choices else value for keyword, value in values.items()}


def in_list(event: YesplanEvent, keywords: tuple[str, ...], choices: tuple[str, ...]) -> list[dict[str, object]]:
    """Show an event's custom data as a list of fields."""
    values = custom_data(event, keywords, choices)
    return [
        {"name": keyword, "keyword": keyword, "type": "choice" if keyword in choices else "text", "value": value}
        for keyword, value in values.items()
    ]


def in_groups(event: YesplanEvent, keywords: tuple[str, ...], choices: tuple[str, ...]) -> list[dict[str, object]]:
    """Show an event's custom data as tabs that hold sections that hold fields."""
    fields = in_list(event, keywords, choices)
    half = len(fields) // 2
    sections = [("production", fields[:half]), ("ticketing", fields[half:])]
    return [
        {"keyword": f"tab_{name}", "children": [{"keyword": f"section_{name}", "children": held}]}
        for name, held in sections
    ]


def named(kind: str, name: str) -> dict[str, str]:
    """Show what has a name and an id of its own: a status, a profile, a location, a group."""
    return {"id": f"{crc32(f'{kind} {name}'.encode())}-1600000000", "name": name}


def _ways(group: str) -> list[str]:
    """Return the path of a group and of each in which it stands."""
    names = group.split(_IN_GROUPS)
    return [_IN_GROUPS.join(names[:length]) for length in range(1, len(names) + 1)]


def _chosen(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
