"""Pictures that people upload: let in at the door, shown once a job has made a cover of them, taken away again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from apps.core.contract.catalogue import GetCatalogueState, GetRelease, GetSeries, ListReleases, ListSeries
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Forbidden, Invalid, LeaseLost, NotFound, TooLarge, TooMany, Unavailable
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import FailJob, JobReady, JobStatus, ListJobs, PictureWork, PruneExpired, ReplayJob
from apps.core.contract.pictures import (
    HOUR,
    MOST_PICTURE_BYTES,
    OWN_COVERS,
    UPLOADED,
    GetPicture,
    GetPlaylistPicture,
    ListSpentPictures,
    PictureStatus,
    PictureSubject,
    PutPicture,
    PutPlaylistPicture,
    RecordPicture,
    RemovePlaylistPicture,
    TakeDownPicture,
    own_cover,
)
from apps.core.contract.playlists import (
    DAYS_TO_RESTORE,
    ChoosePlaylistCover,
    CreatePlaylist,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    ListRecentPlaylists,
    PlaylistChanged,
    Visibility,
)
from apps.core.contract.sharing import AcceptPlaylistInvitation, InviteToPlaylist, SharedRole
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from apps.core.database import db
from apps.core.pictures.models import PictureRow
from apps.core.playlists.models import PlaylistRow
from ports.storage.interface import Storage

JPEG = b"\xff\xd8\xff" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
WEBP = b"RIFF\n\xff\x00\x00WEBPVP8 " + bytes(100)
BETWEEN = 6


@pytest.fixture
def storage(core_app) -> Storage:
    return core_app.extensions["container"].get(Storage)


@pytest.fixture
def make(catalogue, worker):
    """Make the covers of all pictures that wait; returns their ids."""

    def make(colour: str = "#336699") -> list[str]:
        made = []
        for job_id in catalogue.waiting("picture"):
            claim = catalogue.claim(job_id)
            assert isinstance(claim.work, PictureWork)
            worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(claim.work.picture_id), colour))
            made.append(claim.work.picture_id)
        return made

    return make


@pytest.fixture
def put(clock):
    """Upload, a little after what was uploaded before."""

    def put(who, playlist_id, content=JPEG):
        clock.advance(BETWEEN)
        return who.send(PutPlaylistPicture(playlist_id, content))

    return put


@pytest.fixture
def refuse(catalogue, worker):
    """Give up the job that waits; returns its id."""

    def refuse(reason: str = "This JPEG file is damaged.") -> str:
        (job_id,) = catalogue.waiting("picture")
        claim = catalogue.claim(job_id)
        worker.send(FailJob(claim.job_id, claim.lease, reason))
        return job_id

    return refuse


def cover_of(who, playlist_id):
    return who.send(GetPlaylistTracks(playlist_id)).playlist.cover


def address(picture_id: str) -> str:
    return f"/media/{OWN_COVERS}{picture_id}/640.jpg"


class TestPutPlaylistPicture:
    def test_shows_as_soon_as_it_is_prepared_and_everywhere(self, ana, filled, put, make, emitted):
        changes = emitted(PlaylistChanged)
        before = put(ana, filled.id)
        assert (before.title, before.status, before.reason, before.cover) == ("Evenings", PictureStatus.WAITING, "", None)
        assert (cover_of(ana, filled.id), emitted(PlaylistChanged)) == (None, changes)
        (picture_id,) = make()
        assert cover_of(ana, filled.id) == address(picture_id)
        assert [one.cover for one in ana.send(ListRecentPlaylists())] == [address(picture_id)]
        after = ana.send(GetPlaylistPicture(filled.id))
        assert (after.status, after.cover, emitted(PlaylistChanged)) == (PictureStatus.SHOWN, address(picture_id), changes + 1)

    @pytest.mark.parametrize(("content", "kind"), [(JPEG, "jpeg"), (PNG, "png"), (WEBP, "webp")], ids=["jpeg", "png", "webp"])
    def test_is_stored_whole_where_nobody_is_sent_it(self, ana, playlist, put, storage, content, kind, clock):
        put(ana, playlist.id, content)
        (key,) = storage.keys("")
        assert key.startswith(f"{UPLOADED}{clock.now():{HOUR}}/")
        with storage.open(key) as file:
            assert file.read() == content

    @pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(50), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"])
    def test_is_refused_where_it_begins_as_something_else(self, ana, playlist, put, storage, content):
        with pytest.raises(Invalid, match="no JPEG, PNG or WebP"):
            put(ana, playlist.id, content)
        assert list(storage.keys("")) == []

    def test_is_refused_where_it_is_too_large(self, ana, playlist, put):
        assert put(ana, playlist.id, JPEG.ljust(MOST_PICTURE_BYTES, b"\0")).status == PictureStatus.WAITING
        with pytest.raises(TooLarge, match="at most 5 MiB") as refused:
            put(ana, playlist.id, JPEG.ljust(MOST_PICTURE_BYTES + 1, b"\0"))
        assert "Make it smaller" in refused.value.next_step

    def test_is_for_its_owner(self, ana, ben, playlist, storage):
        with pytest.raises(NotFound):
            ben.send(PutPlaylistPicture(playlist.id, JPEG))
        token = ana.send(InviteToPlaylist(playlist.id, SharedRole.EDITOR)).token
        ben.send(AcceptPlaylistInvitation(token))
        for action in (PutPlaylistPicture(playlist.id, JPEG), RemovePlaylistPicture(playlist.id)):
            with pytest.raises(Forbidden, match="Only an owner"):
                ben.send(action)
        with pytest.raises(NotFound):
            ben.send(GetPlaylistPicture(playlist.id))
        assert list(storage.keys("")) == []

    def test_is_refused_within_seconds_of_the_last_one_of_that_account(self, ana, ben, playlist, clock, storage):
        others, bens = ana.send(CreatePlaylist("Mornings")), ben.send(CreatePlaylist("Nights"))
        ana.send(PutPlaylistPicture(playlist.id, JPEG))
        ana.send(RemovePlaylistPicture(playlist.id))
        for playlist_id in (playlist.id, others.id):
            with pytest.raises(TooMany, match="a moment ago"):
                ana.send(PutPlaylistPicture(playlist_id, JPEG))
        assert len(list(storage.keys(UPLOADED))) == 1
        ben.send(PutPlaylistPicture(bens.id, JPEG))
        clock.advance(5)
        assert ana.send(PutPlaylistPicture(others.id, JPEG)).status == PictureStatus.WAITING

    def test_changes_nothing_where_it_cannot_be_stored(self, ana, playlist, storage, monkeypatch, catalogue):
        def full(key, source, content_type):
            raise OSError(28, "No space left on device", key)

        monkeypatch.setattr(storage, "put", full)
        with pytest.raises(Unavailable, match="cannot be stored at the moment"):
            ana.send(PutPlaylistPicture(playlist.id, JPEG))
        assert (catalogue.waiting("picture"), ana.send(GetPlaylistPicture(playlist.id)).status) == ([], PictureStatus.NONE)

    def test_that_is_refused_leaves_at_most_what_housekeeping_clears(self, ana, playlist, storage, monkeypatch):
        def broken(key):
            raise OSError(5, "Input/output error", key)

        monkeypatch.setattr(storage, "delete", broken)
        with pytest.raises(NotFound):
            ana.send(PutPlaylistPicture(new_id(), JPEG))
        assert len(list(storage.keys(UPLOADED))) == 1

    def test_with_the_same_key_is_once(self, ana, playlist, catalogue):
        first, second = (ana.send(PutPlaylistPicture(playlist.id, JPEG), "once") for _ in range(2))
        assert first == second
        assert len(catalogue.waiting("picture")) == 1

    def test_is_the_cover_of_a_smart_playlist_too(self, ana, release, put, make):
        smart = ana.send(CreateSmartPlaylist("Clean", SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)))))
        put(ana, smart.id)
        (picture_id,) = make()
        assert cover_of(ana, smart.id) == address(picture_id)


class TestAnotherPicture:
    def test_takes_its_place_once_it_is_prepared(self, ana, playlist, put, make):
        put(ana, playlist.id)
        (first,) = make()
        assert put(ana, playlist.id, PNG).status == PictureStatus.WAITING
        assert cover_of(ana, playlist.id) == address(first)
        (second,) = make()
        assert cover_of(ana, playlist.id) == address(second)

    def test_overtakes_one_that_is_still_being_prepared(self, ana, playlist, put, catalogue, worker, make):
        put(ana, playlist.id)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        put(ana, playlist.id, PNG)
        worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(claim.work.picture_id), "#000000"))
        assert (cover_of(ana, playlist.id), ana.send(GetPlaylistPicture(playlist.id)).status) == (None, PictureStatus.WAITING)
        (second,) = make()
        assert cover_of(ana, playlist.id) == address(second)

    def test_of_a_release_chosen_by_hand_takes_the_uploaded_one_away(self, ana, filled, release, put, make):
        put(ana, filled.id)
        make()
        assert ana.send(ChoosePlaylistCover(filled.id, release.id)).cover is None
        assert ana.send(GetPlaylistPicture(filled.id)).status == PictureStatus.NONE


class TestAPictureThatIsNone:
    def test_is_told_with_the_reason_and_leaves_what_was_shown(self, ana, playlist, put, make, refuse):
        put(ana, playlist.id)
        (first,) = make()
        put(ana, playlist.id)
        refuse()
        told = ana.send(GetPlaylistPicture(playlist.id))
        assert (told.status, told.reason, told.cover) == (PictureStatus.REFUSED, "This JPEG file is damaged.", address(first))
        assert cover_of(ana, playlist.id) == address(first)

    def test_says_nothing_of_one_that_came_after_it(self, ana, playlist, put, catalogue, worker):
        put(ana, playlist.id)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        put(ana, playlist.id, PNG)
        worker.send(FailJob(claim.job_id, claim.lease, "This JPEG file is damaged."))
        assert ana.send(GetPlaylistPicture(playlist.id)).status == PictureStatus.WAITING

    def test_may_be_tried_again(self, ana, playlist, put, refuse, operator, make):
        put(ana, playlist.id)
        job_id = refuse()
        operator.send(ReplayJob(job_id))
        assert ana.send(GetPlaylistPicture(playlist.id)).status == PictureStatus.WAITING
        (picture_id,) = make()
        assert cover_of(ana, playlist.id) == address(picture_id)

    def test_is_forgotten_where_it_is_removed(self, ana, playlist, put, refuse):
        put(ana, playlist.id)
        refuse()
        ana.send(RemovePlaylistPicture(playlist.id))
        assert ana.send(GetPlaylistPicture(playlist.id)).status == PictureStatus.NONE


class TestRemovePlaylistPicture:
    def test_gives_the_playlist_back_what_it_had(self, ana, playlist, put, make, emitted):
        put(ana, playlist.id)
        make()
        changes = emitted(PlaylistChanged)
        for _ in range(2):
            ana.send(RemovePlaylistPicture(playlist.id))
        assert (cover_of(ana, playlist.id), emitted(PlaylistChanged)) == (None, changes + 1)
        assert ana.send(GetPlaylistPicture(playlist.id)).cover is None

    def test_of_none_changes_nothing(self, ana, playlist):
        ana.send(RemovePlaylistPicture(playlist.id))
        assert ana.send(GetPlaylistPicture(playlist.id)).status == PictureStatus.NONE

    def test_takes_one_that_is_being_prepared_too(self, ana, playlist, put, make):
        put(ana, playlist.id)
        ana.send(RemovePlaylistPicture(playlist.id))
        make()
        assert cover_of(ana, playlist.id) is None

    def test_of_a_deleted_playlist_is_not_found(self, ana, playlist):
        ana.send(DeletePlaylist(playlist.id))
        for action in (PutPlaylistPicture(playlist.id, JPEG), RemovePlaylistPicture(playlist.id), GetPlaylistPicture(playlist.id)):
            with pytest.raises(NotFound):
                ana.send(action)


@pytest.fixture
def compilation(staff, release) -> str:
    return staff.send(AssembleCompilation("Garden Songs, Vol. 1", tuple(track.id for track in release.tracks)))


@pytest.fixture
def house_playlist(ana, playlist, core_app) -> str:
    with core_app.app_context(), db.session() as session:
        session.execute(update(PlaylistRow).where(PlaylistRow.id == playlist.id).values(owner_id=None))
        session.commit()
    return playlist.id


@pytest.fixture
def of_the_house(compilation, house_playlist, visitor) -> dict[PictureSubject, str]:
    series = visitor.send(ListSeries()).items[0]
    return {PictureSubject.RELEASE: compilation, PictureSubject.SERIES: series.id, PictureSubject.PLAYLIST: house_playlist}


class TestAPictureOfTheHouse:
    def test_is_shown_wherever_a_compilation_is(self, staff, visitor, compilation, make):
        assert staff.send(PutPicture(PictureSubject.RELEASE, compilation, JPEG)).status == PictureStatus.WAITING
        version = visitor.send(GetCatalogueState()).version
        (picture_id,) = make("#123456")
        shown = visitor.send(GetRelease(compilation))
        assert (shown.cover, shown.colour) == (address(picture_id), "#123456")
        assert address(picture_id) in [one.cover for one in visitor.send(ListReleases()).items]
        assert visitor.send(GetCatalogueState()).version > version

    def test_is_shown_with_its_series(self, staff, visitor, of_the_house, make):
        series_id = of_the_house[PictureSubject.SERIES]
        assert (visitor.send(GetSeries(series_id)).cover, visitor.send(ListSeries()).items[0].cover) == (None, None)
        staff.send(PutPicture(PictureSubject.SERIES, series_id, JPEG))
        (picture_id,) = make()
        assert visitor.send(GetSeries(series_id)).cover == address(picture_id)
        assert visitor.send(ListSeries()).items[0].cover == address(picture_id)

    def test_is_shown_with_its_playlist(self, staff, ana, house_playlist, make):
        staff.send(PutPicture(PictureSubject.PLAYLIST, house_playlist, JPEG))
        (picture_id,) = make()
        assert cover_of(ana, house_playlist) == address(picture_id)

    def test_is_taken_away_again(self, staff, visitor, of_the_house, make, clock):
        for of, subject_id in of_the_house.items():
            clock.advance(BETWEEN)
            staff.send(PutPicture(of, subject_id, JPEG))
            make()
            assert staff.send(GetPicture(of, subject_id)).status == PictureStatus.SHOWN
            staff.send(TakeDownPicture(of, subject_id))
            told = staff.send(GetPicture(of, subject_id))
            assert (told.status, told.cover) == (PictureStatus.NONE, None)
        shown = visitor.send(GetRelease(of_the_house[PictureSubject.RELEASE]))
        assert (shown.cover, shown.colour) == (None, None)

    def test_is_of_nothing_that_a_label_delivered_or_that_is_not_there(self, staff, release):
        for of, subject_id in (
            (PictureSubject.RELEASE, release.id),
            (PictureSubject.SERIES, new_id()),
            (PictureSubject.PLAYLIST, new_id()),
        ):
            for action in (PutPicture(of, subject_id, JPEG), TakeDownPicture(of, subject_id), GetPicture(of, subject_id)):
                with pytest.raises(NotFound):
                    staff.send(action)

    def test_may_be_sent_by_the_console_as_often_as_it_likes(self, operator, of_the_house):
        for of, subject_id in of_the_house.items():
            assert operator.send(PutPicture(of, subject_id, JPEG)).status == PictureStatus.WAITING


class TestAListenersPlaylist:
    @pytest.fixture
    def public(self, ana, playlist, put, make) -> str:
        ana.send(EditPlaylist(playlist.id, playlist.title, "", Visibility.PUBLIC))
        put(ana, playlist.id)
        make()
        return playlist.id

    def test_loses_its_picture_to_staff_and_its_owner_is_told(self, ana, staff, public):
        for _ in range(2):
            staff.send(TakeDownPicture(PictureSubject.PLAYLIST, public))
            told = ana.send(GetPlaylistPicture(public))
            assert (told.status, told.cover, "We took it down" in told.reason) == (PictureStatus.REFUSED, None, True)
        assert cover_of(ana, public) is None
        ana.send(RemovePlaylistPicture(public))
        staff.send(TakeDownPicture(PictureSubject.PLAYLIST, public))
        assert ana.send(GetPlaylistPicture(public)).status == PictureStatus.NONE

    def test_is_given_none_by_staff(self, staff, public):
        with pytest.raises(Forbidden, match="is a listener's"):
            staff.send(PutPicture(PictureSubject.PLAYLIST, public, JPEG))

    def test_is_nothing_to_staff_while_it_is_private(self, ana, staff, public):
        ana.send(EditPlaylist(public, "Evenings", "", Visibility.PRIVATE))
        for action in (TakeDownPicture(PictureSubject.PLAYLIST, public), GetPicture(PictureSubject.PLAYLIST, public)):
            with pytest.raises(NotFound):
                staff.send(action)


class TestRecordPicture:
    def test_needs_the_lease(self, ana, playlist, put, catalogue, worker):
        put(ana, playlist.id)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        with pytest.raises(LeaseLost):
            worker.send(RecordPicture(claim.job_id, new_id(), own_cover(claim.work.picture_id), "#000000"))

    def test_takes_no_other_job(self, catalogue, worker):
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"]))
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        with pytest.raises(Invalid, match="transcode"):
            worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(new_id()), "#000000"))

    def test_takes_no_cover_that_is_stored_as_another_picture_s(self, ana, playlist, put, catalogue, worker):
        put(ana, playlist.id)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        with pytest.raises(Invalid, match="another picture"):
            worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(new_id()), "#000000"))

    def test_finishes_the_job_of_a_playlist_that_is_gone_for_good(self, ana, playlist, put, catalogue, worker, clock, operator, left):
        put(ana, playlist.id)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        ana.send(DeletePlaylist(playlist.id))
        clock.advance(timedelta(days=DAYS_TO_RESTORE, seconds=1).total_seconds())
        while worker.send(PruneExpired()):
            pass
        assert left(PictureRow.subject_id) == []
        worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(claim.work.picture_id), "#000000"))
        assert operator.send(ListJobs(JobStatus.DONE)).items[0].id == claim.job_id


class TestSpentPictures:
    @pytest.fixture
    def spent(self, worker, storage):
        """Of what is stored, and of the covers of these pictures."""

        def spent(*picture_ids: str) -> tuple[str, ...]:
            keys = (*storage.keys(UPLOADED), *(f"{OWN_COVERS}{one}/640.jpg" for one in picture_ids))
            return worker.send(ListSpentPictures(keys))

        return spent

    def test_are_not_those_that_wait_or_show(self, ana, playlist, put, make, spent, clock):
        put(ana, playlist.id)
        (first,) = make()
        put(ana, playlist.id)
        clock.advance(7200)
        assert [key.split("/")[-1] for key in spent(first)] == [first]

    def test_are_covers_that_were_replaced_or_removed(self, ana, playlist, put, make, spent):
        put(ana, playlist.id)
        (first,) = make()
        put(ana, playlist.id)
        (second,) = make()
        assert spent(first, second) == (f"{OWN_COVERS}{first}/640.jpg",)
        ana.send(RemovePlaylistPicture(playlist.id))
        assert spent(first, second) == (f"{OWN_COVERS}{first}/640.jpg", f"{OWN_COVERS}{second}/640.jpg")

    def test_are_pictures_that_nothing_waits_for_but_not_within_the_hour(self, ana, playlist, put, spent, clock):
        put(ana, playlist.id)
        ana.send(RemovePlaylistPicture(playlist.id))
        assert spent() == ()
        clock.advance(7200)
        assert len(spent()) == 1

    def test_are_refused_ones_once_nobody_may_have_them_tried_again(self, ana, playlist, put, refuse, spent, clock):
        put(ana, playlist.id)
        refuse()
        clock.advance(86_400)
        assert spent() == ()
        clock.advance(7 * 86_400)
        assert len(spent()) == 1

    def test_are_nothing_else(self, worker):
        keys = ("audio/x/y/z", "covers/own", "covers/own/no-id/640.jpg", f"{UPLOADED}{new_id()}", f"quarantine/{new_id()}/{new_id()}")
        assert worker.send(ListSpentPictures(keys)) == ()


class TestManyAtOnce:
    def test_ask_for_a_job_each(self, ana, emitted, put):
        jobs = emitted(JobReady)
        for number in range(3):
            put(ana, ana.send(CreatePlaylist(f"Evenings {number}")).id)
        assert emitted(JobReady) == jobs + 3
