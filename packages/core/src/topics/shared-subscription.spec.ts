import fc from 'fast-check';
import { plainFilter } from '../../test/topics/arbitraries.js';
import { caught } from '../../test/topics/caught.js';
import { buildSharedFilter, parseSharedFilter } from './shared-subscription.js';

describe('parseSharedFilter', () => {
  it.each([
    ['$share/g/a/+', 'g', 'a/+'],
    ['$share/g//a', 'g', '/a'],
    ['$share/ü/#', 'ü', '#'],
    ['$share/g/$share/h/a', 'g', '$share/h/a'],
  ])('splits %j', (shared, group, filter) => {
    expect(parseSharedFilter(shared)).toEqual({ group, filter });
  });

  it.each(['a', '$shared/g/a', '/$share/g/a', '$SHARE/g/a', '$sha/re'])('leaves %j alone', (filter) => {
    expect(parseSharedFilter(filter)).toBeUndefined();
  });

  it.each(['$share', '$share/g', '$share//a', '$share/g/', '$share/+/a', 'a#'])('refuses %j', (filter) => {
    expect(caught(() => parseSharedFilter(filter))).toMatchObject({ kind: 'filter' });
  });
});

describe('buildSharedFilter', () => {
  it('makes what parseSharedFilter splits', () => {
    fc.assert(
      fc.property(fc.constantFrom('g', ' ', '$share', '__proto__'), plainFilter, (group, filter) => {
        expect(parseSharedFilter(buildSharedFilter(group, filter))).toEqual({ group, filter });
      }),
    );
  });

  it.each(['', 'a/b', '+', 'g#', 'g\u0000', '\ud800'])('refuses the group %j', (group) => {
    expect(caught(() => buildSharedFilter(group, 'a'))).toMatchObject({ kind: 'group', topic: group });
  });

  it.each(['', 'a#', '$share/g/a'])('refuses the filter %j', (filter) => {
    expect(caught(() => buildSharedFilter('g', filter))).toMatchObject({ kind: 'filter', topic: filter });
  });

  it('refuses what is too long only with its group', () => {
    expect(caught(() => buildSharedFilter('g', 'a'.repeat(65_530)))).toMatchObject({ kind: 'filter' });
  });
});
