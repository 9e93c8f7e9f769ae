"""Where an API is, what proves who we are there, and how patiently it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSettings:
    """How an API is asked. Times are seconds; `longest_wait` bounds what Retry-After may demand.

    `read_timeout` is the longest silence, `longest_answer` what an answer may take that comes drop by drop.
    """

    concurrency: int = 4
    per_second: float = 10
    connect_timeout: float = 5
    read_timeout: float = 30
    longest_answer: float = 300
    tries: int = 4
    backoff: float = 0.5
    longest_wait: float = 60
    max_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an Airflow connection says; `url` has no slash at its end. Shows its password in no repr."""

    conn_id: str
    url: str
    login: str = ""
    password: str = field(default="", repr=False)
    requests: RequestSettings = field(default_factory=RequestSettings)
