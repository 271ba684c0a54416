import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, sample } from '../../test/operators/operator-cases.js';
import { onlyRetained } from './only-retained.js';

const old = sample('a', 'old', true);
const live = sample('a', 'live', false);

describe('onlyRetained', () => {
  it('keeps what has the retain flag', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-o-l-o|', { o: old, l: live });
      expectObservable(source.pipe(onlyRetained())).toBe('-o---o|', { o: old });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  operatorCases({ create: onlyRetained, message: (i) => sample(`a/${i}`, 'x', true) });
});
