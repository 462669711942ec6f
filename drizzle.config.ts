import { defineConfig } from 'drizzle-kit';

/** `npm run generate -- --name <verb-noun>` turns a change of the schema into the next migration. */
export default defineConfig({ dialect: 'postgresql', schema: './src/core/store/*schema.ts', out: './drizzle' });
