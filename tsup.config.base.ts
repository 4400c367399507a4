import { type Options } from 'tsup'

/** What every published package shares: ESM and CJS with types and source maps. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  // `TOOLDELTA_FAST_BUILD=1` leaves the type declarations out: `npm start` needs only the code.
  dts: process.env['TOOLDELTA_FAST_BUILD'] === undefined,
  sourcemap: true,
  clean: true,
  treeshake: true,
}
