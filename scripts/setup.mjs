// Makes a checkout ready to run with nothing but Node and npm on the machine: installs what the lock file names and builds what is older
// than its sources. Does nothing, in a moment, when both are done already.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildCommand, pnpm, readPackageWithDependencies, root, run, since } from './workspace.mjs'

const installStamp = join(root, 'node_modules/.tooldelta/installed')

/** Something a person has to mend, told in full; no stack is needed. */
export class SetupError extends Error {}

/** @throws {SetupError} when this Node is too old */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new SetupError(
    `tooldelta needs Node 20.19 or newer; this is Node ${process.versions.node}.\nInstall one from https://nodejs.org and run the command again.`,
  )
}

/** Installs the workspace unless it is installed as the lock file says. */
export async function install() {
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    wanted.update(readFileSync(join(root, file)))
  const stamp = wanted.digest('hex')
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === stamp) return
  const start = performance.now()
  console.log(`Installing with ${pnpm.at(-1)} (the first time takes about a minute) ...`)
  const { code, output } = await run(
    [...pnpm, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false', '--reporter=append-only'],
    { output: 'keep' },
  )
  if (code !== 0) {
    throw new SetupError(
      `${output}\nThe installation failed; its output is above. If it speaks of the network: the npm registry has to be reachable, see\n` +
        '`npm config get registry` and `npm config get proxy`. Then run the command again; what is downloaded already is kept.',
    )
  }
  mkdirSync(dirname(installStamp), { recursive: true })
  writeFileSync(installStamp, stamp)
  console.log(`Installed in ${since(start)}.`)
}

/**
 * Builds the code, without types, of a package and of what it needs, where it is older than its sources.
 *
 * @param {string} name
 */
export async function buildForRunning(name) {
  const stale = readPackageWithDependencies(name).filter(isStale)
  if (stale.length === 0) return
  const start = performance.now()
  console.log(`Building ${stale.map((one) => one.name).join(', ')} ...`)
  // No build reads another one's output, so all run at once.
  const builds = await Promise.all(
    stale.map((one) =>
      run(buildCommand(one), { cwd: one.directory, env: { TOOLDELTA_FAST_BUILD: '1' }, output: 'keep' }),
    ),
  )
  const failed = builds.find(({ code }) => code !== 0)
  if (failed !== undefined) throw new SetupError(`${failed.output}\nThe build failed; its output is above.`)
  console.log(`Built in ${since(start)}.`)
}

function isStale({ directory }) {
  const output = join(directory, 'dist')
  if (!existsSync(output)) return true
  const built = readdirSync(output).filter((file) => /\.(?:c?js|html)$/.test(file))
  if (built.length === 0) return true
  const oldest = Math.min(...built.map((file) => statSync(join(output, file)).mtimeMs))
  const isPage = existsSync(join(directory, 'vite.config.ts'))
  const sources = [
    ...['package.json', 'tsup.config.ts', 'vite.config.ts', 'src', 'build'].map((name) => join(directory, name)),
    join(root, 'tsup.config.base.ts'),
    // A page holds the code that it uses; a package finds it when it runs.
    ...(isPage ? ['core', 'openai'].map((name) => join(root, 'packages', name, 'src')) : []),
  ]
  return Math.max(...sources.filter((path) => existsSync(path)).map(readNewestTime)) > oldest
}

/** Time of the last change of a file, or in a folder; a folder's own time tells of removed files. */
function readNewestTime(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => readNewestTime(join(path, name))))
}

/**
 * Runs a task and turns a {@link SetupError} into its message and exit code 1.
 *
 * @param {() => Promise<void>} task
 */
export async function runTask(task) {
  try {
    checkNode()
    await task()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`\n${error.message}`)
    process.exitCode = 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTask(async () => {
    await install()
    await buildForRunning('@tooldelta/proxy')
  })
}
