"""Which picture becomes a release's cover, and when."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.ids import new_id
from apps.core.contract.intake import (
    PICTURE,
    QUARANTINE,
    CompleteDelivery,
    FoundFile,
    FoundPicture,
    GetDelivery,
    GetReleaseDraft,
    ListDeliveries,
    ListKnownFiles,
    ListSpentKeys,
    OpenDelivery,
    ReceivedPicture,
    RecordCover,
    RecordFiles,
    Refusal,
    WriteRelease,
)
from apps.core.contract.jobs import FailJob, ReplayJob

FOLDER = "The Lanterns/Blue Garden"


def beside(files: list[FoundFile], name: str = f"{FOLDER}/cover.jpg", size: int = 5000) -> list[FoundFile]:
    """These files with a picture beside them; another size is another picture."""
    picture = FoundPicture(name, size, 1) if name else None
    return [msgspec.structs.replace(file, picture=picture) for file in files]


def inside(files: list[FoundFile]) -> list[FoundFile]:
    """These files, each with a picture inside."""
    return [msgspec.structs.replace(file, tags=msgspec.structs.replace(file.tags, picture=True)) for file in files]


def hash_of(path: str, size: int) -> str:
    """As the worker of the tests hashes it."""
    return hashlib.sha256(f"{path}{size}".encode()).hexdigest()


@pytest.fixture
def garden(catalogue) -> list[FoundFile]:
    return catalogue.files("Blue Garden", ["Dawn", "Noon", "Night"])


@pytest.fixture
def ready(catalogue):
    def ready(files: list[FoundFile]) -> str:
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        catalogue.cover_all()
        return release_id

    return ready


@pytest.fixture
def cover(visitor):
    """What everybody is told of a release's cover."""
    return lambda release_id: visitor.send(GetRelease(release_id)).cover


@pytest.fixture
def drafts(catalogue, worker):
    """What is meant to become the covers of the releases that wait."""

    def drafts() -> list[tuple[str, bool] | None]:
        works = [catalogue.claim(job_id).work for job_id in catalogue.waiting("receive")]
        pictures = [worker.send(GetReleaseDraft(work.delivered_release_id)).picture for work in works]
        return [picture and (picture.path, picture.file_id is not None) for picture in pictures]

    return drafts


@pytest.fixture
def delivered(operator):
    def delivered(*files: FoundFile, source: str = "/music") -> str:
        delivery_id = operator.send(OpenDelivery(source))
        operator.send(RecordFiles(delivery_id, files))
        operator.send(CompleteDelivery(delivery_id))
        return delivery_id

    return delivered


class TestACover:
    def test_is_told_wherever_the_release_is(self, ready, garden, visitor):
        release_id = ready(beside(garden))
        address = f"/media/covers/{release_id}/{hash_of(f'{FOLDER}/cover.jpg', 5000)[:32]}/640.jpg"
        release = visitor.send(GetRelease(release_id))
        assert (release.cover, release.colour) == (address, "#336699")
        assert [(one.cover, one.colour) for one in visitor.send(ListReleases()).items] == [(address, "#336699")]

    def test_is_none_where_no_picture_came(self, ready, garden, catalogue, cover):
        assert cover(ready(garden)) is None
        assert catalogue.waiting("cover") == []

    def test_is_not_there_before_it_is_made(self, catalogue, garden, cover):
        (release_id,) = catalogue.deliver(beside(garden))
        catalogue.transcode_all()
        assert cover(release_id) is None

    def test_the_same_again_is_not_made_again(self, ready, garden, catalogue, cover):
        release_id = ready(beside(garden))
        before = cover(release_id)
        catalogue.deliver(beside(garden))
        assert (cover(release_id), catalogue.waiting("cover")) == (before, [])

    def test_another_picture_takes_its_place_once_it_is_made(self, ready, garden, catalogue, cover):
        release_id = ready(beside(garden))
        first = cover(release_id)
        catalogue.deliver(beside(garden, size=6000))
        assert cover(release_id) == first
        catalogue.cover_all()
        assert cover(release_id) not in {first, None}

    def test_the_first_picture_again_is_shown_at_once(self, ready, garden, catalogue, cover):
        release_id = ready(beside(garden))
        first = cover(release_id)
        ready(beside(garden, size=6000))
        catalogue.deliver(beside(garden))
        assert (cover(release_id), catalogue.waiting("cover")) == (first, [])

    def test_one_that_was_overtaken_is_kept_and_not_shown(self, ready, garden, catalogue, cover):
        release_id = ready(beside(garden))
        first = cover(release_id)
        catalogue.deliver(beside(garden, size=6000))
        catalogue.deliver(beside(garden))
        catalogue.cover_all()
        assert cover(release_id) == first

    def test_goes_where_all_its_files_come_without(self, ready, garden, cover):
        release_id = ready(beside(garden))
        ready(garden)
        assert cover(release_id) is None

    def test_stays_where_some_of_its_files_come_without(self, ready, garden, cover):
        release_id = ready(beside(garden))
        before = cover(release_id)
        ready(garden[:1])
        assert cover(release_id) == before is not None

    def test_stays_where_some_of_its_files_have_another_one_inside(self, ready, garden, cover):
        release_id = ready(inside(garden))
        before = cover(release_id)
        ready(inside(garden[2:]))
        assert cover(release_id) == before is not None

    def test_comes_with_some_of_its_files_where_there_was_none(self, ready, garden, cover):
        release_id = ready(garden)
        ready(inside(garden[2:]))
        assert cover(release_id) is not None

    def test_changes_with_what_lies_beside_some_of_its_files(self, ready, garden, cover):
        release_id = ready(beside(garden))
        before = cover(release_id)
        ready(beside(garden[2:], size=6000))
        assert cover(release_id) not in {before, None}


class TestWhichPicture:
    def test_one_beside_comes_before_one_inside(self, delivered, drafts, garden):
        delivered(*inside(beside(garden)))
        assert drafts() == [(f"{FOLDER}/cover.jpg", False)]

    def test_one_inside_is_the_first_in_the_order_of_the_release(self, delivered, drafts, catalogue):
        files = [
            catalogue.file("a.flac", title="Noon", album="Blue Garden", artist="Ana", track=2, picture=True),
            catalogue.file("b.flac", title="Dawn", album="Blue Garden", artist="Ana", track=1, picture=True),
            catalogue.file("c.flac", title="Night", album="Blue Garden", artist="Ana", track=3),
        ]
        delivered(*files)
        assert drafts() == [("b.flac", True)]

    def test_of_several_beside_it_is_the_one_most_files_have(self, delivered, drafts, garden):
        delivered(*beside(garden[:2], f"{FOLDER}/cover.jpg"), *beside(garden[2:], "Elsewhere/cover.jpg"))
        assert drafts() == [(f"{FOLDER}/cover.jpg", False)]

    def test_one_beside_many_releases_is_nobodys(self, delivered, drafts, catalogue):
        files = [catalogue.file(f"Singles/{name}.flac", title=name, album=name, artist="Ana") for name in ("A", "B", "C")]
        delivered(*beside(files, "Singles/cover.jpg"))
        assert drafts() == [None, None, None]

    def test_nor_is_it_where_they_came_one_by_one(self, delivered, drafts, catalogue):
        for name in ("A", "B"):
            file = catalogue.file(f"Singles/{name}.flac", title=name, album=name, artist="Ana")
            delivered(*beside([file], "Singles/cover.jpg"))
        assert drafts() == [None, None]

    def test_one_file_with_a_mistyped_album_does_not_take_it_from_the_others(self, delivered, drafts, garden, catalogue):
        stray = catalogue.file(f"{FOLDER}/04 Rain.flac", title="Rain", album="Blue Gardn", artist="The Lanterns")
        delivered(*beside([*garden, stray]))
        assert sorted(drafts(), key=str) == [(f"{FOLDER}/cover.jpg", False), None]

    def test_of_another_folder_the_same_path_is_another_picture(self, delivered, drafts, garden, catalogue):
        others = [catalogue.file(f"{FOLDER}/{n}.flac", title=str(n), album=f"Other {n}", artist="Ana") for n in range(9)]
        delivered(*beside(others), source="/elsewhere")
        drafts()
        delivered(*beside(garden))
        assert drafts() == [(f"{FOLDER}/cover.jpg", False)]

    def test_a_path_that_leaves_the_folder_is_refused(self, record, catalogue):
        with pytest.raises(Invalid, match="is not a path inside the delivery"):
            record(*beside([catalogue.file("a.mp3")], "../cover.jpg"))

    def test_what_lay_beside_a_file_is_known_of_it(self, ready, garden, operator):
        ready(beside(garden[:1]))
        (known,) = operator.send(ListKnownFiles("/music")).files
        assert known.picture == FoundPicture(f"{FOLDER}/cover.jpg", 5000, 1)


class TestAPictureThatIsRefused:
    @pytest.fixture
    def spoilt(self, catalogue, operator):
        """The newest delivery, of which a picture was refused."""
        return lambda: operator.send(GetDelivery(operator.send(ListDeliveries()).items[0].id))

    def refuse(self, catalogue, worker, reason="This PNG file is damaged.") -> str:
        (job_id,) = catalogue.waiting("cover")
        claim = catalogue.claim(job_id)
        worker.send(FailJob(claim.job_id, claim.lease, reason))
        return job_id

    def test_is_told_with_its_reason_and_harms_nothing_else(self, catalogue, garden, worker, ana, spoilt):
        (release_id,) = catalogue.deliver(beside(garden))
        self.refuse(catalogue, worker)
        catalogue.transcode_all()
        detail = spoilt()
        assert detail.picture_refusals == (Refusal(f"{FOLDER}/cover.jpg", "This PNG file is damaged."),)
        assert (detail.refusals, detail.summary.refused, detail.summary.recordings_ready) == ((), 0, 3)
        assert (detail.summary.covers, detail.summary.covers_ready, detail.summary.covers_refused) == (1, 0, 1)
        release = ana.send(GetRelease(release_id))
        assert (release.cover, [track.playable for track in release.tracks]) == (None, [True] * 3)

    def test_leaves_the_cover_that_was_there(self, ready, catalogue, garden, worker, cover):
        release_id = ready(beside(garden))
        before = cover(release_id)
        catalogue.deliver(beside(garden, size=6000))
        self.refuse(catalogue, worker)
        assert cover(release_id) == before is not None

    def test_may_be_tried_again(self, catalogue, garden, worker, operator, spoilt, cover):
        (release_id,) = catalogue.deliver(beside(garden))
        operator.send(ReplayJob(self.refuse(catalogue, worker)))
        assert spoilt().picture_refusals == ()
        catalogue.transcode_all()
        catalogue.cover_all()
        assert cover(release_id) is not None
        assert (spoilt().summary.covers_ready, spoilt().summary.covers_refused) == (1, 0)

    @pytest.mark.parametrize(
        ("refusal", "told"), [("It is larger than 32 MiB.", "It is larger than 32 MiB."), ("", "Its content did not arrive.")]
    )
    def test_may_not_even_have_come(self, catalogue, garden, delivered, worker, spoilt, refusal, told):
        delivered(*beside(garden))
        (job_id,) = catalogue.waiting("receive")
        claim = catalogue.claim(job_id)
        draft = worker.send(GetReleaseDraft(claim.work.delivered_release_id))
        received = tuple(map(catalogue.received, draft.files))
        picture = ReceivedPicture(draft.picture.path, refusal=refusal)
        assert worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received, picture))
        assert spoilt().picture_refusals == (Refusal(f"{FOLDER}/cover.jpg", told),)
        assert catalogue.waiting("cover") == []


class TestRecordCover:
    def test_needs_the_lease(self, catalogue, garden, worker):
        catalogue.deliver(beside(garden))
        claim = catalogue.claim(*catalogue.waiting("cover"))
        with pytest.raises(LeaseLost):
            worker.send(RecordCover(claim.job_id, new_id(), f"covers/{claim.work.release_id}/abc", "#000000"))

    def test_takes_no_other_job(self, catalogue, garden, worker):
        catalogue.deliver(garden)
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        with pytest.raises(Invalid, match="transcode"):
            worker.send(RecordCover(claim.job_id, claim.lease, "covers/x/abc", "#000000"))

    def test_takes_no_cover_that_is_stored_as_another_releases(self, catalogue, garden, worker):
        catalogue.deliver(beside(garden))
        claim = catalogue.claim(*catalogue.waiting("cover"))
        with pytest.raises(Invalid, match="another release"):
            worker.send(RecordCover(claim.job_id, claim.lease, f"covers/{new_id()}/abc", "#000000"))


class TestWhatLiesInQuarantine:
    def test_is_kept_while_its_cover_is_wanted(self, catalogue, garden, worker):
        catalogue.deliver(beside(garden))
        key = f"{QUARANTINE}somewhere/{PICTURE}{hash_of(f'{FOLDER}/cover.jpg', 5000)}"
        assert worker.send(ListSpentKeys((key,))) == ()
        catalogue.cover_all()
        assert worker.send(ListSpentKeys((key,))) == (key,)
