/** What is known of how a camera departs from the standards. One is kept for all connections to a camera, so that each learns once. */
export class SenderQuirks {
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();
  /** The marker bit stands on the last packet of each picture and nowhere else; false once the camera broke this. */
  markerEndsPicture = true;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** Tells each text once. */
  tell(text: string): void {
    // Texts come from a fixed list here; the limit holds should one ever carry a number of the sender's.
    if (this.#told.has(text) || this.#told.size >= 100) return;
    this.#told.add(text);
    this.#onNotice(text);
  }
}
