import { dispatcher } from './contestants.mjs';

const linear = { full: { warmup: 500, messages: 3_000 }, short: { warmup: 100, messages: 500 } };
const tries = (counts, matches) => counts.map((filters) => dispatcher('trie', { filters, matches }, { ours: true }));

/** How fast the filters that match a topic are found: does it matter how many others there are? */
export const dispatchFilters = [
  {
    name: 'dispatch-filters-1',
    title: 'find the one filter that matches, among 10 to 100,000',
    unit: 'msg/CPU s',
    role: 'dispatch',
    setting: {},
    volume: { full: { warmup: 500_000, messages: 3_000_000 }, short: { warmup: 100_000, messages: 300_000 } },
    contestants: [
      ...tries([10, 1_000, 10_000, 100_000], 1),
      dispatcher('linear', { filters: 10_000, matches: 1 }, { volume: linear }),
    ],
    reference: 'trie-10',
    targets: [
      { contestant: 'trie-10000', atLeast: 0.5 },
      { contestant: 'trie-10000', over: 'linear-10000', atLeast: 100 },
      { contestant: 'trie-100000', atLeast: 0.5 },
    ],
  },
  {
    name: 'dispatch-filters-100',
    title: 'find the 100 filters that match, among 100 to 100,000',
    unit: 'msg/CPU s',
    role: 'dispatch',
    setting: {},
    volume: { full: { warmup: 20_000, messages: 100_000 }, short: { warmup: 5_000, messages: 20_000 } },
    contestants: [
      ...tries([100, 1_000, 10_000, 100_000], 100),
      dispatcher('linear', { filters: 10_000, matches: 100 }, { volume: linear }),
    ],
    reference: 'trie-100',
    targets: [{ contestant: 'trie-100000', atLeast: 0.5 }],
  },
];
