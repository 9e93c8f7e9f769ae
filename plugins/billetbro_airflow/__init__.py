"""Everything that touches Airflow: hooks, tasks, command line, webhooks."""
