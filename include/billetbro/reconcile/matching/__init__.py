"""Which Place2book event belongs to which source event."""
