"""`airflow billetbro ...`: what the staff pages tell, for people at a command line. A module for each subcommand."""
