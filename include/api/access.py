"""Where an API is, and what proves who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field

from include.api.session import RequestSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an Airflow connection says; `url` has no slash at its end. Shows its password in no repr."""

    conn_id: str
    url: str
    login: str = ""
    password: str = field(default="", repr=False)
    requests: RequestSettings = field(default_factory=RequestSettings)
