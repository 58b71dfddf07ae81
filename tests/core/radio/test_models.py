from __future__ import annotations

import os
import time

import pytest

from apps.core.contract.errors import Invalid
from apps.core.contract.ids import id_from_bytes, id_to_bytes, new_id
from apps.core.contract.radio import (
    AskForTraining,
    FeedbackKind,
    GenreSeed,
    MixSeed,
    NextTracks,
    RecordRadioModel,
    SendStationFeedback,
    StartStation,
)
from apps.core.contract.radio_model import HEADER, MAGIC, VERSION
from apps.core.database import reader
from apps.core.radio.candidates import fashion, near
from apps.core.radio.keeping import ABANDONED_SECONDS, LOOK_SECONDS, REFUSED_SECONDS
from apps.core.radio.model import DamagedModel, Model
from ports.storage.interface import Storage
from tests.factories.radio import key_of, model_bytes


def recordings(releases, number):
    return [track.recording_id for track in releases[number].tracks]


class TestTraining:
    def test_is_asked_for_once_for_the_last_exported_day(self, worker, training, catalogue):
        assert worker.send(AskForTraining()) == 0
        training()
        assert worker.send(AskForTraining()) == 1
        assert worker.send(AskForTraining()) == 1
        assert len(catalogue.waiting("train")) == 1

    def test_keeps_three_models_and_names_the_others(self, training, releases):
        ids = recordings(releases, 0)
        given = [training().record(model_bytes({ids[0]: [(ids[1], 0.1 * number)]})) for number in range(1, 5)]
        assert [len(one.keys) for one in given] == [0, 0, 0, 1]

    def test_recorded_twice_under_the_same_key_keeps_it(self, training, releases):
        data = model_bytes({recordings(releases, 0)[0]: []})
        assert [training().record(data).keys for _ in range(5)] == [()] * 5

    def test_of_another_day_is_refused(self, worker, training, catalogue):
        training()
        worker.send(AskForTraining())
        claim = catalogue.claim(catalogue.waiting("train")[0])
        with pytest.raises(Invalid, match="not trained up to"):
            worker.send(RecordRadioModel(claim.job_id, claim.lease, "radio/key", "0" * 64, 1, 1, "2020-01-01", "2020-01-01"))


class TestAStationWithAModel:
    def test_plays_what_is_heard_with_its_seed(self, ana, station, releases, training):
        seed, others = recordings(releases, 0)[0], recordings(releases, 6)
        made = training()
        made.record(model_bytes({seed: [(one, 0.9) for one in others]}))
        ana.send(NextTracks(station.id))
        made.models.settle()
        ana.send(SendStationFeedback(station.id, ana.send(NextTracks(station.id)).tracks[0].track_id, FeedbackKind.LIKE))
        whys = given_later(ana, station, training)
        assert {whys[one] for one in others if one in whys} == {f"Heard by people who play “{station.title}”"}

    def test_of_my_mix_counts_what_was_heard_last_most(self, ana, releases, training, play, clock):
        made, history = training(), [*releases[6].tracks[:3], releases[7].tracks[0]]
        play(ana, *(track.id for track in history))
        near_last, near_first = releases[2].tracks[0].recording_id, releases[3].tracks[0].recording_id
        made.record(model_bytes({history[0].recording_id: [(near_last, 0.9)], history[3].recording_id: [(near_first, 0.9)]}))
        station = ana.send(StartStation(MixSeed()))
        ana.send(NextTracks(ana.send(StartStation(GenreSeed("Pop"))).id))
        made.models.settle()
        whys = {track.recording_id: track.why for track in ana.send(NextTracks(station.id)).tracks}
        assert whys[near_last] == "Heard by people who play what you play"

    def test_plays_what_is_in_fashion_where_all_listen_to_the_same(self, ana, station, releases, training):
        hot = recordings(releases, 7)[0]
        made = training()
        made.record(model_bytes({}, {hot: 1.0, **{new_id(): 0.0 for _ in range(60)}}))
        ana.send(NextTracks(station.id))
        made.models.settle()
        assert given_later(ana, station, training)[hot] == "Played much at the moment"

    def test_hears_a_like_and_a_skip_in_what_is_near(self, ana, station, releases, training, clock):
        batch = ana.send(NextTracks(station.id))
        liked, skipped = batch.tracks[0], batch.tracks[1]
        near_liked = next(one for one in recordings(releases, 4) if one not in (liked.recording_id, skipped.recording_id))
        near_skipped = next(one for one in recordings(releases, 5) if one not in (liked.recording_id, skipped.recording_id))
        ana.send(SendStationFeedback(station.id, liked.track_id, FeedbackKind.LIKE))
        ana.send(SendStationFeedback(station.id, skipped.track_id, FeedbackKind.SKIP))
        made = training()
        made.record(model_bytes({liked.recording_id: [(near_liked, 0.9)], skipped.recording_id: [(near_skipped, 0.9)]}))
        ana.send(NextTracks(station.id))
        made.models.settle()
        assert given_later(ana, station, training)[near_liked] == f"Because you liked “{liked.title}”"


class TestKeepingTheModel:
    def test_goes_on_with_the_old_one_while_another_is_fetched_and_where_that_is_damaged(self, ana, station, releases, training):
        ids = recordings(releases, 0)
        made = training()
        first, second = model_bytes({ids[0]: [(ids[1], 0.5)]}), model_bytes({ids[0]: [(ids[2], 0.5)]})
        made.record(first)
        current(made)
        made.models.settle()
        assert (old := current(made)) is not None
        made = training()
        made.record(second, stored=first)
        assert current(made) is old
        made.models.settle()
        made.models.look_again()
        assert current(made) is old
        assert len(ana.send(NextTracks(station.id)).tracks) == 25

    def test_replaces_it_and_its_file(self, ana, station, releases, training):
        ids = recordings(releases, 0)
        for number in (1, 2):
            made = training()
            made.record(model_bytes({ids[0]: [(ids[number], 0.5)]}))
            current(made)
            made.models.settle()
            new = current(made)
            assert neighbours(new, ids[0]) == {ids[number]: 0.5}
            assert len(list(made.models.folder.iterdir())) == 1

    def test_falls_back_to_the_newest_that_can_be_used(self, ana, station, releases, training, core_app):
        ids = recordings(releases, 0)
        good, *others = [model_bytes({ids[0]: [(ids[number], 0.5)]}) for number in (1, 2, 3)]
        training().record(good)
        for data in others:
            made = training()
            made.record(data, stored=good)
        core_app.extensions["container"].get(Storage).delete(key_of(others[-1]))
        assert len(ana.send(NextTracks(station.id)).tracks) == 25
        made.models.settle()
        assert neighbours(current(made), ids[0]) == {ids[1]: 0.5}
        assert len(ana.send(NextTracks(station.id)).tracks) == 15

    def test_tells_once_of_a_damaged_one_and_tries_it_again_only_after_a_while(self, station, releases, training, capsys):
        ids = recordings(releases, 0)
        first, second = (model_bytes({ids[0]: [(ids[number], 0.5)]}) for number in (1, 2))
        training().record(first)
        made, seconds = training(), 0.0
        made.models.timer = lambda: seconds
        made.record(second, stored=first)

        def in_use():
            current(made)
            made.models.settle()
            return neighbours(current(made), ids[0])

        assert in_use() == {ids[1]: 0.5}
        seconds += REFUSED_SECONDS
        assert in_use() == {ids[1]: 0.5}
        assert capsys.readouterr().out.count("the radio model cannot be used") == 1
        made.store(key_of(second), second)
        seconds += REFUSED_SECONDS - 1
        assert in_use() == {ids[1]: 0.5}
        seconds += LOOK_SECONDS
        assert in_use() == {ids[2]: 0.5}

    def test_removes_what_a_process_left_that_ended_while_it_was_fetching(self, station, releases, training):
        made = training()
        made.record(model_bytes({recordings(releases, 0)[0]: []}))
        folder = made.models.folder
        folder.mkdir(parents=True)
        left, fetching = folder / f"{'a' * 64}.1", folder / f"{'b' * 64}.1"
        for path in (left, fetching):
            path.write_bytes(b"the first half")
        long_ago = time.time() - ABANDONED_SECONDS - 60
        os.utime(left, (long_ago, long_ago))
        current(made)
        made.models.settle()
        assert not left.exists()
        assert fetching.exists()

    def test_waits_for_nothing_where_nothing_is_fetched(self, training):
        training().models.settle()

    def test_looks_only_now_and_then_and_finds_what_another_process_fetched(self, ana, station, releases, training):
        made = training()
        made.record(model_bytes({recordings(releases, 0)[0]: []}))
        current(made)
        made.models.settle()
        model = current(made)
        made.models._sha256 = None
        assert current(made) is model
        made.models.look_again()
        current(made)
        made.models.settle()
        assert current(made) is not model

    def test_without_its_file_stations_go_by_the_catalogue_alone(self, ana, station, releases, training):
        made = training()
        made.record(model_bytes({recordings(releases, 0)[0]: []}), stored=b"")
        ana.send(NextTracks(station.id))
        made.models.settle()
        assert current(made) is None
        assert list(made.models.folder.iterdir()) == []


def neighbours(model, recording_id):
    return {id_from_bytes(one): nearness for one, nearness in near(model, [(id_to_bytes(recording_id), 1.0)], 10).items()}


def current(made):
    with made.core.app_context(), reader() as connection:
        return made.models.current(connection)


def given_later(ana, station, training):
    """Why each recording of the next two batches is played, a day later."""
    training()
    tracks = ana.send(NextTracks(station.id)).tracks + ana.send(NextTracks(station.id)).tracks
    return {track.recording_id: track.why for track in tracks}


class TestTheFile:
    def test_finds_what_is_in_it(self, releases):
        one, two, three, *_ = recordings(releases, 0)
        model = Model(model_bytes({one: [(two, 0.75), (three, 0.5)]}))
        assert near(model, [(id_to_bytes(one), 2.0)], 1) == {id_to_bytes(two): 1.5}
        assert near(model, [(id_to_bytes(two), 1.0)], 1) == {}
        assert model.find(bytes(16)) is None and model.find(b"\xff" * 16) is None
        assert near(model, [(bytes(16), 1.0)], 5) == {}
        assert fashion(model) == {}
        assert fashion(Model(model_bytes({}))) == {}
        assert fashion(Model(model_bytes({}, {one: 0.5, two: 0.5}))) == {}

    def test_finds_each_of_many_and_none_between(self):
        many, missing = ([new_id() for _ in range(300)] for _ in range(2))
        model = Model(model_bytes({one: [] for one in many}))
        assert [id_from_bytes(model.id_of(model.find(id_to_bytes(one)))) for one in many] == many
        assert {model.find(id_to_bytes(one)) for one in missing} == {None}

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"", id="empty"),
            pytest.param(MAGIC, id="less than a header"),
            pytest.param(HEADER.pack(b"WHAT", VERSION, 0, 0, 0, 0) + bytes(4), id="something else"),
            pytest.param(HEADER.pack(MAGIC, VERSION + 1, 0, 0, 0, 0) + bytes(4), id="another version"),
            pytest.param(HEADER.pack(MAGIC, VERSION, 0, 5, 5, 0), id="cut"),
            pytest.param(HEADER.pack(MAGIC, VERSION, 0, 0, 1, 0) + bytes(12), id="neighbours that nobody has"),
        ],
    )
    def test_that_is_damaged_is_refused(self, tmp_path, data):
        path = tmp_path / "model"
        path.write_bytes(data)
        with pytest.raises(DamagedModel):
            Model.open(path)
