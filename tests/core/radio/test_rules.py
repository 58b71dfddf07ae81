"""The sequencer against an independent reading of the law, over any catalogue and any history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.contract.radio import BATCH
from apps.core.radio.licences import DEFAULT_FILE, Licence, Licences
from apps.core.radio.rules import REPEAT, Candidate, Heard, sequence
from ports.environment import BootError, Environment

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LICENCES = Licences.from_env(Environment({}))
US, ANYWHERE = LICENCES.of("US"), LICENCES.of("GB")


def candidate(
    number: int, artist: str = "", release: str = "", *, guests: tuple[str, ...] = (), title: str = "", compilation=False, score=1.0
):
    artist = artist or f"artist {number}"
    return Candidate(
        f"track {number}", f"recording {number}", title or f"Title {number}", artist, (artist, *guests), release or f"release {number}",
        "A release", None, compilation, 200_000, None, None, score, "Because",
    )  # fmt: skip


def made_up(chance: Random, size: int) -> list[Candidate]:
    """A catalogue of few artists and releases, so that limits are met."""
    artists = [f"artist {number}" for number in range(chance.randint(1, 30))]
    releases = [chance.random() < 0.4 for _ in range(chance.randint(1, 30))]

    def one(number: int) -> Candidate:
        release, guests = chance.randrange(len(releases)), tuple(chance.sample(artists, chance.randint(0, 1)))
        return candidate(
            number, chance.choice(artists), f"release {release}", guests=guests, title=f"Title {chance.randint(0, 60)}",
            compilation=releases[release], score=chance.random(),
        )  # fmt: skip

    return [one(number) for number in range(size)]


@st.composite
def stations(draw: st.DrawFn) -> tuple[list[Candidate], list[Heard]]:
    """A catalogue, and what a station has played of it."""
    chance, size = Random(draw(st.integers(0, 2**32))), draw(st.integers(0, 90))
    catalogue = made_up(chance, size)
    at, heard = NOW, list[Heard]()
    for one in chance.sample(catalogue, min(size, draw(st.integers(0, 12)))):
        at -= timedelta(minutes=chance.randint(1, 90))
        heard.append(Heard((one,), at))
    return catalogue, heard[::-1]


def timeline(heard: Iterable[Heard], tracks: Iterable[Candidate]) -> list[tuple[datetime, Candidate]]:
    line, at = [(some.at, one) for some in heard for one in some.tracks], NOW
    for one in tracks:
        line.append((at, one))
        at += timedelta(milliseconds=one.duration_ms)
    return line


def breaches(line: Sequence[tuple[datetime, Candidate]], since: datetime) -> list[str]:
    """What 17 USC 114(j)(13) forbids, looked for in every three hours that end with a selection at `since` or later."""
    found: list[str] = []
    for place, (end, last) in enumerate(line):
        if end < since:
            continue
        window = [one for at, one in line[: place + 1] if at > end - timedelta(hours=3)]
        before = [one for _, one in line[max(0, place - 3) : place]]
        albums = Counter(one.release_id for one in window if not one.compilation)
        sets = Counter(one.release_id for one in window if one.compilation)
        artists = Counter(artist for one in window for artist in set(one.artist_ids))
        if albums[last.release_id] > 3 or sets[last.release_id] > 4 or any(artists[who] > 4 for who in last.artist_ids):
            found.append(f"too many at {place}")
        in_row = before[-2:] if not last.compilation else before
        if len(in_row) == (3 if last.compilation else 2) and all(one.release_id == last.release_id for one in in_row):
            found.append(f"too many of a release in a row at {place}")
        if len(before) == 3 and any(all(who in one.artist_ids for one in before) for who in last.artist_ids):
            found.append(f"too many by an artist in a row at {place}")
    return found


class TestTheLicence:
    @given(stations(), st.text(max_size=3))
    @settings(max_examples=60, deadline=None)
    def test_is_never_broken(self, station, seed):
        catalogue, heard = station
        tracks = sequence(catalogue, heard, US, NOW, seed).tracks
        assert breaches(timeline(heard, tracks), NOW) == []

    @given(stations(), st.text(max_size=3))
    @settings(max_examples=40, deadline=None)
    def test_holds_however_much_is_skipped(self, station, seed):
        catalogue, heard = station
        tracks = sequence(catalogue, heard, US, NOW, seed).tracks
        at_once = [(some.at, one) for some in heard for one in some.tracks] + [(NOW, one) for one in tracks]
        assert breaches(at_once, NOW) == []

    @pytest.mark.parametrize(
        ("catalogue", "most"),
        [
            pytest.param([candidate(n, release="album") for n in range(9)], 2, id="album alone: two in a row"),
            pytest.param([candidate(n, release="set", compilation=True) for n in range(9)], 3, id="set alone: three in a row"),
            pytest.param([candidate(n, artist="one") for n in range(9)], 3, id="artist alone: three in a row"),
            pytest.param([candidate(n, guests=("guest",)) for n in range(9)], 3, id="guest alone: three in a row"),
        ],
    )
    def test_of_the_us_ends_a_station_that_has_nothing_else(self, catalogue, most):
        made = sequence(catalogue, [], US, NOW, "seed")
        assert len(made.tracks) == most
        assert "licence" in made.fewer

    def test_of_the_us_counts_three_of_an_album_and_four_of_an_artist_among_others(self):
        others = [candidate(n) for n in range(40)]
        album = [candidate(100 + n, release="album", score=9) for n in range(9)]
        artist = [candidate(200 + n, artist="one", score=9) for n in range(9)]
        tracks = sequence([*others, *album, *artist], [], US, NOW, "seed").tracks
        assert len(tracks) == BATCH
        assert Counter(one.release_id for one in tracks)["album"] == 3
        assert Counter(one.artist for one in tracks)["one"] == 4

    def test_elsewhere_lets_an_artist_play_on(self):
        assert len(sequence([candidate(n, artist="one", release="album") for n in range(30)], [], ANYWHERE, NOW, "seed").tracks) == BATCH


class TestAnySequence:
    @given(stations(), st.sampled_from([US, ANYWHERE]), st.text(max_size=3))
    @settings(max_examples=60, deadline=None)
    def test_is_25_or_says_why_not_and_repeats_nothing(self, station, licence, seed):
        catalogue, heard = station
        made = sequence(catalogue, heard, licence, NOW, seed)
        assert len(made.tracks) <= BATCH
        assert (len(made.tracks) == BATCH) == (made.fewer is None)
        ids = [one.recording_id for one in made.tracks]
        assert len(set(ids)) == len(ids)
        assert not set(ids) & {one.recording_id for some in heard if some.at > NOW - REPEAT for one in some.tracks}

    @given(stations(), st.text(max_size=3))
    @settings(max_examples=30, deadline=None)
    def test_is_the_same_for_the_same_seed_in_whatever_order_the_candidates_come(self, station, seed):
        catalogue, heard = station
        assert sequence(catalogue, heard, US, NOW, seed) == sequence(catalogue[::-1], heard, US, NOW, seed)

    def test_differs_by_its_seed(self):
        catalogue = [candidate(n) for n in range(50)]
        assert sequence(catalogue, [], ANYWHERE, NOW, "one") != sequence(catalogue, [], ANYWHERE, NOW, "two")

    def test_of_nothing_says_so(self):
        assert "Nothing" in sequence([], [], US, NOW, "seed").fewer

    def test_says_when_all_was_played_lately(self):
        only = candidate(1)
        assert "three hours" in sequence([only], [Heard((only,), NOW - timedelta(minutes=179))], ANYWHERE, NOW, "seed").fewer
        assert sequence([only], [Heard((only,), NOW - timedelta(minutes=180))], ANYWHERE, NOW, "seed").tracks == (only,)

    def test_takes_a_recording_from_the_release_that_comes_first(self):
        one, other = candidate(1, release="first"), candidate(1, release="second")
        assert sequence([one, other], [], ANYWHERE, NOW, "seed").tracks == (one,)


class TestOurOwnRules:
    def test_keep_four_others_between_two_by_an_artist(self):
        catalogue = [candidate(n, artist=f"artist {n % 5}", score=5 - n % 5) for n in range(40)]
        names = [one.artist for one in sequence(catalogue, [], ANYWHERE, NOW, "seed").tracks]
        assert all(len(set(names[start : start + 5])) == 5 for start in range(BATCH - 5))

    def test_let_an_artist_come_again_after_an_hour_however_few_came_between(self):
        mine = [candidate(n, artist="one", score=9) for n in range(2)]
        others = [candidate(10 + n, score=1) for n in range(30)]
        heard = [Heard((mine[0],), NOW - timedelta(minutes=60))]
        assert sequence([mine[1], *others], heard, ANYWHERE, NOW, "seed").tracks[0] == mine[1]
        assert sequence([mine[1], *others], [Heard((mine[0],), NOW - timedelta(minutes=59))], ANYWHERE, NOW, "seed").tracks[0] != mine[1]

    def test_keep_titles_apart_as_long_as_there_are_others(self):
        covers = [candidate(n, title="Yesterday" if n % 2 else "YESTERDAY", score=9) for n in range(2)]
        others = [candidate(10 + n, score=1) for n in range(30)]
        titles = [one.title_key for one in sequence([*covers, *others], [], ANYWHERE, NOW, "seed").tracks]
        assert titles.count("yesterday") == 1

    def test_give_way_one_after_the_other(self):
        two = [candidate(n, artist=f"artist {n % 2}") for n in range(30)]
        names = [one.artist for one in sequence(two, [], ANYWHERE, NOW, "seed").tracks]
        assert all(first != second for first, second in pairwise(names))
        same_title = [candidate(n, title="Yesterday") for n in range(30)]
        assert len(sequence(same_title, [], ANYWHERE, NOW, "seed").tracks) == BATCH


class TestLicences:
    def test_are_data(self):
        assert Licence(3, 3, 2, 4, 3, 4, 3, 6, tells_ahead=False) == US
        assert Licence() == ANYWHERE

    @pytest.mark.parametrize("text", ["[US]\nalbum = 3\n", "[default]\nalbum = 0\n", "[default]\nalbums = 3\n", "no toml"])
    def test_that_make_no_sense_stop_the_boot(self, tmp_path, text):
        path = tmp_path / "licences.toml"
        path.write_text(text)
        with pytest.raises(BootError, match="licences"):
            Licences.from_env(Environment({"RADIO_LICENCES_PATH": str(path)}))

    def test_come_with_the_code(self):
        assert DEFAULT_FILE.is_file()
