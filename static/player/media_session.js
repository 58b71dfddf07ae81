/** What the system shows of us: lock screen, media keys, headphones. */

export function announceToSystem(session, track) {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({
    title: session.title,
    artist: session.artist,
    album: session.release_title,
    artwork: track.cover ? [{ src: track.cover }] : [],
  });
}

export function withdrawFromSystem() {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = null;
  navigator.mediaSession.playbackState = "none";
  navigator.mediaSession.setPositionState();
}

export function tellSystem(audio) {
  if (!navigator.mediaSession?.metadata) return;
  navigator.mediaSession.playbackState = audio.paused ? "paused" : "playing";
  if (Number.isFinite(audio.duration) && audio.duration > 0) {
    navigator.mediaSession.setPositionState({ duration: audio.duration, position: Math.min(audio.currentTime, audio.duration), playbackRate: audio.playbackRate });
  }
}

export function obeySystem(player) {
  if (!("mediaSession" in navigator)) return;
  const orders = {
    play: () => player.resume(),
    pause: () => player.pause(),
    previoustrack: () => player.previous(),
    nexttrack: () => player.next(),
    seekto: ({ seekTime }) => player.seek(seekTime),
    seekbackward: ({ seekOffset }) => player.skip(-(seekOffset ?? 10)),
    seekforward: ({ seekOffset }) => player.skip(seekOffset ?? 10),
  };
  for (const [order, obey] of Object.entries(orders)) {
    try {
      navigator.mediaSession.setActionHandler(order, obey);
    } catch {
      // A browser that does not know the order does not give it.
    }
  }
}
