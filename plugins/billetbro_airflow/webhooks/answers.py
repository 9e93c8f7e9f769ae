"""Answers to callers that are not identified: they reveal as little as possible."""

from starlette.responses import JSONResponse, Response

_SENTENCES = {
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


class NotAnswered(Exception):  # noqa: N818
    """Ends a request with a bare status; `why` is for our log and holds nothing that the caller sent."""

    def __init__(self, status: int, why: str, *, retry_after: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.retry_after = retry_after


def refusal(status: int, retry_after: int | None = None) -> Response:
    """Return the answer to a refused request; `retry_after` is in seconds."""
    # The rest of the request is not read, so that nobody can keep the connection busy with it.
    headers = {"Connection": "close"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
    return JSONResponse({"detail": _SENTENCES[status]}, status_code=status, headers=headers)
