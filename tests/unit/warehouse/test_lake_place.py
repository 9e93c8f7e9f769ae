"""Where a lake lies, and the options of its store from a connection."""

import json

import pytest

from billetbro.warehouse.lake.place import ConnectionValues, Kind, NamedPlace, parse_place, secrets_of, storage_options
from tests.cases import cases

ACCOUNT = {"azure_storage_account_name": "herlev", "azure_storage_account_key": "made-up"}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("/srv/my files", NamedPlace(kind=Kind.FOLDER, uri="file:///srv/my%20files")),
        ("file:///srv/files/", NamedPlace(kind=Kind.FOLDER, uri="file:///srv/files")),
        ("s3://bucket/x/", NamedPlace(kind=Kind.AMAZON, uri="s3://bucket/x")),
        ("s3://my_aws@bucket/x", NamedPlace(kind=Kind.AMAZON, uri="s3://bucket/x", connection="my_aws")),
        ("gs://g@bucket", NamedPlace(kind=Kind.GOOGLE, uri="gs://bucket", connection="g")),
        ("abfs://a@box/x", NamedPlace(kind=Kind.AZURE, uri="abfs://box/x", connection="a")),
        ("nosuch://bucket/x", None),
    ],
)
def test_place_is_told_apart_from_its_connection(name: str, place: NamedPlace | None) -> None:
    assert parse_place(name) == place


@cases(
    "kind given options",
    (
        "S3-like",
        Kind.AMAZON,
        ConnectionValues(
            login="AKIA", password="made-up", extra={"endpoint_url": "http://minio:9000", "region_name": "eu"}
        ),
        {
            "aws_access_key_id": "AKIA",
            "aws_secret_access_key": "made-up",
            "aws_region": "eu",
            "aws_endpoint_url": "http://minio:9000",
            "aws_allow_http": "true",
        },
    ),
    (
        "role and options of its own",
        Kind.AMAZON,
        ConnectionValues(extra={"role_arn": "arn:x", "storage_options": {"aws_skip_signature": True, "timeout": 5}}),
        {"aws_iam_role_arn": "arn:x", "aws_skip_signature": "true", "timeout": "5"},
    ),
    (
        "Google's key",
        Kind.GOOGLE,
        ConnectionValues(extra={"extra__google_cloud_platform__keyfile_dict": {"private_key": "made-up"}}),
        {"google_service_account_key": json.dumps({"private_key": "made-up"})},
    ),
    ("file", Kind.GOOGLE, ConnectionValues(extra={"key_path": "/key.json"}), {"google_service_account": "/key.json"}),
    ("account and key", Kind.AZURE, ConnectionValues(login="herlev", password="made-up"), ACCOUNT),
    (
        "connection string",
        Kind.AZURE,
        ConnectionValues(extra={"connection_string": "AccountName=herlev;AccountKey=made-up;Endpoint=x"}),
        ACCOUNT,
    ),
    (
        "client of a tenant",
        Kind.AZURE,
        ConnectionValues(
            login="client", password="made-up", host="https://herlev.blob.example", extra={"tenant_id": "t"}
        ),
        {
            "azure_storage_account_name": "herlev",
            "azure_tenant_id": "t",
            "azure_client_id": "client",
            "azure_client_secret": "made-up",
        },
    ),
    (
        "shared access signature",
        Kind.AZURE,
        ConnectionValues(login="herlev", extra={"sas_token": "made-up"}),
        {"azure_storage_account_name": "herlev", "azure_storage_sas_key": "made-up"},
    ),
    ("folder", Kind.FOLDER, ConnectionValues(login="nobody"), {}),
)
def test_options_are_those_of_the_store_and_secrets_are_known(
    kind: Kind, given: ConnectionValues, options: dict[str, str]
) -> None:
    found = storage_options(kind, given)
    assert found == options
    assert [value for value in found.values() if "made-up" in value] == [
        value for value in secrets_of(found) if "made-up" in value
    ]
    assert "made-up" not in repr(given)
