import { defineConfig } from 'tsup'
import { base } from '../../tsup.config.base.ts'

// Two builds write into dist at once, so each cleans away its own files only.
export default defineConfig([
  { ...base, clean: ['!cli.js', '!cli.js.map', '!cli/**'] },
  {
    ...base,
    entry: ['src/cli.ts'],
    format: ['esm'],
    dts: false,
    clean: ['!index*'],
    // `parse` starts at once: what only `serve` and `demo` need is loaded by them.
    splitting: true,
    esbuildOptions: (options) => {
      options.chunkNames = 'cli/[name]-[hash]'
    },
  },
])
