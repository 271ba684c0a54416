import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';

const builtins = new Set(builtinModules);
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isSpec = (file) => file.endsWith('.spec.ts');

/** The room of a path inside `src`: its first folder, or '.' for the files at the top. */
const roomOf = (path) => (path.includes(sep) ? path.slice(0, path.indexOf(sep)) : '.');

/**
 * Who may import whom inside one package's `src`. One table per package, because `no-restricted-imports` sees neither
 * `import()` nor folders, and a second block of it silently replaces the first.
 *
 * Options: `src` (absolute), `packages` (external package → rooms that may import it; '*' is every room),
 * `leaves` (room → the only other rooms it may import), `closed` (rooms that only they themselves may import), `node` (files
 * and folders that run in Node only: bundles for browsers leave them out, so they may import its modules).
 * Specs may import any package and any closed room.
 */
export const importRooms = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          src: { type: 'string' },
          packages: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
          leaves: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
          closed: { type: 'array', items: { type: 'string' } },
          node: { type: 'array', items: { type: 'string' } },
        },
        required: ['src', 'packages', 'leaves', 'closed'],
        additionalProperties: false,
      },
    ],
    messages: {
      builtin: "'{{specifier}}' exists in Node only; this code runs in browsers too.",
      deep: "'{{specifier}}' is not a public entry of its package.",
      package: "'{{name}}' may not be imported in '{{room}}'.",
      outside: "'{{specifier}}' leaves this package; import it by its public name.",
      leaf: "'{{room}}' is a leaf: it may not import '{{target}}'.",
      closed: "'{{target}}' may only be imported by itself and by specs.",
      dynamic: 'Only a literal can be checked: import a literal specifier.',
    },
  },
  create(context) {
    const { src, packages, leaves, closed, node: nodeOnly = [] } = context.options[0];
    const file = context.filename;
    const room = roomOf(relative(src, file));
    const spec = isSpec(file);
    const inSrc = relative(src, file).split(sep).join('/');
    const inNode = nodeOnly.some((path) => inSrc === path || inSrc.startsWith(`${path}/`));

    const checkPackage = (node, specifier) => {
      const name = packageOf(specifier);
      if (specifier.startsWith('node:') || builtins.has(name)) {
        if (!spec && !inNode) context.report({ node, messageId: 'builtin', data: { specifier } });
        return;
      }
      // Public subpaths of our own packages are listed by their full name, so that anything deeper is refused.
      const rooms = name.startsWith('@rxmqtt/') ? packages[specifier] : packages[name];
      if (name.startsWith('@rxmqtt/') && !rooms) context.report({ node, messageId: 'deep', data: { specifier } });
      else if (!spec && !rooms?.includes(room) && !rooms?.includes('*'))
        context.report({ node, messageId: 'package', data: { name: specifier, room } });
    };

    const checkRelative = (node, specifier) => {
      const path = relative(src, resolve(dirname(file), specifier));
      if (path.startsWith('..')) {
        const inOwnTests = spec && path.startsWith(`..${sep}test${sep}`);
        if (!inOwnTests) context.report({ node, messageId: 'outside', data: { specifier } });
        return;
      }
      const target = roomOf(path);
      if (target === room || spec) return;
      if (closed.includes(target)) context.report({ node, messageId: 'closed', data: { target } });
      if (leaves[room] && !leaves[room].includes(target))
        context.report({ node, messageId: 'leaf', data: { room, target } });
    };

    const check = (source) => {
      if (!source) return;
      const specifier = source.type === 'TemplateLiteral' ? source.quasis[0].value.cooked : source.value;
      if (typeof specifier !== 'string' || source.expressions?.length > 0)
        context.report({ node: source, messageId: 'dynamic' });
      else if (specifier.startsWith('.')) checkRelative(source, specifier);
      else checkPackage(source, specifier);
    };

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node.expression),
      "CallExpression[callee.name='require']": (node) => check(node.arguments[0]),
    };
  },
};
