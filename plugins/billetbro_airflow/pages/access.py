"""Who asks, and what this person may see and do: Airflow's login, its rights, and `staff:` in libraries.yaml.

| the person                                     | sees                                            |
|------------------------------------------------|-------------------------------------------------|
| is not signed in                               | nothing: goes to Airflow's login, and comes back |
| may not read the DAG place2book_sync           | nothing: 403                                    |
| may edit Airflow's connections                 | every library                                   |
| is named in a library's `staff`, by name or role | this library                                  |
| anyone else                                    | the libraries without `staff`                   |

Actions need the right to start the DAG, too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException, Request

from billetbro.messages.catalogue import Translator, languages
from billetbro.settings.libraries import Library
from billetbro_airflow.language import language_of_all
from billetbro_airflow.pages.known_libraries import known_libraries

DAG = "place2book_sync"
LANGUAGE_COOKIE = "billetbro_language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A signed-in person; `libraries` are those that the person may see, `sees_all` whether that is every one.

    `settings_are_whole`: libraries.yaml has no mistake; with one, a library can be missing here, and no run begins.
    """

    name: str
    libraries: tuple[Library, ...]
    sees_all: bool
    may_act: bool
    say: Translator
    settings_are_whole: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the libraries that the person may see."""
        return tuple(library.id for library in self.libraries)

    def library(self, library_id: str) -> Library:
        """Return a library; raises 404 for one that the person may not see, as if there were none."""
        found = next((library for library in self.libraries if library.id == library_id), None)
        if found is None:
            raise HTTPException(404)
        return found


def reader_of(request: Request, user: GetUserDep) -> Reader:
    """Return who asks; raises 401 and 403."""
    details = DagDetails(id=DAG, team_name=DagModel.get_team_name(DAG))
    manager = get_auth_manager()
    if not manager.is_authorized_dag(method="GET", user=user, details=details):
        raise HTTPException(403)
    starts = manager.is_authorized_dag(method="POST", user=user, access_entity=DagAccessEntity.RUN, details=details)
    everything = manager.is_authorized_connection(method="PUT", user=user)
    known = known_libraries()
    libraries = tuple(library for library in known.libraries if everything or may_see(library, names_of(user)))
    return Reader(
        name=user.get_name(),
        libraries=libraries,
        sees_all=everything or (known.whole and len(libraries) == len(known.libraries)),
        settings_are_whole=known.whole,
        may_act=starts,
        say=page_translator(request),
    )


ReaderDep = Annotated[Reader, Depends(reader_of)]


def acting_reader(reader: ReaderDep) -> Reader:
    """Return who asks for a change; raises 403 for a person who may not start the DAG."""
    if not reader.may_act:
        raise HTTPException(403)
    return reader


ActingReaderDep = Annotated[Reader, Depends(acting_reader)]


def may_see(library: Library, names: Collection[str]) -> bool:
    """Return whether a person with these names and roles may see the library's pages."""
    return not library.staff or any(name.casefold() in names for name in library.staff)


def names_of(user: BaseUser) -> frozenset[str]:
    """Return the user's id, name and roles as every auth manager has them, casefolded."""
    roles = [getattr(user, "role", None), *(getattr(user, "roles", None) or ())]
    named = (str(user.get_id()), user.get_name(), *(getattr(role, "name", role) for role in roles))
    return frozenset(str(name).casefold() for name in named if name)


def page_translator(request: Request) -> Translator:
    """Return the translator for the language that the person chose, or that is set for all."""
    return Translator(language_of(request) or language_of_all(), libraries=known_libraries().kinds)


def language_of(request: Request) -> str | None:
    """Return the language that the person chose; None: the one that is set for all."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return asked if asked in languages() else None
