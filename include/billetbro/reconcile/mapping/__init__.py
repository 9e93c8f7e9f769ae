"""From a source event to the desired ticket event, or to a rejection."""
