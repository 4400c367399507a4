import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of an installation, with a slash at its end. */
export function folderOf(install: string): string {
  return fileURLToPath(new URL(`../installs/${install}/`, import.meta.url))
}

/**
 * Installs what a folder's lock file names, unless it is installed.
 *
 * @returns why it could not be installed
 */
export async function install(name: string, tell: (line: string) => void): Promise<string | undefined> {
  const folder = folderOf(name)
  const stamp = join(folder, 'node_modules/.tooldelta')
  const wanted = createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return undefined
  const start = performance.now()
  tell(`Installing e2e/installs/${name} ...`)
  const { code, output } = await run(folder)
  if (code !== 0) return `npm could not install it: ${output.trim().split('\n').slice(0, 3).join(' ')}`
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  await writeFile(stamp, wanted)
  tell(`Installed e2e/installs/${name} in ${((performance.now() - start) / 1000).toFixed(0)} s.`)
  return undefined
}

/** The version of a package as it is installed. */
export async function readVersion(name: string, packageName: string): Promise<string> {
  const manifest = await readFile(join(folderOf(name), 'node_modules', packageName, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function run(folder: string): Promise<{ code: number; output: string }> {
  // Install scripts fetch what is not in the lock file; no client here needs one. `npm ci` refuses the lock file of a package that names
  // optional dependencies which do not exist, as Qwen Code does; without saving, the lock file is followed and stays as it is.
  const args = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
  ]
  return new Promise((resolve) => {
    const child = spawn('npm', args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
