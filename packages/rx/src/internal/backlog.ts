import { type Link, LinkedList } from './linked-list.js';

const KEPT_LEVELS = 8;

/** What becomes of values that find `capacity` values waiting; see {@link BufferOptions.overflow}. */
export type BufferOverflow = 'dropOldest' | 'dropNewest' | 'latest' | 'error';

/** How a {@link Backlog} works. */
export interface BacklogOptions<T> {
  readonly capacity: number;
  readonly overflow: BufferOverflow;
  /** Which of those that wait goes next. Defaults to the one that waits longest. */
  readonly order?: 'fifo' | 'lifo';
  /** Higher goes first, and is dropped last. Defaults to 0 for all. */
  readonly priority?: ((item: T) => number) | undefined;
  /** For `latest`: what an item replaces an older one of. */
  readonly topic: (item: T) => string | undefined;
  /** Items of the same lane are handed out one at a time, in their order; those of none at once. */
  readonly lane?: (item: T) => string | undefined;
  /** Whether an item counts, and may be dropped. Others are bounded by something else. */
  readonly bounded: (item: T) => boolean;
  /** An item was dropped. */
  drop(item: T): void;
}

interface Entry<T> {
  item: T;
  readonly lane: string | undefined;
  readonly level: Level<T>;
  /** Where it waits: among those that may go next, or in its lane. */
  queue: LinkedList<Entry<T>>;
  place: Link<Entry<T>> | undefined;
  bounded: Link<Entry<T>> | undefined;
}

/** The items of one priority. */
interface Level<T> {
  readonly priority: number;
  readonly ready: LinkedList<Entry<T>>;
  readonly bounded: LinkedList<Entry<T>>;
  /** All of its items, also those in lanes. */
  size: number;
}

/** What waits for its turn: bounded, in lanes if order matters, by priority if asked. */
export class Backlog<T> {
  readonly #options: BacklogOptions<T>;
  /** The highest priority first. */
  #levels: Level<T>[] = [];
  /** The lanes in use: an item of it is ready or was handed out. Behind it wait the others. */
  readonly #lanes = new Map<string, LinkedList<Entry<T>>>();
  readonly #latest = new Map<string, Entry<T>>();
  #size = 0;
  #bounded = 0;

  constructor(options: BacklogOptions<T>) {
    this.#options = options;
  }

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /** Takes an item in; others, or it itself, may be dropped for it. `false`: there is no room, and the policy is `error`. */
  push(item: T): boolean {
    const { capacity, overflow, bounded } = this.#options;
    const counts = bounded(item);
    if (counts && overflow === 'latest' && this.#replace(item)) return true;
    if (counts && overflow === 'error' && this.#bounded >= capacity) return false;
    this.#add(item, counts);
    if (this.#bounded > capacity) this.#dropOne();
    return true;
  }

  /** Takes out what goes next. Its lane is in use until `release`. */
  next(): T | undefined {
    const last = this.#options.order === 'lifo';
    for (const { ready } of this.#levels) {
      const entry = last ? ready.last : ready.first;
      if (entry === undefined) continue;
      this.#remove(entry);
      return entry.item;
    }
    return undefined;
  }

  /** An item that was handed out is done with: the next of its lane may go. */
  release(item: T): void {
    const lane = this.#options.lane?.(item);
    if (lane !== undefined) this.#free(lane);
  }

  /** Puts an item back that was handed out and not released. It keeps its lane, and is not dropped any more. */
  again(item: T): void {
    this.#place(item, this.#options.lane?.(item), false, true);
  }

  /** Takes out, undropped, all items that satisfy a condition. */
  removeIf(condition: (item: T) => boolean): T[] {
    const found = this.#entries().filter(({ item }) => condition(item));
    for (const entry of found) {
      const wasReady = entry.queue === entry.level.ready;
      this.#remove(entry);
      if (wasReady && entry.lane !== undefined) this.#free(entry.lane);
    }
    return found.map(({ item }) => item);
  }

  /** Takes out everything. */
  clear(): T[] {
    const items = this.#entries().map(({ item }) => item);
    this.#levels = [];
    this.#lanes.clear();
    this.#latest.clear();
    this.#size = 0;
    this.#bounded = 0;
    return items;
  }

  #add(item: T, counts: boolean): void {
    const lane = this.#options.lane?.(item);
    const entry = this.#place(item, lane, counts, lane === undefined || !this.#lanes.has(lane));
    if (lane !== undefined && !this.#lanes.has(lane)) this.#lanes.set(lane, new LinkedList());
    if (!counts || this.#options.overflow !== 'latest') return;
    const topic = this.#options.topic(item);
    if (topic !== undefined) this.#latest.set(topic, entry);
  }

  #place(item: T, lane: string | undefined, counts: boolean, ready: boolean): Entry<T> {
    const level = this.#level(this.#priority(item));
    const queue = ready || lane === undefined ? level.ready : this.#lanes.get(lane)!;
    const entry: Entry<T> = { item, lane, level, queue, place: undefined, bounded: undefined };
    entry.place = queue.push(entry);
    if (counts) entry.bounded = level.bounded.push(entry);
    level.size++;
    this.#size++;
    if (counts) this.#bounded++;
    return entry;
  }

  #remove(entry: Entry<T>): void {
    const { level, queue, place, bounded, item } = entry;
    queue.remove(place!);
    level.size--;
    this.#size--;
    if (bounded !== undefined) {
      level.bounded.remove(bounded);
      this.#bounded--;
    }
    // A few empty ones may stay: they are likely to be needed again.
    if (level.size === 0 && this.#levels.length > KEPT_LEVELS) this.#levels.splice(this.#levels.indexOf(level), 1);
    if (this.#latest.size === 0) return;
    const topic = this.#options.topic(item);
    if (topic !== undefined && this.#latest.get(topic) === entry) this.#latest.delete(topic);
  }

  /** A waiting item for the same topic gives way, and its place. */
  #replace(item: T): boolean {
    const topic = this.#options.topic(item);
    const older = topic === undefined ? undefined : this.#latest.get(topic);
    if (older === undefined) return false;
    const dropped = older.item;
    older.item = item;
    this.#options.drop(dropped);
    return true;
  }

  /** One too many: of the lowest priority, the one that came last or first. */
  #dropOne(): void {
    let lowest = this.#levels.length - 1;
    while (this.#levels[lowest]!.bounded.size === 0) lowest--;
    const { bounded } = this.#levels[lowest]!;
    const entry = (this.#options.overflow === 'dropNewest' ? bounded.last : bounded.first)!;
    const wasReady = entry.queue === entry.level.ready;
    this.#remove(entry);
    if (wasReady && entry.lane !== undefined) this.#free(entry.lane);
    this.#options.drop(entry.item);
  }

  #free(name: string): void {
    const lane = this.#lanes.get(name);
    const entry = lane?.first;
    if (lane === undefined || entry === undefined) {
      this.#lanes.delete(name);
      return;
    }
    lane.remove(entry.place!);
    entry.queue = entry.level.ready;
    entry.place = entry.queue.push(entry);
  }

  #priority(item: T): number {
    const priority = this.#options.priority?.(item) ?? 0;
    return Number.isNaN(priority) ? 0 : priority;
  }

  #level(priority: number): Level<T> {
    const index = this.#levels.findIndex((level) => level.priority <= priority);
    const found = this.#levels[index];
    if (found?.priority === priority) return found;
    const level: Level<T> = { priority, ready: new LinkedList(), bounded: new LinkedList(), size: 0 };
    this.#levels.splice(index < 0 ? this.#levels.length : index, 0, level);
    return level;
  }

  #entries(): Entry<T>[] {
    const queues = [...this.#levels.map(({ ready }) => ready), ...this.#lanes.values()];
    return queues.flatMap((queue) => [...queue]);
  }
}
