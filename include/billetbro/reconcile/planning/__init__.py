"""From desired, current and last applied to the changes of a run."""
