/** Every track about as loud as the next: turned down to a common level, never up, so that nothing clips. */

const TARGET_LUFS = -14;

/** The factor from 0 to 1 for a track of this integrated loudness (LUFS; null for silence). */
export function levelling(loudness) {
  return loudness === null ? 1 : Math.min(1, 10 ** ((TARGET_LUFS - loudness) / 20));
}
