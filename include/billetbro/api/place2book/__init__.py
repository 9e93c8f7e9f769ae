"""The API of Place2book."""
