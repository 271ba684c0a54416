import { UploadProgress } from './upload-progress.js';

/** Bytes written and unsent at each look, and whether the peer has shown life since the one before. */
type Look = readonly [written: number, unsent: number, alive: boolean];

describe('UploadProgress', () => {
  it.each<[string, readonly Look[]]>([
    [
      'nothing is written',
      [
        [0, 0, false],
        [0, 0, false],
      ],
    ],
    [
      'all leaves at once',
      [
        [100, 0, false],
        [200, 0, false],
        [300, 0, false],
      ],
    ],
    [
      'a burst leaves between two looks',
      [
        [100, 100, false],
        [100, 0, false],
        [100, 0, false],
      ],
    ],
    [
      'bursts follow each other, each gone at the next look',
      [
        [100, 100, false],
        [200, 100, false],
        [300, 100, false],
      ],
    ],
    [
      'the kernel fills up, and that is all',
      [
        [100, 0, false],
        [200, 30, false],
        [300, 130, false],
        [400, 230, false],
      ],
    ],
    [
      'the queue stands still',
      [
        [100, 100, false],
        [100, 60, false],
        [100, 60, false],
        [100, 60, false],
      ],
    ],
    [
      'the queue moves',
      [
        [100, 100, false],
        [100, 60, false],
        [100, 50, true],
        [100, 50, false],
        [100, 0, true],
        [100, 0, false],
      ],
    ],
    [
      'it moves while more is written',
      [
        [100, 100, false],
        [200, 190, false],
        [300, 270, true],
        [400, 370, false],
      ],
    ],
    [
      'it moves after it stood still',
      [
        [100, 100, false],
        [100, 100, false],
        [100, 100, false],
        [100, 99, true],
      ],
    ],
  ])('%s', (_, looks) => {
    // prettier-ignore
    const progress = new UploadProgress();
    expect(looks.map(([written, unsent]) => progress.look(written, unsent))).toEqual(looks.map(([, , alive]) => alive));
  });
});
