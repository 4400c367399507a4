import { defineConfig } from 'tsup'
import { base } from '../../tsup.config.base.ts'

// Two builds write into dist at once, so each leaves the other's files alone.
export default defineConfig([
  { ...base, clean: ['!cli.js', '!cli.js.map'] },
  { ...base, entry: ['src/cli.ts'], format: ['esm'], dts: false, splitting: false, clean: false },
])
