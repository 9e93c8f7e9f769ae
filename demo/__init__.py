"""Billetbro on one machine: an embedded PostgreSQL, Airflow and the stand-in APIs."""
