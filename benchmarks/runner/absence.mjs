/** Why a contestant cannot take part here: a package that it needs is not installed. */
export function absenceOf({ requires = [] }) {
  const missing = requires.filter((name) => !isInstalled(name));
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
