"""Where a lake is: the address in `BILLETBRO_FILES`, and the store's options from an Airflow connection."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

IN_EXTRA = "storage_options"
"""The key in a connection's extra of options that are passed to the store unchanged."""
SECRET = ("secret", "account_key", "access_key_id", "token", "sas_key", "service_account_key", "password")


class Kind(StrEnum):
    """The kind of store."""

    FOLDER = "folder"
    AMAZON = "amazon"
    GOOGLE = "google"
    AZURE = "azure"


SCHEMES: Mapping[str, Kind] = {
    "file": Kind.FOLDER,
    "local": Kind.FOLDER,
    "s3": Kind.AMAZON,
    "s3a": Kind.AMAZON,
    "gs": Kind.GOOGLE,
    "gcs": Kind.GOOGLE,
    "abfs": Kind.AZURE,
    "abfss": Kind.AZURE,
    "az": Kind.AZURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place as the settings name it: its kind, its address without the connection, and the connection's id."""

    kind: Kind
    uri: str
    connection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionValues:
    """What an Airflow connection says."""

    login: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)


def parse_place(name: str) -> NamedPlace | None:
    """Return the place of this name, None if its scheme is unknown."""
    scheme, separator, rest = name.partition("://")
    if not separator:
        scheme, rest = "file", name
    if (kind := SCHEMES.get(scheme)) is None:
        return None
    if kind is Kind.FOLDER:
        return NamedPlace(kind=kind, uri=Path(rest).absolute().as_uri())
    connection, at, address = rest.rstrip("/").rpartition("@")
    return NamedPlace(kind=kind, uri=f"{scheme}://{address}", connection=connection if at else None)


def storage_options(kind: Kind, connection: ConnectionValues) -> dict[str, str]:
    """Return the options for object_store, without empty ones."""
    mapped = {Kind.AMAZON: _amazon, Kind.GOOGLE: _google, Kind.AZURE: _azure}
    options = mapped[kind](connection) if kind in mapped else {}
    more = connection.extra.get(IN_EXTRA)
    chosen = options | (dict(more) if isinstance(more, Mapping) else {})
    return {name: _text(value) for name, value in chosen.items() if value not in (None, "")}


def secrets_of(options: Mapping[str, str]) -> Iterable[str]:
    """Return the values that no log may show."""
    return [value for name, value in options.items() if any(part in name.lower() for part in SECRET)]


def _amazon(connection: ConnectionValues) -> dict[str, object]:
    extra = connection.extra
    endpoint = extra.get("endpoint_url") or extra.get("host") or ""
    return {
        "aws_access_key_id": connection.login or extra.get("aws_access_key_id"),
        "aws_secret_access_key": connection.password or extra.get("aws_secret_access_key"),
        "aws_session_token": extra.get("aws_session_token"),
        "aws_region": extra.get("region_name"),
        "aws_iam_role_arn": extra.get("role_arn"),
        "aws_endpoint_url": endpoint,
        "aws_allow_http": "true" if str(endpoint).startswith("http://") else None,
    }


def _google(connection: ConnectionValues) -> dict[str, object]:
    extra = _without_prefix(connection.extra)
    return {"google_service_account_key": extra.get("keyfile_dict"), "google_service_account": extra.get("key_path")}


def _azure(connection: ConnectionValues) -> dict[str, object]:
    extra = _without_prefix(connection.extra)
    text = str(extra.get("connection_string") or "")
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    tenant = extra.get("tenant_id")
    host = connection.host if "//" in connection.host else f"//{connection.host}"
    account = extra.get("account_name") or parts.get("AccountName") or (None if tenant else connection.login)
    return {
        "azure_storage_account_name": account or (urlsplit(host).hostname or "").partition(".")[0],
        "azure_storage_account_key": (
            extra.get("account_key") or parts.get("AccountKey") or (None if tenant else connection.password)
        ),
        "azure_storage_sas_key": extra.get("sas_token") or parts.get("SharedAccessSignature"),
        "azure_tenant_id": tenant,
        "azure_client_id": connection.login if tenant else extra.get("managed_identity_client_id"),
        "azure_client_secret": connection.password if tenant else None,
    }


def _without_prefix(extra: Mapping[str, object]) -> dict[str, object]:
    """Return an extra without the prefix `extra__<type>__` that older connections have."""
    return {name.rpartition("__")[2]: value for name, value in extra.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
