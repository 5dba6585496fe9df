/**
 * The ways in which one camera departs from the standards. Its connections share one, so that each quirk is detected
 * once.
 */
export class SenderQuirks {
  readonly #onNotice: (text: string) => void;
  readonly #reported = new Set<string>();
  /** The marker bit is on the last packet of each picture and nowhere else; false once the camera broke this rule. */
  markerEndsPicture = true;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** Reports each text once. */
  report(text: string): void {
    // The texts come from a fixed list; the limit protects in case one ever contains a number from the sender.
    if (this.#reported.has(text) || this.#reported.size >= 100) return;
    this.#reported.add(text);
    this.#onNotice(text);
  }
}
