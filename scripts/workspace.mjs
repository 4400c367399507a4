// Facts about the workspace and a way to run its tools; needs nothing but Node.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The pinned pnpm through npx: the machine itself may have none. */
export const pnpm = ['npx', '--yes', readJson('package.json').packageManager]

/** @returns {any} */
export function readJson(...path) {
  return JSON.parse(readFileSync(join(root, ...path), 'utf8'))
}

/**
 * The packages that are published, each behind the ones it depends on.
 *
 * @returns {{ name: string, directory: string, manifest: any }[]}
 */
export function readPublishedPackages() {
  const found = readdirSync(join(root, 'packages'))
    .filter((folder) => existsSync(join(root, 'packages', folder, 'package.json')))
    .map((folder) => ({
      directory: join(root, 'packages', folder),
      manifest: readJson('packages', folder, 'package.json'),
    }))
    .filter(({ manifest }) => manifest.private !== true)
  const ordered = []
  const visit = (one) => {
    if (one === undefined || ordered.includes(one)) return
    for (const name of Object.keys(one.manifest.dependencies ?? {}))
      visit(found.find(({ manifest }) => manifest.name === name))
    ordered.push(one)
  }
  for (const one of found) visit(one)
  return ordered.map((one) => ({ name: one.manifest.name, ...one }))
}

/**
 * A package and the workspace packages it needs when it runs, in the order of {@link readPublishedPackages}.
 *
 * @param {string} name
 */
export function readPackageWithDependencies(name) {
  const needed = new Set([name])
  const packages = readPublishedPackages()
  for (const one of packages.toReversed()) {
    if (needed.has(one.name))
      for (const dependency of Object.keys(one.manifest.dependencies ?? {})) needed.add(dependency)
  }
  return packages.filter((one) => needed.has(one.name))
}

/**
 * Runs a command to its end. It gets no input, so that nothing can wait for an answer.
 *
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: Record<string, string>, output?: 'show' | 'keep' }} [options] `keep` collects the output instead of showing it
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run([program, ...args], { cwd = root, env = {}, output = 'show' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output === 'show' ? 'inherit' : 'pipe', output === 'show' ? 'inherit' : 'pipe'],
      // npx is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && program === 'npx',
    })
    const pieces = []
    child.stdout?.on('data', (piece) => pieces.push(piece))
    child.stderr?.on('data', (piece) => pieces.push(piece))
    child.on('error', (error) => resolve({ code: 1, output: `${program} cannot be started: ${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(pieces).toString('utf8') }))
  })
}

/**
 * A command line for a tool of the workspace's root, started with this very Node.
 *
 * @param {string} name the name of its package
 * @param {...string} args
 */
export function tool(name, ...args) {
  return toolIn(root, name, args)
}

function toolIn(directory, name, args) {
  const folder = join(directory, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = typeof bin === 'string' ? bin : (bin[name.split('/').at(-1)] ?? Object.values(bin)[0])
  return [process.execPath, join(folder, file), ...args]
}

/** The quiet form of each builder. */
const quietly = { tsup: ['--silent'], vite: ['--logLevel', 'error'] }

/**
 * The command that builds a package, as the `build` of its scripts says: `tsup`, or `vite build` for pages.
 *
 * @param {{ directory: string, manifest: any }} one
 */
export function buildCommand({ directory, manifest }) {
  const [name, ...args] = manifest.scripts.build.split(' ')
  const home = existsSync(join(root, 'node_modules', name)) ? root : directory
  return toolIn(home, name, [...args, ...quietly[name]])
}

/** `4.2 s` since a `performance.now()`. */
export function since(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
