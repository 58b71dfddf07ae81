/** One media element and what feeds it: hls.js where it can, the browser's own HLS elsewhere. */

const HLS_TYPE = "application/vnd.apple.mpegurl";
const SETTINGS = { enableWorker: false, maxBufferLength: 60, maxMaxBufferLength: 120, backBufferLength: 60 };

const LIBRARY = "../vendor/hls.js-1.7.4/hls.light.min.mjs";

/* A third of all that a page needs, and nothing until something is played: fetched with the first thing that somebody does on a page.
   A browser may hold a module that failed once for failed: asked for again, it has another address. */
let fetched = null;
let failures = 0;

function library() {
  fetched ??= import(failures ? `${LIBRARY}?again=${failures}` : LIBRARY).catch((error) => {
    fetched = null;
    failures += 1;
    throw error;
  });
  return fetched;
}

export const hasMediaSource = () => "ManagedMediaSource" in window || "MediaSource" in window;

export class Engine extends EventTarget {
  /** Dispatches `failed` when the audio cannot go on and `rendition` (detail: its name) when another one is heard; everything else is the media element's own. */
  constructor(audio) {
    super();
    this.audio = audio;
    this.hls = null;
    this.turn = 0;
    this.quality = "automatic";
    if (hasMediaSource()) for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => library().catch(() => {}), { once: true });
    audio.addEventListener("error", () => audio.getAttribute("src") && !this.hls && this.#fail());
  }

  /** @param {"automatic" | "saver" | "high"} quality at once where hls.js plays, else from the next load on */
  setQuality(quality) {
    this.quality = quality;
    if (this.hls?.levels.length) this.hls.nextLevel = this.#level;
  }

  /** Makes it ready to play from `position`, in seconds; false where something else is wanted meanwhile, or it failed. */
  async load(playlists, position) {
    this.unload();
    const { turn } = this;
    const { default: Hls } = hasMediaSource() ? await library().catch(() => ({})) : {};
    if (turn !== this.turn) return false;
    if (Hls?.isSupported()) this.#feed(Hls, playlists.automatic, position);
    else if (this.audio.canPlayType(HLS_TYPE)) this.#leave(playlists[this.quality], position);
    else return this.#fail();
    return true;
  }

  #feed(Hls, url, position) {
    this.hls = new Hls({ ...SETTINGS, startPosition: position });
    this.hls.on(Hls.Events.ERROR, (_, error) => (error.fatal || refused(error)) && this.#recover(Hls, error));
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.quality !== "automatic" && (this.hls.loadLevel = this.#level));
    this.hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => this.#tell(this.hls.levels[level].url[0]));
    this.hls.loadSource(url);
    this.hls.attachMedia(this.audio);
  }

  /** Leaves it to the browser, which does not say which rendition of several it plays. */
  #leave(url, position) {
    Object.assign(this.audio, { src: url, currentTime: position });
    if (this.quality !== "automatic") this.#tell(url);
  }

  /** Of hls.js: -1 leaves it the choice. */
  get #level() {
    return { automatic: -1, saver: 0, high: this.hls.levels.length - 1 }[this.quality];
  }

  #tell(url) {
    this.dispatchEvent(new CustomEvent("rendition", { detail: url.match(/([^/]+)\.m3u8/)[1] }));
  }

  unload() {
    this.turn += 1;
    this.hls?.destroy();
    this.hls = null;
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  #recover(Hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !this.mended) {
      this.mended = true;
      this.hls.recoverMediaError();
    } else {
      this.#fail();
    }
  }

  #fail() {
    this.mended = false;
    this.dispatchEvent(new Event("failed"));
    return false;
  }
}

/** A link that the store refuses is refused for every rendition: hls.js would try them all, for half a minute. */
function refused(error) {
  const status = error.response?.code ?? 0;
  return status >= 400 && status < 500;
}
