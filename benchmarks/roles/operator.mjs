import { Subject } from 'rxjs';
import { OwedMessage } from './owed-message.mjs';
import { prepareMessages } from './prepared-messages.mjs';
import { Stopwatch } from './stopwatch.mjs';

const PREPARED = 10_000;

/** So many are pushed in one turn, as a chunk from a socket brings them. */
const CHUNK = 500;

/**
 * Measures an operator, or its twin of plain RxJS operators, without any network: messages that were prepared are pushed
 * through it. Per CPU time of this process.
 */
export async function measure(operator, { side, warmup, messages }) {
  const { inputs, context } = await prepare(operator);
  const run = pusher(operator[side](context), inputs, operator.emits);
  const watch = new Stopwatch();

  await run(warmup);
  watch.start();
  const { pushed, emitted, due } = await run(messages);
  watch.stop();
  return {
    value: (watch.cpuMicros * 1_000) / pushed,
    succeeded: pushed,
    expected: messages,
    seconds: watch.seconds(),
    flaws: emitted === due ? [] : [`${emitted} emitted instead of ${due}`],
  };
}

/** What an operator's contestants are given: messages of QoS 0, or owed ones, and a client that is connected. */
export async function prepare({ owed = false }, count = PREPARED) {
  const { messages, mqtt } = await prepareMessages(count);
  return { inputs: owed ? messages.map((message) => new OwedMessage(message)) : messages, context: { mqtt } };
}

/**
 * Pushes inputs, from the first one again after the last, through an operator. A chunk goes in when what the one before is to
 * bring out has come.
 * @param emits how many outputs so many inputs must have brought, in all.
 */
function pusher(operator, inputs, emits = (count) => count) {
  const source$ = new Subject();
  let pushed = 0;
  let emitted = 0;
  let arrived = () => undefined;
  let error;
  source$.pipe(operator).subscribe({
    next: () => {
      if (++emitted === emits(pushed)) arrived();
    },
    error: (thrown) => {
      error = thrown;
      arrived();
    },
  });

  const chunk = async (end) => {
    while (pushed < end) {
      const input = inputs[pushed++ % inputs.length];
      if (input.qos === 1) input.awaitsAck = true;
      source$.next(input);
    }
    if (emitted < emits(pushed) && error === undefined) {
      await new Promise((resolve) => {
        arrived = resolve;
      });
    }
    if (error !== undefined) throw error;
  };
  return async (count) => {
    const before = { pushed, emitted, due: emits(pushed) };
    for (let end = pushed + count; pushed < end; ) await chunk(Math.min(end, pushed + CHUNK));
    return { pushed: pushed - before.pushed, emitted: emitted - before.emitted, due: emits(pushed) - before.due };
  };
}
