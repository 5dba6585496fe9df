/**
 * The ways in which one camera departs from the standards. Its connections share one, so that each quirk is detected
 * once.
 */
export class SenderQuirks {
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();
  /** The marker bit is on the last packet of each picture and nowhere else; false once the camera broke this rule. */
  markerEndsPicture = true;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** Tells each text once. */
  tell(text: string): void {
    // The texts come from a fixed list; the limit protects in case one ever contains a number from the sender.
    if (this.#told.has(text) || this.#told.size >= 100) return;
    this.#told.add(text);
    this.#onNotice(text);
  }
}
