import { defineConfig } from 'vite'
import { diagnosticsPage } from './build/diagnostics-page.ts'
import { catalogModule } from './build/catalog-module.ts'

export default defineConfig({
  // The page is served from any folder: /playground/ of the proxy, or the root of its own server.
  base: './',
  resolve: { conditions: ['@tooldelta/source'] },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 'inspect.html'] },
  },
  plugins: [catalogModule(), diagnosticsPage()],
})
