"""A library's website (Folkebibliotekernes CMS) as a source of events."""

from billetbro.sources.dpl_cms.source import KIND as KIND
