import { sequenceGaps } from '@rxmqtt/rx';
import { map } from 'rxjs';

/** Each topic counts, and now and then leaves a number out. */
function numbers() {
  let calls = 0;
  return () => {
    const round = Math.floor(calls++ / 100);
    return round + Math.floor(round / 10);
  };
}

export const ours = () => sequenceGaps({ sequence: numbers() });

/** It knows gaps only: neither what is late, nor duplicates, nor a publisher that has started anew. */
export const twin = () => {
  const sequence = numbers();
  const last = new Map();
  return map((value) => {
    const key = value.topic;
    const number = sequence(value);
    const expected = last.get(key) + 1;
    last.set(key, number);
    if (Number.isNaN(expected)) return { type: 'first', sequence: number, key, value };
    if (number === expected) return { type: 'next', sequence: number, key, value };
    return { type: 'gap', sequence: number, expected, missing: number - expected, key, value };
  });
};

export const look = ({ type, sequence, key, expected, missing }) => ({ type, sequence, key, expected, missing });
