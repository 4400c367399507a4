import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import packageJson from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder inside the package, so that the command's dependencies are found from it. */
export function createCommandFolder(): string {
  const parent = join(root, 'node_modules/.tooldelta-test')
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'command-'))
}

/** Bundles the command from the sources of all packages, so that no earlier build is needed and every start is quick. */
export async function bundleCommand(folder: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/cli.ts')],
    outdir: folder,
    outExtension: { '.js': '.js' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tooldelta/source'],
    external: Object.keys(packageJson.dependencies).filter((name) => !name.startsWith('@tooldelta/')),
    // Bundled CommonJS modules ask for Node's own by require.
    banner: {
      js: "import { createRequire as createBannerRequire } from 'node:module'; const require = createBannerRequire(import.meta.url)",
    },
    logLevel: 'warning',
  })
}
