import { fit } from './columns.js';
import { printable } from './printable.js';
import { sparkline } from './sparkline.js';

describe('fit', () => {
  it.each([
    ['abc', 5, 'abc  '],
    ['abc', 3, 'abc'],
    ['abcdef', 4, 'abc…'],
    ['abc', 0, ''],
    ['', 2, '  '],
    ['°C', 4, '°C  '],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日… '],
  ])('should make %j %d columns wide', (text, width, fitted) => {
    expect(fit(text, width)).toBe(fitted);
  });

  it('should align to the right', () => {
    expect(fit('7.5', 5, 'right')).toBe('  7.5');
  });
});

describe('printable', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['two\nlines', 'two�lines'],
    ['a\u202eb\u200bc\u009b', 'a�b�c�'],
    ['Füße 21 °C 日本 ✓', 'Füße 21 °C 日本 ✓'],
  ])('should show %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('should leave nothing that steers a terminal', () => {
    expect(printable('\u001b]0;title\u0007\u001b[2Jx\u001b')).not.toMatch(/[\p{Cc}]/u);
  });
});

describe('sparkline', () => {
  it('should reach from the smallest to the largest value', () => {
    expect(sparkline([0, 50, 100], 1)).toBe('▁▅█');
    expect(sparkline([50, 100], 1, 0)).toBe('▅█');
  });

  it('should stay flat where hardly anything happens', () => {
    expect(sparkline([50, 50.1], 10)).toBe('▁▁');
    expect(sparkline([], 10)).toBe('');
  });
});
