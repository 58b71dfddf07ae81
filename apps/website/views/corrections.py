"""For staff: correcting releases and tracks, merging artists, and taking either back."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.corrections import (
    MOST_CORRECTIONS,
    EditableRelease,
    EditableTrack,
    GetEditableArtist,
    GetEditableRelease,
    JoinRelease,
    ListCorrections,
    ListMerges,
    MergeArtists,
    SpellArtist,
    TakeBackCorrection,
    TakeBackMerge,
)
from apps.core.contract.errors import Forbidden, NotFound, Unauthenticated
from apps.core.contract.ids import FORM, ArtistId, CorrectionId, MergeId, ReleaseId, TrackId
from apps.core.contract.search import Search, SearchKind, SearchResult
from apps.website.actor import actor, core
from apps.website.forms.base import Form
from apps.website.forms.corrections import ReleaseForm, SpellingForm, SplitForm, TrackForm, TracksForm

views = Blueprint("corrections", __name__, url_prefix="/catalogue")

ADDRESS = re.compile(rf"(?:\S*/)?(?P<kind>releases|artists)/(?P<id>{FORM})/?")
NOTHING = SearchResult(None)


@views.before_request
def for_staff_alone() -> None:
    """Also where a page asks Core for nothing."""
    who = actor()
    if not GetEditableRelease.permission.allows(who):
        raise Forbidden("This is for staff.") if who.account_id else Unauthenticated("Nobody is logged in.", "Log in first.")


@views.get("")
def index() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    if found := ADDRESS.fullmatch(words):
        if found["kind"] == "artists":
            return redirect(url_for("corrections.artist", artist_id=found["id"]))
        return redirect(url_for("corrections.release", release_id=found["id"]))
    result = core().send(Search(words, (SearchKind.ARTIST, SearchKind.RELEASE))) if words else NOTHING
    return render_template("corrections/index.html", words=words, found=result)


@views.get("/releases/<id:release_id>")
def release(release_id: ReleaseId) -> str:
    seen, form = core().send(GetEditableRelease(release_id)), ReleaseForm()
    form.fill(seen)
    return _page(seen, form, _splitting(seen))


@views.post("/releases/<id:release_id>")
def save_release(release_id: ReleaseId) -> ResponseReturnValue:
    form = ReleaseForm()
    if form.validate_on_submit() and form.attempt(form.command(release_id)):
        return redirect(url_for("corrections.release", release_id=release_id), 303)
    seen = core().send(GetEditableRelease(release_id))
    return _page(seen, form, _splitting(seen)), form.status


@views.get("/releases/<id:release_id>/tracks/<id:track_id>")
def track(release_id: ReleaseId, track_id: TrackId) -> str:
    seen, form = core().send(GetEditableRelease(release_id)), TrackForm()
    one = _track(seen, track_id)
    form.fill(one, seen.revision)
    return render_template("corrections/track.html", release=seen, track=one, form=form)


@views.post("/releases/<id:release_id>/tracks/<id:track_id>")
def save_track(release_id: ReleaseId, track_id: TrackId) -> ResponseReturnValue:
    form = TrackForm()
    if form.validate_on_submit() and form.attempt(form.command(track_id)):
        return redirect(url_for("corrections.release", release_id=release_id), 303)
    seen = core().send(GetEditableRelease(release_id))
    return render_template("corrections/track.html", release=seen, track=_track(seen, track_id), form=form), form.status


@views.get("/releases/<id:release_id>/tracks")
def tracks(release_id: ReleaseId) -> str:
    """With `all`, every one is chosen to begin with."""
    seen, form = core().send(GetEditableRelease(release_id)), TracksForm()
    form.choose_among(seen)
    form.fill(seen, [one.id for one in seen.tracks] if "all" in request.args else [])
    return render_template("corrections/tracks.html", release=seen, form=form)


@views.post("/releases/<id:release_id>/tracks")
def save_tracks(release_id: ReleaseId) -> ResponseReturnValue:
    form = TracksForm()
    seen = core().send(GetEditableRelease(release_id))
    form.choose_among(seen)
    if form.validate_on_submit() and form.attempt(form.command(release_id)):
        return redirect(url_for("corrections.release", release_id=release_id), 303)
    return render_template("corrections/tracks.html", release=seen, form=form), form.status


@views.post("/releases/<id:release_id>/split")
def split(release_id: ReleaseId) -> ResponseReturnValue:
    form = SplitForm()
    seen = core().send(GetEditableRelease(release_id))
    form.choose_among(seen)
    if form.validate_on_submit() and (apart := form.attempt(form.command(release_id))):
        return redirect(url_for("corrections.release", release_id=apart), 303)
    correcting = ReleaseForm(formdata=None)
    correcting.fill(seen)
    return _page(seen, correcting, form), form.status


@views.post("/releases/<id:release_id>/join")
def join(release_id: ReleaseId) -> ResponseReturnValue:
    return redirect(url_for("corrections.release", release_id=core().send(JoinRelease(release_id))), 303)


@views.get("/corrections")
def made() -> str:
    corrections = core().send(ListCorrections(request.args.get("cursor")))
    return render_template("corrections/made.html", corrections=corrections)


@views.post("/corrections/<id:correction_id>/take-back")
def take_back(correction_id: CorrectionId) -> ResponseReturnValue:
    core().send(TakeBackCorrection(correction_id))
    # Only a page of ours: what a form says decides nothing else.
    release_id = request.form.get("release_id", "")
    back = url_for("corrections.release", release_id=release_id) if re.fullmatch(FORM, release_id) else url_for("corrections.made")
    return redirect(back, 303)


@views.get("/artists/<id:artist_id>")
def artist(artist_id: ArtistId) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    if (found := ADDRESS.fullmatch(words)) and found["kind"] == "artists":
        return redirect(url_for("corrections.preview_merge", artist_id=artist_id, into_id=found["id"]))
    seen, form = core().send(GetEditableArtist(artist_id)), SpellingForm(formdata=None)
    form.name.data = seen.name
    called = core().send(Search(words, (SearchKind.ARTIST,))).artists if words else ()
    others = [one for one in called if one.id != artist_id]
    return render_template("corrections/artist.html", artist=seen, words=words, others=others, form=form)


@views.post("/artists/<id:artist_id>")
def spell_artist(artist_id: ArtistId) -> ResponseReturnValue:
    form = SpellingForm()
    if form.validate_on_submit() and form.attempt(SpellArtist(artist_id, form.name.data or "")):
        return redirect(url_for("corrections.artist", artist_id=artist_id), 303)
    seen = core().send(GetEditableArtist(artist_id))
    return render_template("corrections/artist.html", artist=seen, words="", others=(), form=form), form.status


@views.get("/artists/<id:artist_id>/merge/<id:into_id>")
def preview_merge(artist_id: ArtistId, into_id: ArtistId) -> str:
    return _preview(artist_id, into_id, Form())


@views.post("/artists/<id:artist_id>/merge/<id:into_id>")
def merge(artist_id: ArtistId, into_id: ArtistId) -> ResponseReturnValue:
    form = Form()
    if form.attempt(MergeArtists(artist_id, into_id)):
        return redirect(url_for("corrections.artist", artist_id=into_id), 303)
    return _preview(artist_id, into_id, form), form.status


@views.get("/merges")
def merged() -> str:
    return render_template("corrections/merged.html", merges=core().send(ListMerges(request.args.get("cursor"))))


@views.post("/merges/<id:merge_id>/take-back")
def take_back_merge(merge_id: MergeId) -> ResponseReturnValue:
    core().send(TakeBackMerge(merge_id))
    return redirect(url_for("corrections.merged"), 303)


def _page(seen: EditableRelease, form: ReleaseForm, splitting: SplitForm) -> str:
    return render_template("corrections/release.html", release=seen, form=form, splitting=splitting, most_corrections=MOST_CORRECTIONS)


def _splitting(seen: EditableRelease) -> SplitForm:
    form = SplitForm(formdata=None)
    form.choose_among(seen)
    form.fill(seen)
    return form


def _preview(artist_id: ArtistId, into_id: ArtistId, form: Form) -> str:
    seen, into = core().send_many(GetEditableArtist(artist_id), GetEditableArtist(into_id))
    return render_template("corrections/merge.html", artist=seen, into=into, form=form)


def _track(seen: EditableRelease, track_id: TrackId) -> EditableTrack:
    for one in seen.tracks:
        if one.id == track_id:
            return one
    raise NotFound("There is no such track on this release.", "Look at what is on it.")
