"""Purchases from Place2book into tables."""
