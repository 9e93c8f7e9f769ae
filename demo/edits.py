"""What librarians and buyers do between the demo's two runs."""

from __future__ import annotations

from datetime import timedelta

from sandbox.server import Sandbox


def edit(sandbox: Sandbox) -> list[str]:
    """Edit a few events and buy tickets, and return what was done, a sentence each."""
    cms, place2book = sandbox.cms["solbjerg"], sandbox.place2book
    done = []

    strikkecafe = cms.find("Strikkecafé")
    cms.edit(strikkecafe.uuid, title="Strikkecafé med julegarn")
    done.append("new title: 'Strikkecafé' is now 'Strikkecafé med julegarn'")

    film = cms.find("Filmklubben viser en klassiker")
    cms.edit(film.uuid, start=film.start + timedelta(minutes=30), end=film.end + timedelta(minutes=30))
    done.append("moved time: 'Filmklubben viser en klassiker' begins half an hour later")

    jazz = cms.find("Jazz i kælderen")
    cms.edit(jazz.uuid, ticket_capacity=45)
    done.append("capacity: 'Jazz i kælderen' has 45 tickets")

    robot = cms.find("Byg en robot")
    cms.edit(robot.uuid, state="Cancelled")
    done.append("removed: 'Byg en robot' is cancelled, nobody had bought a ticket")

    theatre = place2book.find("Børneteater - Bjørnen der ikke ville sove")
    place2book.buy(theatre.id, quantity=3)
    done.append("sold: 3 tickets to 'Børneteater - Bjørnen der ikke ville sove'")

    play = place2book.find("Kameliadamen")
    place2book.buy(play.id, quantity=2)
    done.append("sold: 2 tickets to 'Kameliadamen' at the theatre, whose figures stand in Yesplan after the next run")

    lecture = place2book.find("Foredrag - Klimaet i haven")
    place2book.staff_edit(lecture.id, description_short="Havearkitekten fortæller. Kaffe i pausen.")
    done.append("edited in Place2book: the short description of 'Foredrag - Klimaet i haven'")
    return done
