import { InvalidOptionsError, type OptionProblem } from '@rxmqtt/core';

/** A function that takes options. */
export interface OptionCase {
  /** One of its options. */
  readonly known: string;
  /** Options that it cannot do without. */
  readonly required?: object;
  /** Calls it; whatever it answers is not used. */
  readonly call: (options: never) => unknown;
}

/** What an act is refused with, problem by problem. */
export function problemsOf(act: () => unknown): readonly OptionProblem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  throw new Error('it was not refused');
}

/** The cases that are the same for everything that takes options. */
export function optionCases({ known, required = {}, call }: OptionCase): void {
  const refused = (options: unknown): readonly OptionProblem[] => problemsOf(() => call(options as never));

  it('refuses an option that it does not know, at once, and says which one was meant', () => {
    const slip = `${known}_`;
    expect(refused({ ...required, [slip]: 1 })).toEqual([
      { path: slip, reason: `is not an option; did you mean ${known}?` },
    ]);
  });

  it('refuses all that is wrong, not only the first of it', () => {
    const paths = refused({ ...required, [`${known}_`]: 1, colour: 'red' }).map(({ path }) => path);
    expect(paths).toEqual([`${known}_`, 'colour']);
  });

  it.each([null, 7, 'x', [[1]]])('refuses %j for options', (options) => {
    expect(refused(options)).toContainEqual({ path: 'options', reason: 'must be an object' });
  });
}
