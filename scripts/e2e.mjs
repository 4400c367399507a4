// `npm run e2e`: sets up what is missing, then runs real clients against the proxy; see e2e/src/main.ts.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildForRunning, install, runTask } from './setup.mjs'
import { root } from './workspace.mjs'

const args = process.argv.slice(2)
// What these print is all that is wanted of them.
const isRun = !['--help', '-h', '--list'].some((flag) => args.includes(flag))

await runTask(async () => {
  await install()
  if (isRun && !args.includes('--sources')) await buildForRunning('@tooldelta/proxy')
  const tsx = pathToFileURL(createRequire(join(root, 'packages/testbed/package.json')).resolve('tsx')).href
  const flags = ['--import', tsx, '--conditions=@tooldelta/source', join(root, 'e2e/src/main.ts')]
  const child = spawn(process.execPath, [...flags, ...args], { stdio: 'inherit' })
  process.exitCode = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))
})
