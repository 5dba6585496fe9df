/** The ways in which one camera departs from the standards. Its connections share one, so that they learn each way once. */
export class SenderQuirks {
  readonly #onNotice: (text: string) => void;
  readonly #reported = new Set<string>();
  /** The marker bit stands on the last packet of each picture and nowhere else; false once the camera broke this. */
  markerEndsPicture = true;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** Tells each text once. */
  tell(text: string): void {
    // Texts come from a fixed list here; the limit holds should one ever carry a number of the sender's.
    if (this.#reported.has(text) || this.#reported.size >= 100) return;
    this.#reported.add(text);
    this.#onNotice(text);
  }
}
