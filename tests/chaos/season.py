"""Two hours: what is there, and what people then do, so that the next run asks every endpoint."""

from __future__ import annotations

from tests.chaos.story import Hour, Story, category
from tests.integration.steps.venue import VENUE


def much_is_on_sale(story: Story) -> None:
    """Publish what is to be changed, what is to go, what sells, and what nobody touches."""
    # Small pages, so that lists of a few events have several.
    story.world.sandbox.yesplan[VENUE].behave(page_size=2)
    story.publish("Koncert", 20, category("Voksen", 100))
    story.publish("Teater", 21, category("Voksen", 90), category("Barn", 45))
    story.publish("Film", 22, category("Voksen", 55))
    story.publish("Quiz", 23, category("Hold", 40))
    story.publish("Sang", 24, category("Voksen", 45))
    for name, day in (("Hamlet", 25), ("Revy", 26), ("Opera", 27)):
        story.plan(name, day, category("Voksen", 150))


def everything_is_asked(story: Story) -> None:
    """Change, add and cancel, and sell tickets."""
    story.buy("Quiz", 2)
    story.buy("Koncert")
    story.buy("Teater", 1, "Voksen")
    story.buy("Hamlet")
    story.publish("Foredrag", 28, category("Voksen", 75))
    story.plan("Ballet", 29, category("Voksen", 200), category("Barn", 100))
    story.edit("Koncert", title="Stor koncert", description="I haven")
    story.edit("Teater", ticket_categories=[category("Voksen", 95), category("Ung", 60)])
    story.edit("Film", state="Cancelled")


SEASON = (Hour("much is on sale", much_is_on_sale), Hour("everything is asked", everything_is_asked))
