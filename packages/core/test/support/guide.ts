import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { Watch } from './watch.js';

/** A program that a guide shows. */
export interface GuideBlock {
  /** The heading that it stands below. */
  readonly title: string;
  readonly code: string;
  /** What it prints, where the guide shows that right below. */
  readonly output: string | undefined;
}

/** The TypeScript of a guide, in its order. `tools/guides.test.mjs` wants a spec that asks for this, of each guide. */
export function guideBlocks(name: string): readonly GuideBlock[] {
  const guide = readFileSync(join(__dirname, '../../../../docs/guides', name), 'utf8');
  let title = '';
  return Array.from(guide.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```$(?:\n+```text\n([\s\S]*?)^```$)?/gm)).flatMap(
    ([, heading, code, output]) => {
      title = heading ?? title;
      return code === undefined ? [] : [{ title, code, output }];
    },
  );
}

/** What a block is run with. */
export interface GuideSurroundings {
  /** What it may import, by name. */
  readonly modules?: Readonly<Record<string, unknown>>;
  /** What it takes for granted: names that are there without an import. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Whether what others print meanwhile counts too. */
  readonly everyConsole?: boolean;
}

/** A block that runs, or has run. */
export interface GuideRun {
  /** The lines that it printed. */
  readonly printed: readonly string[];
  /** Fulfils when it has come to its end, and rejects with what it threw. */
  readonly done: Promise<void>;
  /** Fulfils when it has printed so many lines. */
  until(count: number): Promise<void>;
}

/** Runs a block as a module. */
export function runBlock(
  code: string,
  { modules = {}, given = {}, everyConsole = false }: GuideSurroundings,
): GuideRun {
  const printed: string[] = [];
  const watch = new Watch(() => `it printed: ${printed.join(' | ')}`);
  const print = (...line: unknown[]): void => {
    printed.push(format(...line));
    watch.changed();
  };
  const shown = { log: print, debug: print, info: print, warn: print, error: print };
  const names = ['require', 'exports', 'console', ...Object.keys(given)];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code
  const program = new Function(...names, compile(code)) as (...values: unknown[]) => void;
  const exports: { done?: Promise<void> } = {};
  const { console: real } = globalThis;
  const restore = (): void => {
    if (everyConsole) Object.assign(globalThis, { console: real });
  };
  if (everyConsole) Object.assign(globalThis, { console: shown });
  try {
    program((name: string) => found(modules, name), exports, shown, ...Object.values(given));
  } catch (error) {
    restore();
    throw error;
  }
  return {
    printed,
    done: (exports.done ?? Promise.resolve()).finally(restore),
    until: (count) => watch.until(() => printed.length >= count, `${String(count)} lines`, 10_000),
  };
}

/** A module with `await` at its top becomes a function that waits. */
function compile(code: string): string {
  const imports = /^import [\s\S]*?;$/gm;
  const source = `${code.match(imports)?.join('\n') ?? ''}\nexport const done = (async () => {${code.replaceAll(imports, '')}})();`;
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: false };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function found(modules: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in modules) return modules[name];
  throw new Error(`a block imports ${name}, which its spec has not`);
}
