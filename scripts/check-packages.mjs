// Packs every published package as npm would get it, lints the packages, then installs them in an empty project with npm and uses each one
// through `import` and `require`.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { pnpm, readPublishedPackages, root, run, tool } from './workspace.mjs'

const temporary = mkdtempSync(join(tmpdir(), 'tooldelta-packages-'))
let isSound = true

try {
  const packages = readPublishedPackages()
  const tarballs = []
  for (const one of packages) {
    const file = await pack(one)
    if (file === undefined) continue
    tarballs.push({ name: one.name, file })
    await lint(one, file)
  }
  if (tarballs.length === packages.length) await useInstalled(tarballs)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
process.exitCode = isSound ? 0 : 1

/** @returns the path of the tarball */
async function pack({ name, directory }) {
  const destination = join(temporary, name.replace('/', '-'))
  const { code, output } = await run([...pnpm, 'pack', '--pack-destination', destination], {
    cwd: directory,
    output: 'keep',
  })
  const file = code === 0 ? readdirSync(destination).find((entry) => entry.endsWith('.tgz')) : undefined
  report(file !== undefined, `${name}: packs`, output)
  return file === undefined ? undefined : join(destination, file)
}

async function lint({ name, manifest }, file) {
  const bytes = readFileSync(file)
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages } = await publint({ strict: true, pack: { tarball } })
  report(
    messages.length === 0,
    `${name}: publint`,
    messages.map((message) => formatMessage(message, manifest)).join('\n'),
  )
  const { code, output } = await run(tool('@arethetypeswrong/cli', file, '--profile', 'node16', '--no-color'), {
    output: 'keep',
  })
  report(code === 0, `${name}: types resolve (attw)`, output)
}

async function useInstalled(tarballs) {
  const project = join(temporary, 'project')
  mkdirSync(project)
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, dependencies }))
  cpSync(join(root, 'scripts/installed'), project, { recursive: true })
  // npm, because that is what most people have; a registry's answer from an earlier run is fresh enough.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const installation = await run([npm, 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
    cwd: project,
    output: 'keep',
  })
  report(installation.code === 0, 'npm installs the packages in an empty project', installation.output)
  if (installation.code !== 0) return
  for (const file of ['use-esm.mjs', 'use-cjs.cjs', 'use-command.mjs']) {
    const { code, output } = await run([process.execPath, file], { cwd: project, output: 'keep' })
    report(code === 0, `installed packages: ${file}`, output)
  }
}

function report(isFine, what, output) {
  console.log(`${isFine ? 'ok    ' : 'FAILED'} ${what}`)
  if (isFine) return
  isSound = false
  console.log(output)
}
