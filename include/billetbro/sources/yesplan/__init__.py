"""A venue's Yesplan as a source of events."""

from billetbro.sources.yesplan.source import KIND as KIND
