"""Airflow's API server with the pages, in a process of its own; prints the cookie of an operator."""

from __future__ import annotations

import sys


def main() -> None:
    """Serve until the process is ended; `token ...` is a line among those of Airflow's own."""
    import uvicorn
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    app = create_app(apps="core")
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="operator", role="ADMIN"))
    print(f"token {token}", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
