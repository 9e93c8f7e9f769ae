"""What an error means and what to do about it, in Danish, by its code: the name of its class in the tree of errors.

The error's own sentence is English and names connection, host and what was asked for; both are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from billetbro.messages.explanation_texts import Explanation
from billetbro.messages.pluralize import pluralize

UNEXPECTED = "unexpected"
NOT_SENT = "not_sent"
INTERRUPTED = "interrupted"

WAIT = "Næste kørsel prøver igen; bliver det ved i et døgn, så sig det til den, der passer Billetbro."
CORRECT = "Ret det i forbindelsen i Airflow; så prøver næste kørsel igen."

IN_DANISH = {
    "Retriable": f"Det lykkedes ikke denne gang. {WAIT}",
    "Unreachable": f"Der kunne ikke skabes forbindelse til systemet. {WAIT}",
    "TimedOut": f"Systemet svarede ikke i tide. {WAIT}",
    "ServerError": f"Systemet havde selv en fejl. {WAIT}",
    "RateLimited": "Systemet bad os om færre forespørgsler. Næste kørsel prøver igen; bliver det ved, så sæt "
    "”requests.per_second” ned.",
    "InvalidResponse": f"Svaret kunne ikke bruges, så intet er ændret ud fra det. {WAIT}",
    "OutcomeUnknown": "Svaret gik tabt, så vi ved ikke, om ændringen er sket. Næste kørsel ser efter, før den gør "
    "mere.",
    "InternalServerError": "Systemet fejlede, da det skulle gemme ændringen, så vi ved ikke, om den er sket. Næste "
    "kørsel ser efter, før den gør mere.",
    "Fatal": "Noget skal rettes, før det kan lykkes; hvad, står i den engelske sætning.",
    "WrongCredentials": f"Adgangskoden eller nøglen bliver ikke godtaget. {CORRECT}",
    "WrongHost": f"Adressen fører ikke til det rigtige system. {CORRECT}",
    "NoAccess": "Nøglen må ikke bruges til arrangøren. Ret arrangørens nummer i indstillingerne, eller bed Place2book "
    "om adgang.",
    "SettingsError": "Det indstillede eller ønskede kan ikke bruges. Ret det, som den engelske sætning nævner.",
    "Refused": "Ændringen blev afvist. Ret det, som svaret nævner; så prøver næste kørsel igen.",
    "NotFound": "Det findes ikke længere dér, så ændringen blev ikke til noget. Næste kørsel ser på det igen.",
    "PartlyRefused": "Noget af det blev afvist, resten blev skrevet. Ret det, som svaret nævner; så prøver næste "
    "kørsel igen med det, der mangler.",
    "SoldMeanwhile": "Der blev solgt billetter i mellemtiden, så arrangementet er beholdt.",
    "NotTaken": "Place2book sagde ja til ændringen, men udførte den ikke. Ret det i Place2book, hvis det haster.",
    "FilesTrouble": "Købene er gemt i databasen, men filerne af dem kunne ikke læses eller skrives. Næste kørsel tager "
    "dem med; bliver det ved, så se efter, om stedet i BILLETBRO_FILES findes, og om vi må skrive dér.",
    UNEXPECTED: "En uventet fejl. Vis denne log til den, der passer Billetbro.",
    NOT_SENT: "Ændringen blev ikke sendt, fordi kørslen sluttede inden. Næste kørsel tager den med.",
    INTERRUPTED: "Kørslen blev afbrudt midt i ændringen. Næste kørsel ser efter, om den blev udført.",
}


def error_code(error: BaseException) -> str:
    """Return an error's code: the nearest class that can be explained."""
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((name for name in names if name in IN_DANISH), UNEXPECTED)


def error_lines(code: str | None, sentence: str | None) -> list[str]:
    """Return what is shown of an error: what it means in Danish, then its sentence; of one without a code only that."""
    danish = IN_DANISH.get(code or "")
    return [*([danish] if danish else []), *(sentence or "").splitlines()]


def error_in_words(code: str | None, sentence: str) -> Explanation:
    """Return what an error means in Danish, by its code, and its own sentence, which is English."""
    return Explanation(IN_DANISH.get(code or "", sentence), sentence)


def failures_in_words(failed: Mapping[str, Explanation], of: int) -> str:
    """Return in one line how many of so many libraries failed, and why, in Danish and then in English."""
    danish = " | ".join(f"{library}: {error.da}" for library, error in failed.items())
    english = " | ".join(f"{library}: {error.en}" for library, error in failed.items())
    return (
        f"{len(failed)} af {pluralize(of, 'bibliotek', 'biblioteker')} fejlede: {danish} / "
        f"{len(failed)} of {pluralize(of, 'library', 'libraries')} failed: {english}"
    )
