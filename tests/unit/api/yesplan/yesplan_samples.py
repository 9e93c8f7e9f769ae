"""What a Yesplan answers, and the key that it wants."""

from tests.unit.api.answering import Reply, as_json

KEY = "HEMMELIGNØGLE/5DC+1"
QUOTED = "HEMMELIGN%C3%98GLE%2F5DC%2B1"
DAYS = "date:01-01-2020 TO 31-12-2099"
EVENT = {
    "id": "1-2",
    "name": "Hamlet",
    "starttime": "2031-05-06T20:00:00+02:00",
    "status": {"id": "1", "name": "Option"},
}


def page(*items: object, following: str | None = None) -> Reply:
    return as_json({"data": items, "pagination": {"next": following} if following else {}})
