import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@tooldelta/source'] },
  ssr: { resolve: { conditions: ['@tooldelta/source'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'e2e/test/**/*.test.ts',
    ],
    testTimeout: 30_000,
    // All cores: by default one is left for the watcher, which is half of a small machine.
    maxWorkers: '100%',
  },
})
