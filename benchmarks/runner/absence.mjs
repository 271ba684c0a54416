import { pathOf, versionsOfPython } from './programs.mjs';

/**
 * Why a contestant or a peer cannot take part here: something that it needs is not installed.
 * @param participant what it needs: packages (`requires`), programs (`programs`), packages of Python (`python`).
 */
export function absenceOf({ requires = [], programs = [], python = [] }) {
  const missing = [
    ...requires.filter((name) => !isInstalled(name)),
    ...programs.filter((name) => pathOf(name) === undefined),
    ...missingInPython(python),
  ];
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed`;
}

function isInstalled(name) {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function missingInPython(names) {
  if (names.length === 0) return [];
  const versions = versionsOfPython(names);
  return names.filter((name) => versions[name] === undefined).map((name) => `python3-${name}`);
}
