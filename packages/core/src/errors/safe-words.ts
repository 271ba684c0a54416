const HIDDEN = '***';

/** A word as people write it, with punctuation around it; a short number; a code such as ECONNREFUSED. */
const ORDINARY =
  /^[("'“]*(?:\p{Lu}?\p{Ll}{0,15}(?:['’]\p{Ll}{1,2})?|\p{Lu}{1,5}|\d{1,3}|E[A-Z]{2,16})[)"'”,.:;!?]*$|^[-–=]$/u;

/** Behind one of these a secret may follow that looks like an ordinary word… */
const ANNOUNCES = /(?:token|password|passwd|pwd|passphrase|secret|key|bearer|basic|user(?:name)?)["']?[:=]?$/i;
/** …but these follow them in sentences. */
const GRAMMAR =
  /^(?:is|was|has|had|are|were|and|or|for|of|in|to|from|not|with|could|cannot|can|may|must|the|a|an|expired|service|store|server|vault|file)[,.:;!?]*$/i;

/**
 * A message of which only ordinary words are left: whatever might be a token, a key or a URL is replaced. It errs on the side
 * of hiding.
 */
export function ordinaryWords(message: string): string {
  const words = message.split(/(\s+)/);
  let before = '';
  return words
    .map((word, index) => {
      if (index % 2 === 1 || word === '') return word;
      const shows = ORDINARY.test(word) && (!ANNOUNCES.test(before) || GRAMMAR.test(word));
      before = word;
      return shows ? word : HIDDEN;
    })
    .join('');
}

/** A message whose URLs keep scheme and host only: user information, path and query may be secret. */
export function withoutAddresses(message: string): string {
  return message.replaceAll(/\b([a-z][a-z\d+.-]*:\/\/)([^\s"'<>()]*)/gi, (_, scheme: string, rest: string) => {
    const [authority = ''] = rest.split(/[/?#]/);
    const host = authority.slice(authority.lastIndexOf('@') + 1);
    return rest === host ? scheme + host : `${scheme}${host}/${HIDDEN}`;
  });
}
