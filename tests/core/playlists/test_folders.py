"""Folders: each listener's own, within one another, and none of it lost when one is removed."""

from __future__ import annotations

import pytest

from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import (
    DEEPEST_FOLDER,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    ListFolders,
    ListPlaylists,
    MoveFolder,
    MovePlaylist,
    RenameFolder,
)
from tests.at_once import at_once


@pytest.fixture
def folder(ana):
    return lambda title="Folder", parent=None: ana.send(CreateFolder(title, parent)).id


@pytest.fixture
def tree(ana):
    """Each folder's title, with that of the one it is in."""

    def tree() -> list[tuple[str, str | None]]:
        folders = ana.send(ListFolders())
        titles = {one.id: one.title for one in folders}
        return [(one.title, titles.get(one.parent_id or "")) for one in folders]

    return tree


@pytest.fixture
def kept(ana):
    """The titles of the playlists in a folder."""
    return lambda folder_id=None: [one.title for one in ana.send(ListPlaylists(folder_id, size=2)).items]


class TestFolders:
    def test_lie_in_one_another_in_their_own_order(self, folder, tree, ana, ben, statements):
        jazz = folder("Jazz")
        folder("Pop")
        folder("Bebop", jazz)
        assert tree() == [("Jazz", None), ("Pop", None), ("Bebop", "Jazz")]
        assert ben.send(ListFolders()) == ()
        before = statements(ListFolders())
        ana.send(ListFolders())
        assert statements(ListFolders()) - before == 1

    def test_are_renamed(self, ana, folder, tree):
        ana.send(RenameFolder(folder("Jaz"), "Jazz"))
        assert tree() == [("Jazz", None)]

    def test_lie_only_so_deep(self, ana, folder):
        deepest = None
        for _ in range(DEEPEST_FOLDER):
            deepest = folder("Folder", deepest)
        with pytest.raises(Conflict, match=f"at most {DEEPEST_FOLDER} deep"):
            folder("One more", deepest)
        outer = folder("Outer")
        folder("Inner", outer)
        with pytest.raises(Conflict, match=f"at most {DEEPEST_FOLDER} deep"):
            ana.send(MoveFolder(outer, [one.id for one in ana.send(ListFolders())][DEEPEST_FOLDER - 2]))

    def test_are_not_too_many(self, ana, folder, monkeypatch):
        monkeypatch.setattr("apps.core.playlists.commands.MOST_FOLDERS", 1)
        folder()
        with pytest.raises(Conflict, match="yours has them all"):
            folder()

    def test_of_others_are_not_found(self, ana, ben, folder, playlist):
        mine = folder()
        theirs = ben.send(CreateFolder("Ben's"))
        for command in (
            RenameFolder(mine, "Ben's"), MoveFolder(mine), CreateFolder("Inner", mine), CreatePlaylist("Ben's", folder_id=mine),
            MoveFolder(theirs.id, mine), MovePlaylist(playlist.id), RenameFolder(new_id(), "None"),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                ben.send(command)
        ben.send(DeleteFolder(mine))
        assert [one.id for one in ana.send(ListFolders())] == [mine]


class TestMoveFolder:
    def test_puts_it_among_others(self, ana, folder, tree):
        one, two, three = (folder(title) for title in ("One", "Two", "Three"))
        ana.send(MoveFolder(three, number=1))
        assert [title for title, _ in tree()] == ["Three", "One", "Two"]
        ana.send(MoveFolder(three))
        assert [title for title, _ in tree()] == ["One", "Two", "Three"]
        ana.send(MoveFolder(two, one))
        assert ("Two", "One") in tree()

    def test_into_itself_is_refused(self, ana, folder):
        outer = folder("Outer")
        inner = folder("Inner", outer)
        for parent in (outer, inner):
            with pytest.raises(Invalid, match="into itself"):
                ana.send(MoveFolder(outer, parent))

    def test_at_once_makes_no_circle(self, ana, folder, tree):
        one, two = folder("One"), folder("Two")
        at_once([lambda: ana.send(MoveFolder(one, two)), lambda: ana.send(MoveFolder(two, one))])
        assert sum(parent is None for _, parent in tree()) == 1


class TestMovePlaylist:
    def test_puts_it_into_a_folder_and_out_again(self, ana, folder, playlist, kept):
        jazz = folder("Jazz")
        ana.send(MovePlaylist(playlist.id, jazz))
        assert (kept(), kept(jazz)) == ([], ["Evenings"])
        ana.send(MovePlaylist(playlist.id))
        assert (kept(), kept(jazz)) == (["Evenings"], [])

    def test_gives_it_a_number_among_others(self, ana, folder):
        jazz = folder("Jazz")
        made = {title: ana.send(CreatePlaylist(title, folder_id=jazz)).id for title in ("One", "Two", "Three")}
        ana.send(MovePlaylist(made["Three"], jazz, 2))
        assert [one.title for one in ana.send(ListPlaylists(jazz)).items] == ["One", "Three", "Two"]
        first = ana.send(ListPlaylists(jazz, size=1))
        assert [one.title for one in ana.send(ListPlaylists(jazz, first.next)).items] == ["Three", "Two"]


class TestDeleteFolder:
    def test_puts_what_was_in_it_into_the_one_around_it(self, ana, folder, tree, kept):
        outer = folder("Outer")
        folder("Before", outer)
        middle = folder("Middle", outer)
        folder("Inner", middle)
        for title, place in (("One", middle), ("Two", middle), ("Outside", outer)):
            ana.send(CreatePlaylist(title, folder_id=place))
        for _ in range(2):
            ana.send(DeleteFolder(middle))
        assert tree() == [("Outer", None), ("Before", "Outer"), ("Inner", "Outer")]
        assert [one.title for one in ana.send(ListPlaylists(outer)).items] == ["Outside", "One", "Two"]
        ana.send(DeleteFolder(outer))
        assert [one.title for one in ana.send(ListPlaylists()).items] == ["Outside", "One", "Two"]
        assert tree() == [("Before", None), ("Inner", None)]
