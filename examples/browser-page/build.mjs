// pnpm start, then open index.html through any file server: npx serve .
import { build } from 'esbuild'

await build({
  entryPoints: ['page.ts'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  conditions: ['@tooldelta/source'],
  logLevel: 'info',
})
