/** Long topics are not worth the memory. */
const LONGEST = 256;

/** Keeps what was found for a topic, since topics repeat; when `most` are kept, all are forgotten. */
export function rememberTopic<V>(known: Map<string, V>, topic: string, found: V, most = 4_096): void {
  if (topic.length > LONGEST) return;
  if (known.size >= most) known.clear();
  known.set(topic, found);
}
