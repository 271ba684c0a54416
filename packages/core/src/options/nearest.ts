/** The known name that was probably meant: it differs by case or by at most two letters, and not by most of its own. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const each of known) {
    const distance = editDistance(name.toLowerCase(), each.toLowerCase());
    // Of a short name two letters are nearly all that there is.
    if (distance >= least || distance * 2 > each.length) continue;
    best = each;
    least = distance;
  }
  return best;
}

function editDistance(x: string, y: string): number {
  let row = Array.from({ length: y.length + 1 }, (_, index) => index);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      const swap = row[j - 1]! + (x.charAt(i - 1) === y.charAt(j - 1) ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[y.length]!;
}
