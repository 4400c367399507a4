// Proves config.yaml with Continue's own command line, cn, and without a network once cn is installed:
//   node examples/continue/prove.mjs
// A recorded model writes a file through cn: tooldelta replay -> tooldelta serve -> cn. The file is compared byte by byte.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildForRunning, install, runTask, SetupError } from '../../scripts/setup.mjs'
import { root, run } from '../../scripts/workspace.mjs'

const wanted = 'const path = "C:\\\\temp\\\\new"\n漢字 </parameter> \'quoted\'\n'
const last = 'The file is written.'
const cli = join(root, 'packages/proxy/dist/cli.js')
const started = []

await runTask(async () => {
  await install()
  await buildForRunning('@tooldelta/proxy')
  const cn = await installContinue()
  const folder = await mkdtemp(join(tmpdir(), 'tooldelta-continue-'))
  try {
    await prove(cn, folder)
  } finally {
    for (const child of started) child.kill()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})

async function installContinue() {
  const folder = join(root, 'e2e/installs/continue')
  const cn = join(folder, 'node_modules/@continuedev/cli/dist/cn.js')
  if (existsSync(cn)) return cn
  console.log('Installing @continuedev/cli (80 MB) ...')
  const { code, output } = await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    output: 'keep',
  })
  if (code !== 0) throw new SetupError(`${output}\n@continuedev/cli could not be installed; the output is above.`)
  return cn
}

async function prove(cn, folder) {
  const work = join(folder, 'work')
  await mkdir(work)
  const file = join(work, 'written.ts')
  // What a Qwen3-Coder writes: raw text, one answer for each request.
  const call =
    `<tool_call>\n<function=Write>\n<parameter=filepath>\n${file}\n</parameter>\n` +
    `<parameter=content>\n${wanted}\n</parameter>\n</function>\n</tool_call>`
  const answers = [`I write the file.\n\n${call}`, last]
  const recording = join(folder, 'recording.jsonl')
  await writeFile(recording, answers.map((text, id) => JSON.stringify({ id: `answer-${id}`, text })).join('\n'))

  const upstream = await start(['replay', recording, '--port', '0'], /on (http:\S+)\/v1/)
  const flags = ['--format', 'qwen3_coder', '--port', '0', '--no-probe', '--log-level', 'warn']
  const proxy = await start(['serve', '--upstream', upstream, ...flags], /Serving (http:\S+)\/v1/)

  // Only the address of the proxy is put into the file: its port is a free one here.
  const config = await readFile(new URL('config.yaml', import.meta.url), 'utf8')
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, config.replace('http://127.0.0.1:4000', proxy))
  await writeFile(join(folder, '.onboarding_complete'), '')
  const { code, output } = await run([process.execPath, cn, '-p', 'Write it.', '--config', configFile, '--auto'], {
    cwd: work,
    output: 'keep',
    env: {
      HOME: folder,
      CONTINUE_GLOBAL_DIR: folder,
      CONTINUE_CLI_ENABLE_TELEMETRY: '0',
      CONTINUE_METRICS_ENABLED: '0',
      // cn asks its own service for assistants; nothing listens here.
      CONTINUE_API_BASE: 'http://127.0.0.1:9/',
      FORCE_NO_TTY: '1',
    },
  })
  const written = existsSync(file) ? await readFile(file, 'utf8') : undefined
  if (code !== 0 || written !== wanted || !output.includes(last)) {
    throw new SetupError(
      `${output}\ncn ended with ${code}. The file should be ${JSON.stringify(wanted)} and is ${JSON.stringify(written)}.`,
    )
  }
  console.log(`cn called its tool Write through tooldelta: ${wanted.length} characters, as the model wrote them.`)
}

/** Starts a command of tooldelta and waits until it says its address. */
function start(args, pattern) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (text) => {
      output += text
      const address = pattern.exec(output)?.[1]
      if (address !== undefined) resolve(address)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.on('error', reject)
    child.on('close', (code) => reject(new SetupError(`tooldelta ${args[0]} ended with ${code}: ${output}`)))
  })
}
