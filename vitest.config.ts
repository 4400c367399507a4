import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@tooldelta/source'] },
  ssr: { resolve: { conditions: ['@tooldelta/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'bench/test/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
