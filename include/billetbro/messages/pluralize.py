"""A number with its noun in the singular or plural. Pure."""


def pluralize(number: int, one: str, several: str) -> str:
    """Return a number with its noun: 1 ændring, 2 ændringer, 0 ændringer."""
    return f"{number} {one if number == 1 else several}"
