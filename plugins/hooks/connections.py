"""What both hooks do with a connection: find it, keep its secret out of every log, and read its address."""

from __future__ import annotations

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from include.api.errors import SettingsProblem
from include.api.hosts import base_url
from include.api.session import RequestSettings

PATIENCE_OF_A_TEST = RequestSettings(read_timeout=15, tries=2, longest_wait=5)
"""Somebody is looking at the page while a connection is tested."""


def connection_named(conn_id: str) -> Connection:
    """Return a connection, its password masked in every log from now on; raises SettingsProblem when there is none."""
    try:
        given = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        message = f"There is no connection '{conn_id}'; add it in Airflow under Admin, Connections."
        raise SettingsProblem(message) from None
    if given.password:
        mask_secret(given.password)
    return given


def address_of(given: Connection, *, default: str | None = None) -> str:
    """Return the base URL that a connection names; raises WrongHost when it names none that can be used."""
    return base_url(given.host or default, schema=given.schema, port=given.port, connection=given.conn_id)
