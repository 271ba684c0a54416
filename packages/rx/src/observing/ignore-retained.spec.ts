import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, sample } from '../../test/operators/operator-cases.js';
import { ignoreRetained } from './ignore-retained.js';

const old = sample('a', 'old', true);
const live = sample('a', 'live', false);

describe('ignoreRetained', () => {
  it('leaves out what has the retain flag', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-o-l-o|', { o: old, l: live });
      expectObservable(source.pipe(ignoreRetained())).toBe('---l--|', { l: live });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  operatorCases({ create: ignoreRetained, message: (i) => sample(`a/${i}`) });
});
