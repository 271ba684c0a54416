import { ExpiredError } from '@rxmqtt/core';
import { asyncScheduler } from 'rxjs';
import type { MergedInput } from './input-merger.js';

/** An input that waits for the window. Not frozen: a newer one for the same topic may take its place. */
export interface WaitingInput<I> {
  index: number;
  input: I;
  message: MergedInput;
  /** When it came, if it is to expire; otherwise 0. */
  since: number;
}

/** An input as it waits. What waits must not change with the buffer of whoever sent it. */
export function waitingInput<I>(index: number, input: I, message: MergedInput, waits: boolean): WaitingInput<I> {
  const { payload } = message;
  const detached = waits && ArrayBuffer.isView(payload) ? { ...message, payload: new Uint8Array(payload) } : message;
  return { index, input, message: detached, since: expiryOf(message) === undefined ? 0 : asyncScheduler.now() };
}

/** The message as it leaves, its expiry less the time that it has waited. [MQTT-3.3.2-6] */
export function afterWaiting({ message, since }: WaitingInput<unknown>): MergedInput | ExpiredError {
  const expiry = expiryOf(message);
  if (expiry === undefined || typeof expiry !== 'number') return message;
  const waited = asyncScheduler.now() - since;
  if (waited < 1000) return message;
  const left = Math.ceil(expiry - waited / 1000);
  if (left <= 0) return new ExpiredError(message.topic);
  const { options } = message;
  return { ...message, options: { ...options, properties: { ...options.properties, messageExpiryInterval: left } } };
}

function expiryOf({ options }: MergedInput): number | undefined {
  return options.properties?.messageExpiryInterval;
}
