"""Forms that only the person who was shown them can send: each holds a token, signed for this person."""

from airflow.configuration import conf
from fastapi import HTTPException
from itsdangerous import BadSignature, URLSafeTimedSerializer

FIELD = "token"
VALID_SECONDS = 12 * 3600
_SALT = "billetbro.pages"


def form_token(name: str) -> str:
    """Return the token of the forms that a person is shown."""
    return _serializer().dumps(name)


def ensure_token(token: object, name: str) -> None:
    """Raise 403 unless this person was shown the form in the last hours."""
    try:
        signed_for = _serializer().loads(token if isinstance(token, str) else "", max_age=VALID_SECONDS)
    except BadSignature:
        signed_for = None
    if signed_for != name:
        raise HTTPException(403, "form")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt=_SALT)
