import { writeFileSync } from 'node:fs';

// Run in a package's folder after its CommonJS build: the package itself says "type": "module".
writeFileSync('dist/cjs/package.json', `${JSON.stringify({ type: 'commonjs' })}\n`);
