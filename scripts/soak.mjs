// Runs the soak of the proxy on the packages' sources: see packages/proxy/test/soak/main.ts.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsx = pathToFileURL(createRequire(join(root, 'packages/testbed/package.json')).resolve('tsx')).href
const flags = ['--import', tsx, '--conditions=@tooldelta/source', '--expose-gc']
const child = spawn(
  process.execPath,
  [...flags, join(root, 'packages/proxy/test/soak/main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
child.on('close', (code) => (process.exitCode = code ?? 1))
