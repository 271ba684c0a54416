/**
 * Whether bytes leave for which there was no room: whoever makes room for them is alive.
 *
 * Bytes that leave prove nothing by themselves, since the kernel takes some megabytes for a peer that is long dead. What was
 * queued at one look and is not all gone at the next has met a kernel that is full; what leaves after that was made room for.
 */
export class UploadProgress {
  /** Up to where bytes had been written at the last look, and up to where they had left. */
  #written = 0;
  #left = 0;
  #full = false;

  /**
   * Looks again.
   * @param written bytes written so far, the unsent ones among them.
   * @returns whether the peer has made room since the last look.
   */
  look(written: number, unsent: number): boolean {
    const left = written - unsent;
    const moved = this.#full && left > this.#left;
    this.#full = left < this.#written;
    this.#written = written;
    this.#left = left;
    return moved;
  }
}
