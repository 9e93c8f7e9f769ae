"""`airflow billetbro ...`: what staff ask, answered at a command line. A module for each subcommand."""
