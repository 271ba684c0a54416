/** An item's place in a {@link LinkedList}. */
export class Link<T> {
  readonly item: T;
  previous: Link<T> | undefined = undefined;
  next: Link<T> | undefined = undefined;

  constructor(item: T) {
    this.item = item;
  }
}

/** A queue from whose middle items can be taken, in constant time. */
export class LinkedList<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first?.item;
  }

  get last(): T | undefined {
    return this.#last?.item;
  }

  /** Adds an item at the end. The answer is what `remove` takes it out with. */
  push(item: T): Link<T> {
    const link = new Link(item);
    this.#append(link);
    return link;
  }

  /** Puts an item of this list behind all others. */
  toEnd(link: Link<T>): void {
    this.remove(link);
    link.next = undefined;
    this.#append(link);
  }

  /** Takes out an item of this list, once. */
  remove(link: Link<T>): void {
    if (link.previous === undefined) this.#first = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#last = link.previous;
    else link.next.previous = link.previous;
    this.#size--;
  }

  #append(link: Link<T>): void {
    link.previous = this.#last;
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size++;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let link = this.#first; link !== undefined; link = link.next) yield link.item;
  }
}
