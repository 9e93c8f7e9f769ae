"""From an Airflow connection to a client, and nothing more."""
