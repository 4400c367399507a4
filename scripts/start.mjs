// `npm start`: sets up what is missing, then shows one streamed tool call from a recorded model, without a network.
import { join } from 'node:path'
import { buildForRunning, install, runTask } from './setup.mjs'
import { root, run } from './workspace.mjs'

await runTask(async () => {
  await install()
  await buildForRunning('@tooldelta/proxy')
  const { code } = await run([
    process.execPath,
    join(root, 'packages/proxy/dist/cli.js'),
    'demo',
    ...process.argv.slice(2),
  ])
  process.exitCode = code
})
