"""Why an event has no ticket button."""
