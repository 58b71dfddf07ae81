"""What search engines are told there is: what visitors may see, in parts."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.catalogue import GetRelease, ListSeries
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, DeletePlaylist, Visibility
from apps.core.contract.sitemap import ListSitemapPages, ListSitemapParts, SitemapKind
from apps.core.sitemap import queries
from tests.factories.deals import Deals


@pytest.fixture
def told(visitor):
    """The ids that the sitemap has of a kind, part after part."""

    def ids(kind: SitemapKind) -> list[str]:
        parts = [part for part in visitor.send(ListSitemapParts()) if part.kind is kind]
        return [page.id for part in parts for page in visitor.send(ListSitemapPages(kind, part.first))]

    return ids


class TestSitemap:
    def test_tells_of_all_that_has_a_page(self, told, catalogue, visitor, clock):
        release_id = catalogue.release("Winter Songs, Vol. 1", tracks=2, compilation=True)
        release = visitor.send(GetRelease(release_id))
        assert told(SitemapKind.RELEASE) == [release_id]
        assert told(SitemapKind.TRACK) == sorted(track.id for track in release.tracks)
        assert release.credits[0].artist_id in told(SitemapKind.ARTIST)
        assert told(SitemapKind.SERIES) == [visitor.send(ListSeries()).items[0].id]
        (page,) = visitor.send(ListSitemapPages(SitemapKind.RELEASE, release_id))
        assert page.changed_at == clock.now()

    def test_leaves_out_what_is_not_offered_or_not_published(self, told, catalogue, visitor, sender, core_app):
        release_id = catalogue.release("Winter Songs, Vol. 1", compilation=True)
        catalogue.deliver(catalogue.files("Green Garden", ["Dawn"]))
        Deals(core_app).only(release_id, "JP")
        assert [told(kind) for kind in SitemapKind] == [[], [], [], [], []]
        abroad = sender(msgspec.structs.replace(visitor.actor, territory="JP"))
        assert [page.id for page in abroad.send(ListSitemapPages(SitemapKind.RELEASE, release_id))] == [release_id]

    def test_tells_of_playlists_that_everybody_finds(self, told, ana, ben, operator, catalogue, visitor):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0].id

        def playlist(who, visibility, *tracks):
            made = who.send(CreatePlaylist("Evenings", visibility=visibility)).id
            who.send(AddToPlaylist(made, tracks))
            return made

        public = playlist(ana, Visibility.PUBLIC, track)
        playlist(ana, Visibility.UNLISTED, track)
        ana.send(CreatePlaylist("Empty", visibility=Visibility.PUBLIC))
        ana.send(DeletePlaylist(playlist(ana, Visibility.PUBLIC, track)))
        playlist(ben, Visibility.PUBLIC, track)
        operator.send(SuspendAccount("ben@example.com"))
        assert told(SitemapKind.PLAYLIST) == [public]

    def test_is_cut_into_parts_that_together_tell_of_everything_once(self, told, catalogue, visitor, monkeypatch):
        monkeypatch.setitem(queries.MOST, "limit", 2)
        made = sorted(catalogue.release(f"Album {number}", tracks=1) for number in range(5))
        assert [part.first for part in visitor.send(ListSitemapParts()) if part.kind is SitemapKind.RELEASE] == made[::2]
        assert told(SitemapKind.RELEASE) == made

    def test_of_nothing_has_no_parts(self, visitor):
        assert visitor.send(ListSitemapParts()) == ()
        assert visitor.send(ListSitemapPages(SitemapKind.TRACK, new_id())) == ()
