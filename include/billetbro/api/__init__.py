"""Clients of the three APIs; untrusted JSON becomes typed models here."""
