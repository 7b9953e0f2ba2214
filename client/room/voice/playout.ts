// When each piece of decoded voice is played: a small buffer against uneven arrival. Pure; all times in seconds of the
// audio clock (AudioContext.currentTime).
//
// Over a websocket packets come in order, but in bursts: a lost TCP segment holds back all that follow. The first piece
// after a silence is put off by the target delay; later ones follow it end to end. When the buffer has run dry it starts
// again with the target; when it has grown too long (a burst after a stall) pieces are dropped until it is back under the
// limit, because in a class late voice is worse than a missing syllable.

/** First delay: measured home Wi-Fi bursts stay under it, and a question-answer exchange still feels direct. */
export const TARGET_S = 0.16;
/** A voice further behind than this is cut short. */
export const LIMIT_S = 0.5;
/** Starting a source less than this ahead is heard as a click. */
const MARGIN_S = 0.01;

export class Playout {
  #nextAt = 0;
  /** Pieces dropped to catch up, since the start. */
  dropped = 0;

  /**
   * The instant at which to start a piece that has just been decoded, or null when it is dropped.
   * @param now audio clock, seconds
   * @param duration of the piece, seconds
   */
  place(now: number, duration: number): number | null {
    if (this.#nextAt < now + MARGIN_S) this.#nextAt = now + TARGET_S;
    if (this.#nextAt - now > LIMIT_S) {
      this.dropped += 1;
      return null;
    }
    const at = this.#nextAt;
    this.#nextAt += duration;
    return at;
  }

  /** Seconds of voice waiting to be played. */
  backlog(now: number): number {
    return Math.max(0, this.#nextAt - now);
  }
}
