"""The site's navigation: an entry shows for whoever may send what its page asks of Core."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.actions import ANYONE, PARTNER, Actor, Permission
from apps.core.contract.billing import GetLedger
from apps.core.contract.catalogue import ListReleases, ListSeries
from apps.core.contract.charts import ListCharts
from apps.core.contract.corrections import ListCorrections
from apps.core.contract.costs import ListActionCosts
from apps.core.contract.editorial import ListShelves
from apps.core.contract.genres import ListGenres
from apps.core.contract.health import GetHealth
from apps.core.contract.intake import ListDeliveries
from apps.core.contract.jobs import ListJobs
from apps.core.contract.library import ListFavouriteTracks
from apps.core.contract.radio import ListStations
from apps.core.contract.reporting import ListRuns
from apps.core.contract.search import Search
from apps.website.languages import marked


@dataclass(frozen=True)
class Entry:
    label: str
    endpoint: str
    icon: str
    permission: Permission
    also: frozenset[str] = frozenset()
    """Blueprints beside the endpoint's own whose pages belong to it."""
    tab: bool = False
    """Whether a phone shows it below at all times; it has room for a few."""

    def leads_to(self, endpoint: str | None) -> bool:
        """Is the page shown one of this entry's?"""
        return endpoint is not None and endpoint.partition(".")[0] in {self.endpoint.partition(".")[0], *self.also}


LIBRARY = frozenset({"listening", "pictures", "playlist_files", "playlists", "queue", "sharing", "smart"})
"""What lies within the library besides its own pages."""
MUSIC = frozenset({"artists", "tracks"})
"""What one comes to from releases."""
ACCOUNT = frozenset({"devices", "plans", "subscription"})

ENTRIES = (
    Entry(marked("Home"), "home.show", "house", ListReleases.permission, tab=True),
    Entry(marked("Search"), "search.show", "search", Search.permission, tab=True),
    Entry(marked("Releases"), "releases.index", "disc-3", ListReleases.permission, also=MUSIC, tab=True),
    Entry(marked("Library"), "library.show", "library", ListFavouriteTracks.permission, also=LIBRARY, tab=True),
    Entry(marked("Series"), "series.index", "gallery-vertical-end", ListSeries.permission),
    Entry(marked("Genres"), "genres.index", "tag", ListGenres.permission),
    Entry(marked("Charts"), "charts.index", "list-ordered", ListCharts.permission),
    Entry(marked("Stations"), "stations.index", "radio", ListStations.permission),
    Entry(marked("Account"), "account.show", "user-round", GetOwnAccount.permission, also=ACCOUNT),
    Entry(marked("Language"), "languages.index", "languages", ANYONE),
    Entry(marked("Shelves"), "editorial.index", "layout-list", ListShelves.permission),
    Entry(marked("Catalogue"), "corrections.index", "pencil", ListCorrections.permission),
    Entry(marked("Deliveries"), "deliveries.index", "inbox", ListDeliveries.permission),
    Entry(marked("Jobs"), "jobs.index", "triangle-alert", ListJobs.permission),
    Entry(marked("Ledger"), "ledger.show", "landmark", GetLedger.permission),
    Entry(marked("Reports"), "reports.index", "file-text", ListRuns.permission),
    Entry(marked("Ports"), "ports.show", "plug", GetHealth.permission),
    Entry(marked("Costs"), "costs.index", "gauge", ListActionCosts.permission),
    Entry(marked("Statements"), "partner.index", "file-text", PARTNER),
)


def entries_for(actor: Actor) -> tuple[Entry, ...]:
    return tuple(entry for entry in ENTRIES if entry.permission.allows(actor))


def may_open(endpoint: str, actor: Actor) -> bool:
    """Whether an entry leads this actor there."""
    return any(entry.endpoint == endpoint for entry in entries_for(actor))
