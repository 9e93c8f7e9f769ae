"""A number and what is counted, in the singular and the plural. Pure."""


def pluralize(number: int, one: str, several: str) -> str:
    """Return a number with its words: 1 ændring, 2 ændringer; in Danish and English none is several."""
    return f"{number} {one if number == 1 else several}"
