"""Who may send what. The table is written by hand: whoever changes a permission changes it here too, knowingly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask import Flask

from apps.core.contract.actions import Action, Actor, Role, Scope, Service
from apps.core.contract.codec import ACTIONS, encoder
from apps.core.contract.errors import CelestaError, Forbidden, Unauthenticated

EVERYBODY = {"visitor", "app", "tasks", "console", "listener", "partner", "staff", "administrator"}
ACCOUNTS = {"listener", "partner", "staff", "administrator"}
FRONT_ENDS = {"visitor", "app", "console"}
"""A visitor is the website on its own behalf, an app nobody has connected is the API's."""
OFFICE = {"staff", "administrator", "console"}

MAY: dict[str, set[str]] = {
    "RegisterAccount": EVERYBODY,
    "AcceptInvitation": EVERYBODY,
    "LogIn": FRONT_ENDS,
    "GetAccount": FRONT_ENDS,
    "GetOwnAccount": ACCOUNTS,
    "TakeOwnData": ACCOUNTS,
    "ChangePassword": ACCOUNTS,
    "InviteAdministrator": {"console"},
    "ListAccounts": {"administrator", "console"},
    "ChangeRoles": {"administrator", "console"},
    "SuspendAccount": {"administrator", "console"},
    "RestoreAccount": {"administrator", "console"},
    "RegisterApp": {"console"},
    "RemoveApp": {"console"},
    "ListApps": {"console"},
    "GetApp": FRONT_ENDS,
    "CheckAppSecret": FRONT_ENDS,
    "GetTokenHolder": FRONT_ENDS,
    "ConnectApp": ACCOUNTS,
    "DisconnectApp": ACCOUNTS,
    "ListConnectedApps": ACCOUNTS,
    "ListPlans": EVERYBODY,
    "ListSubscriptions": ACCOUNTS,
    "ListPayments": ACCOUNTS,
    "StartCheckout": ACCOUNTS,
    "ConfirmCheckout": ACCOUNTS,
    "CancelSubscription": ACCOUNTS,
    "ResumeSubscription": ACCOUNTS,
    "OpenPaymentPage": ACCOUNTS,
    "CheckSubscription": ACCOUNTS,
    "ClaimPurchase": ACCOUNTS,
    "ReceiveNotification": {"app"},
    "RefreshSubscription": {"tasks"},
    "SettleCheckout": {"tasks"},
    "ClaimUnsettled": {"tasks"},
    "StopCharging": {"tasks"},
    "GetEditableArtist": OFFICE,
    "ListMerges": OFFICE,
    "MergeArtists": OFFICE,
    "TakeBackMerge": OFFICE,
    "SplitRelease": OFFICE,
    "JoinRelease": OFFICE,
    "CorrectRelease": OFFICE,
    "CorrectTrack": OFFICE,
    "CorrectTracks": OFFICE,
    "SpellArtist": OFFICE,
    "GetEditableRelease": OFFICE,
    "ListCorrections": OFFICE,
    "TakeBackCorrection": OFFICE,
    "AssembleCompilation": OFFICE,
    "GetCompilationDraft": OFFICE,
    "GetHome": EVERYBODY,
    "ListShelves": OFFICE,
    "MoveShelf": OFFICE,
    "PreviewHome": OFFICE,
    "PutShelf": OFFICE,
    "RemoveShelf": OFFICE,
    "GetLedger": OFFICE,
    "ListActionCosts": OFFICE,
    "ListStatementCosts": OFFICE,
    "GetHealth": OFFICE,
    "FileUnfiledReleases": {"tasks"},
    "GetGenre": EVERYBODY,
    "GetSeries": EVERYBODY,
    "ListReleases": EVERYBODY,
    "ListGenreReleases": EVERYBODY,
    "ListGenres": EVERYBODY,
    "ListSeries": EVERYBODY,
    "GetRelease": EVERYBODY,
    "GetTrack": EVERYBODY,
    "GetTrackInFull": EVERYBODY,
    "ListSitemapParts": EVERYBODY,
    "ListSitemapPages": EVERYBODY,
    "GetArtist": EVERYBODY,
    "GetArtistTracks": EVERYBODY,
    "GetLyrics": ACCOUNTS,
    "GetCatalogueState": EVERYBODY,
    "Search": EVERYBODY,
    "ListChartPlaces": EVERYBODY,
    "ListCharts": EVERYBODY,
    "GetEdition": EVERYBODY,
    "GetChartRun": EVERYBODY,
    "AskForEditions": {"tasks"},
    "RecordEdition": {"tasks"},
    "OpenDelivery": {"console"},
    "RecordFiles": {"console"},
    "CompleteDelivery": {"console"},
    "SetFolderAudience": {"console"},
    "HideRemovedFiles": {"console"},
    "ListKnownFiles": {"console"},
    "GetReleaseDraft": {"tasks"},
    "WriteRelease": {"tasks"},
    "RecordCover": {"tasks"},
    "ListSpentKeys": {"tasks"},
    "GetDelivery": OFFICE,
    "ListDeliveries": OFFICE,
    "ClaimJob": {"tasks"},
    "RenewJob": {"tasks"},
    "FailJob": {"tasks"},
    "ReturnJob": {"tasks"},
    "TakeSlot": {"tasks"},
    "PruneExpired": {"tasks"},
    "ListJobs": OFFICE,
    "ReplayJob": OFFICE,
    "ListUnpublishedEvents": OFFICE,
    "RecordPlays": ACCOUNTS,
    "ListRecentlyPlayed": ACCOUNTS,
    "ClearHistory": ACCOUNTS,
    "AddFavourite": ACCOUNTS,
    "RemoveFavourite": ACCOUNTS,
    "ListFavouriteTracks": ACCOUNTS,
    "ListFavouriteReleases": ACCOUNTS,
    "ListFavouriteArtists": ACCOUNTS,
    "FindFavourites": ACCOUNTS,
    "CreatePlaylist": ACCOUNTS,
    "EditPlaylist": ACCOUNTS,
    "ChoosePlaylistCover": ACCOUNTS,
    "PutPlaylistPicture": ACCOUNTS,
    "RemovePlaylistPicture": ACCOUNTS,
    "GetPlaylistPicture": ACCOUNTS,
    "PutPicture": OFFICE,
    "TakeDownPicture": OFFICE,
    "GetPicture": OFFICE,
    "RecordPicture": {"tasks"},
    "ListSpentPictures": {"tasks"},
    "DeletePlaylist": ACCOUNTS,
    "RestorePlaylist": ACCOUNTS,
    "AddToPlaylist": ACCOUNTS,
    "RemoveFromPlaylist": ACCOUNTS,
    "MoveInPlaylist": ACCOUNTS,
    "MovePlaylist": ACCOUNTS,
    "CreateFolder": ACCOUNTS,
    "RenameFolder": ACCOUNTS,
    "MoveFolder": ACCOUNTS,
    "DeleteFolder": ACCOUNTS,
    "ListPlaylists": ACCOUNTS,
    "ListRecentPlaylists": ACCOUNTS,
    "ListDeletedPlaylists": ACCOUNTS,
    "ListOwnDeletedPlaylists": ACCOUNTS,
    "GetDeletedPlaylist": ACCOUNTS,
    "ReadPlaylistPicture": ACCOUNTS,
    "ListFolders": ACCOUNTS,
    "GetPlaylistTracks": EVERYBODY,
    "MatchPlaylistFile": ACCOUNTS,
    "ImportPlaylist": ACCOUNTS,
    "ExportPlaylist": EVERYBODY,
    "InviteToPlaylist": ACCOUNTS,
    "RevokePlaylistInvitation": ACCOUNTS,
    "AcceptPlaylistInvitation": ACCOUNTS,
    "FollowPlaylist": ACCOUNTS,
    "ChangePlaylistMember": ACCOUNTS,
    "RemovePlaylistMember": ACCOUNTS,
    "ListPlaylistMembers": ACCOUNTS,
    "GetPlaylistInvitation": ACCOUNTS,
    "CreateSmartPlaylist": ACCOUNTS,
    "ChangeSmartRule": ACCOUNTS,
    "GetSmartPlaylist": ACCOUNTS,
    "PreviewSmartRule": ACCOUNTS,
    "RegisterDevice": ACCOUNTS,
    "RemoveDevice": ACCOUNTS,
    "ListDevices": ACCOUNTS,
    "SaveOffline": ACCOUNTS,
    "CheckIn": ACCOUNTS,
    "GetLicenceKeys": EVERYBODY,
    "GetEncryptionOrder": {"tasks"},
    "RecordEncryption": {"tasks"},
    "WrapKeysAnew": {"tasks"},
    "RecordTranscode": {"tasks"},
    "RecordFingerprint": {"tasks"},
    "ListMissingPreviews": {"tasks"},
    "AskForExports": {"tasks"},
    "ReadDay": {"tasks"},
    "FindPlay": {"tasks"},
    "ReadDimension": {"tasks"},
    "RecordExport": {"tasks"},
    "ListExportedDays": {"tasks"},
    "DropExportedPlays": {"tasks"},
    "RecordPreview": {"tasks"},
    "ListLabels": OFFICE,
    "SetContract": OFFICE,
    "ListContracts": OFFICE,
    "AssignPartner": {"administrator", "console"},
    "AskForStatements": {"tasks"},
    "OpenRun": {"tasks"},
    "RecordUsage": {"tasks"},
    "GetRevenue": {"tasks"},
    "RecordStatementFiles": {"tasks"},
    "ListRuns": OFFICE,
    "GetRun": OFFICE,
    "ListStatements": OFFICE | {"partner"},
    "GetStatement": OFFICE | {"partner"},
    "CheckStatement": {"staff", "administrator"},
    "ApproveStatement": {"staff", "administrator"},
    "GetDispatchOrder": {"tasks"},
    "RecordDispatch": {"tasks"},
    "GetQueue": ACCOUNTS,
    "SaveQueue": ACCOUNTS,
    "SaveQueuePosition": ACCOUNTS,
    "StartPlayback": ACCOUNTS,
    "RenewPlayback": ACCOUNTS,
    "EndPlayback": ACCOUNTS,
    "GetPlaylist": ACCOUNTS,
    "StartStation": ACCOUNTS,
    "NextTracks": ACCOUNTS,
    "SendStationFeedback": ACCOUNTS,
    "ListStations": ACCOUNTS,
    "GetStation": ACCOUNTS,
    "HideTrack": ACCOUNTS,
    "UnhideTrack": ACCOUNTS,
    "ListHiddenTracks": ACCOUNTS,
    "AskForTraining": {"tasks"},
    "RecordRadioModel": {"tasks"},
}

NEEDS: dict[str, Scope] = {
    "GetOwnAccount": Scope.ACCOUNT,
    "TakeOwnData": Scope.ACCOUNT,
    "ListPlans": Scope.ACCOUNT,
    "ListSubscriptions": Scope.ACCOUNT,
    "ListPayments": Scope.ACCOUNT,
    "ClaimPurchase": Scope.PURCHASES,
    "GetGenre": Scope.CATALOGUE,
    "GetSeries": Scope.CATALOGUE,
    "ListReleases": Scope.CATALOGUE,
    "ListGenreReleases": Scope.CATALOGUE,
    "ListGenres": Scope.CATALOGUE,
    "ListSeries": Scope.CATALOGUE,
    "GetHome": Scope.CATALOGUE,
    "GetRelease": Scope.CATALOGUE,
    "GetTrack": Scope.CATALOGUE,
    "GetLyrics": Scope.CATALOGUE,
    "GetArtist": Scope.CATALOGUE,
    "GetArtistTracks": Scope.CATALOGUE,
    "Search": Scope.CATALOGUE,
    "ListChartPlaces": Scope.CATALOGUE,
    "ListCharts": Scope.CATALOGUE,
    "GetEdition": Scope.CATALOGUE,
    "GetChartRun": Scope.CATALOGUE,
    "GetQueue": Scope.PLAYBACK,
    "SaveQueue": Scope.PLAYBACK,
    "SaveQueuePosition": Scope.PLAYBACK,
    "StartPlayback": Scope.PLAYBACK,
    "RenewPlayback": Scope.PLAYBACK,
    "EndPlayback": Scope.PLAYBACK,
    "GetPlaylist": Scope.PLAYBACK,
    "RegisterDevice": Scope.PLAYBACK,
    "RemoveDevice": Scope.PLAYBACK,
    "ListDevices": Scope.PLAYBACK,
    "SaveOffline": Scope.PLAYBACK,
    "CheckIn": Scope.PLAYBACK,
    "GetLicenceKeys": Scope.PLAYBACK,
    "RecordPlays": Scope.PLAYBACK,
    "StartStation": Scope.PLAYBACK,
    "NextTracks": Scope.PLAYBACK,
    "SendStationFeedback": Scope.PLAYBACK,
    "ListStations": Scope.PLAYBACK,
    "GetStation": Scope.PLAYBACK,
    "HideTrack": Scope.PLAYBACK,
    "UnhideTrack": Scope.PLAYBACK,
    "ListHiddenTracks": Scope.PLAYBACK,
    "ListRecentlyPlayed": Scope.HISTORY,
    "ClearHistory": Scope.HISTORY,
    "AddFavourite": Scope.LIBRARY,
    "RemoveFavourite": Scope.LIBRARY,
    "ListFavouriteTracks": Scope.LIBRARY,
    "ListFavouriteReleases": Scope.LIBRARY,
    "ListFavouriteArtists": Scope.LIBRARY,
    "FindFavourites": Scope.LIBRARY,
    "CreatePlaylist": Scope.LIBRARY,
    "EditPlaylist": Scope.LIBRARY,
    "ChoosePlaylistCover": Scope.LIBRARY,
    "PutPlaylistPicture": Scope.LIBRARY,
    "RemovePlaylistPicture": Scope.LIBRARY,
    "GetPlaylistPicture": Scope.LIBRARY,
    "DeletePlaylist": Scope.LIBRARY,
    "RestorePlaylist": Scope.LIBRARY,
    "AddToPlaylist": Scope.LIBRARY,
    "RemoveFromPlaylist": Scope.LIBRARY,
    "MoveInPlaylist": Scope.LIBRARY,
    "MovePlaylist": Scope.LIBRARY,
    "CreateFolder": Scope.LIBRARY,
    "RenameFolder": Scope.LIBRARY,
    "MoveFolder": Scope.LIBRARY,
    "DeleteFolder": Scope.LIBRARY,
    "ListPlaylists": Scope.LIBRARY,
    "ListRecentPlaylists": Scope.LIBRARY,
    "ListDeletedPlaylists": Scope.LIBRARY,
    "ListOwnDeletedPlaylists": Scope.LIBRARY,
    "GetDeletedPlaylist": Scope.LIBRARY,
    "ReadPlaylistPicture": Scope.LIBRARY,
    "ListFolders": Scope.LIBRARY,
    "GetPlaylistTracks": Scope.LIBRARY,
    "MatchPlaylistFile": Scope.LIBRARY,
    "ImportPlaylist": Scope.LIBRARY,
    "ExportPlaylist": Scope.LIBRARY,
    "CreateSmartPlaylist": Scope.LIBRARY,
    "ChangeSmartRule": Scope.LIBRARY,
    "GetSmartPlaylist": Scope.LIBRARY,
    "PreviewSmartRule": Scope.LIBRARY,
    "InviteToPlaylist": Scope.LIBRARY,
    "RevokePlaylistInvitation": Scope.LIBRARY,
    "AcceptPlaylistInvitation": Scope.LIBRARY,
    "FollowPlaylist": Scope.LIBRARY,
    "ChangePlaylistMember": Scope.LIBRARY,
    "RemovePlaylistMember": Scope.LIBRARY,
    "ListPlaylistMembers": Scope.LIBRARY,
    "GetPlaylistInvitation": Scope.LIBRARY,
}
"""What an app needs to be allowed; what is not listed no app may do, whatever it was allowed."""

WHO = sorted(EVERYBODY)


class Unsent(msgspec.Struct):
    """What no Action looks like, so that no handler is ever reached: authorisation comes before validation."""

    nothing_is_called_this: int = 0


@pytest.fixture
def actors(person: Callable[..., Any]) -> dict[str, Actor]:
    accounts = {role.value: person(role.value, *({role} - {Role.LISTENER})).actor for role in Role}
    services = {"visitor": Service.WEBSITE, "app": Service.API, "tasks": Service.TASKS, "console": Service.CONSOLE}
    return accounts | {name: Actor(service) for name, service in services.items()}


@pytest.fixture
def verdict(core_app: Flask) -> Callable[[type[Action[Any]], Actor], str]:
    """`in` where the actor gets past the permission; otherwise the code of the refusal."""

    def judge(kind: type[Action[Any]], actor: Actor) -> str:
        with core_app.app_context():
            try:
                core_app.extensions["bus"].send(kind, encoder.encode(Unsent()), actor)
            except CelestaError as error:
                return "in" if error.code == "invalid" else error.code
        raise AssertionError("an Action took what it cannot read")

    return judge


def scoped(actor: Actor, *scopes: Scope) -> Actor:
    """The actor through an app that was allowed these."""
    return msgspec.structs.replace(actor, service=Service.API, client="an app", scopes=frozenset(scopes))


class TestWhoMaySendWhat:
    def test_every_action_is_in_the_table(self):
        assert set(MAY) == set(ACTIONS)
        assert set(NEEDS) <= set(ACTIONS)

    def test_is_as_the_table_says(self, actors, verdict):
        told = {(name, who): verdict(ACTIONS[name], actors[who]) for name in ACTIONS for who in WHO}
        expected = {(name, who): "in" if who in MAY[name] else refusal(actors[who]) for name in ACTIONS for who in WHO}
        assert told == expected

    def test_an_account_has_no_more_rights_on_the_console_or_in_a_task(self, actors, verdict):
        for service in (Service.CONSOLE, Service.TASKS):
            listener = msgspec.structs.replace(actors["listener"], service=service)
            for name, kind in ACTIONS.items():
                assert (verdict(kind, listener) == "in") is ("listener" in MAY[name]), name


class TestScopes:
    def test_an_app_may_do_what_its_scopes_say(self, actors, verdict):
        for name, kind in ACTIONS.items():
            for scope in Scope:
                allowed = verdict(kind, scoped(actors["listener"], scope)) == "in"
                assert allowed is (NEEDS.get(name) == scope and "listener" in MAY[name]), (name, scope)

    def test_an_app_without_scopes_may_do_nothing(self, actors, verdict):
        assert {verdict(kind, scoped(actors["administrator"])) for kind in ACTIONS.values()} == {"forbidden"}

    def test_scopes_give_no_rights_the_account_has_not(self, actors, verdict):
        everything = scoped(actors["listener"], *Scope)
        assert {name for name, kind in ACTIONS.items() if verdict(kind, everything) == "in"} == set(NEEDS)

    def test_an_app_is_told_which_scope_it_needs(self, ana, sender):
        from apps.core.contract.listening import ListRecentlyPlayed

        with pytest.raises(Forbidden, match="the scope history"):
            sender(scoped(ana.actor, Scope.CATALOGUE)).send(ListRecentlyPlayed())

    def test_an_app_is_told_what_no_app_may_do(self, ana, sender):
        from apps.core.contract.accounts import ChangePassword

        with pytest.raises(Forbidden, match="a log-in on the website"):
            sender(scoped(ana.actor, *Scope)).send(ChangePassword("correct horse battery", "quite another one"))


def refusal(actor: Actor) -> str:
    return (Unauthenticated if actor.account_id is None else Forbidden).code


CREDENTIALS = ("cookie", "bearer", "bearer without a scope", "bearer with one scope", "signature", "task", "console", "none")
"""What somebody can come with: a signature is a shop's, at the API; a task's and the console's are those of services, at Core's door."""


def holding(credential: str, role: Actor, kind: type[Action[Any]]) -> Actor:
    """Whom Core is told of, where somebody in that role comes with that credential."""
    nobody = {"account_id": None, "roles": frozenset[Role]()}
    match credential:
        case "cookie":
            return role
        case "bearer":
            return scoped(role, *Scope)
        case "bearer without a scope":
            return scoped(role)
        case "bearer with one scope":
            return scoped(role, *({kind.scope} if kind.scope else set(Scope)))
        case "signature":
            return msgspec.structs.replace(role, service=Service.API, **nobody)
        case "task":
            return msgspec.structs.replace(role, service=Service.TASKS, **nobody)
        case "console":
            return msgspec.structs.replace(role, service=Service.CONSOLE, **nobody)
        case _:
            return msgspec.structs.replace(role, service=Service.WEBSITE, **nobody)


def allowed(name: str, role: str, credential: str) -> bool:
    """What the two tables above come to."""
    match credential:
        case "cookie":
            return role in MAY[name]
        case "bearer" | "bearer with one scope":
            return role in MAY[name] and name in NEEDS
        case "bearer without a scope":
            return False
        case other:
            return {"signature": "app", "task": "tasks", "console": "console", "none": "visitor"}[other] in MAY[name]


class TestTheMatrix:
    @pytest.mark.parametrize("credential", CREDENTIALS)
    def test_of_role_and_action_is_as_the_tables_say_with_each_credential(self, actors, verdict, credential):
        roles = [role.value for role in Role]
        told = {
            (name, role): verdict(kind, holding(credential, actors[role], kind)) == "in" for name, kind in ACTIONS.items() for role in roles
        }
        assert told == {(name, role): allowed(name, role, credential) for name in ACTIONS for role in roles}
