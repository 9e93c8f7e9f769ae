"""The provider's description for Airflow: connection types, and the commands `airflow billetbro`.

Labels are in Danish and English, since Airflow reads them at start and shows them to every reader.
"""

PORT = "Port (443; uden den virker Test ikke / without it Test does not work)"
"""Airflow 3.3's pages send port 0 for an empty port, which its API takes for a changed address."""

DPL_CMS: dict[str, object] = {
    "connection-type": "dpl_cms",
    "hook-class-name": "billetbro_airflow.hooks.dpl_cms_hook.DplCmsHook",
    "hook-name": "Folkebibliotekernes CMS",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "extra"],
        "relabeling": {
            "host": "Bibliotekets hjemmeside / Library website",
            "login": "Bruger / User (rolle: Eksternt system)",
            "password": "Adgangskode / Password",
            "port": PORT,
        },
        "placeholders": {"host": "https://bibliotek.example.dk", "login": "billetbro", "port": "443"},
    },
}

PLACE2BOOK: dict[str, object] = {
    "connection-type": "place2book",
    "hook-class-name": "billetbro_airflow.hooks.place2book_hook.Place2bookHook",
    "hook-name": "Place2book",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "login", "extra"],
        "relabeling": {"host": "Adresse / Address", "password": "API-token", "port": PORT},
        "placeholders": {"host": "https://api.place2book.com", "port": "443"},
    },
    "conn-fields": {
        "event_makers": {
            "label": "Arrangører, der skal være adgang til / Event makers to test",
            "description": (
                "Numre med komma imellem. Bruges kun af knappen Test. / "
                "Numbers with commas in between. Only used by the Test button."
            ),
            "schema": {"type": ["string", "null"]},
        }
    },
}

YESPLAN: dict[str, object] = {
    "connection-type": "yesplan",
    "hook-class-name": "billetbro_airflow.hooks.yesplan_hook.YesplanHook",
    "hook-name": "Yesplan",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "login", "extra"],
        "relabeling": {
            "host": "Spillestedets Yesplan / The venue's Yesplan",
            "password": "API-nøgle / API key",
            "port": PORT,
        },
        "placeholders": {"host": "https://teater.yesplan.be", "port": "443"},
    },
}


def get_provider_info() -> dict[str, object]:
    """Return the provider's description, for the entry point `apache_airflow_provider`."""
    return {
        "package-name": "billetbro",
        "name": "Billetbro",
        "description": "Bibliotekernes arrangementer i takt med Place2book. / Library events in step with Place2book.",
        "connection-types": [DPL_CMS, PLACE2BOOK, YESPLAN],
        "cli": ["billetbro_airflow.cli.definition.billetbro_commands"],
    }
