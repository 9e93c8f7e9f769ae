"""Who may log in to Airflow's pages in production: read by Flask-AppBuilder (docs/running.md, "Login").

By default users and roles are kept in Airflow's own database. For an organisation's login, copy this file to
settings/webserver_config.py, change it there, and name the copy in `.env` (AIRFLOW_LOGIN_SETTINGS).
"""

import os

from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
# Over TLS only, where the pages have such an address; without it, a browser would not send the cookie back.
SESSION_COOKIE_SECURE = os.environ.get("AIRFLOW__API__BASE_URL", "").startswith("https://")
SESSION_COOKIE_SAMESITE = "Lax"
# Nobody makes a login for himself.
AUTH_USER_REGISTRATION = False
