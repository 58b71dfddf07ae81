/** One media element and what feeds it: hls.js where it can, the browser's own HLS elsewhere. */

import Hls from "../vendor/hls.js-1.7.4/hls.light.min.mjs";

const HLS_TYPE = "application/vnd.apple.mpegurl";
const SETTINGS = { enableWorker: false, maxBufferLength: 60, maxMaxBufferLength: 120, backBufferLength: 60 };

export class Engine extends EventTarget {
  /** Dispatches `failed` when the audio cannot go on; everything else is the media element's own. */
  constructor(audio) {
    super();
    this.audio = audio;
    this.hls = null;
    audio.addEventListener("error", () => audio.getAttribute("src") && !this.hls && this.#fail());
  }

  /** Plays from `position`, in seconds. */
  load(url, position) {
    this.unload();
    if (Hls.isSupported()) {
      this.hls = new Hls({ ...SETTINGS, startPosition: position });
      this.hls.on(Hls.Events.ERROR, (_, error) => (error.fatal || refused(error)) && this.#recover(error));
      this.hls.loadSource(url);
      this.hls.attachMedia(this.audio);
    } else if (this.audio.canPlayType(HLS_TYPE)) {
      this.audio.src = url;
      this.audio.currentTime = position;
    } else {
      this.#fail();
    }
  }

  unload() {
    this.hls?.destroy();
    this.hls = null;
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  #recover(error) {
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
  }
}

/** A link that the store refuses is refused for every rendition: hls.js would try them all, for half a minute. */
function refused(error) {
  const status = error.response?.code ?? 0;
  return status >= 400 && status < 500;
}
