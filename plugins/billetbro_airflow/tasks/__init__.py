"""What the tasks of the DAGs have in common: from a run and its connections to a step for each library."""
