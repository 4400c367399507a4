// `npm test`: sets up what is missing, runs every check to its end, and closes with one line `N passed, N failed`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkNode, install, SetupError } from './setup.mjs'
import { buildCommand, readPublishedPackages, root, run, since, tool } from './workspace.mjs'

const temporary = mkdtempSync(join(tmpdir(), 'tooldelta-test-'))
const counts = { passed: 0, failed: 0 }
const failures = []

/** Every check, in order; each runs whatever became of the ones before. */
const checks = [
  ['build', () => runAll(readPublishedPackages().map((one) => ({ command: buildCommand(one), cwd: one.directory })))],
  ['lint', () => runOne(tool('oxlint', '--deny-warnings'))],
  ['format', () => runOne(tool('oxfmt', '--check', '.'))],
  ['typecheck', () => runOne(tool('typescript', '-p', 'tsconfig.json'))],
  ['typecheck of core without Node and DOM', () => runOne(tool('typescript', '-p', 'packages/core/tsconfig.json'))],
  ['unused code and dependencies', () => runOne(tool('knip', '--no-progress'))],
  ['size', () => runScript('check-size.mjs')],
  ['packages as installed', () => runScript('check-packages.mjs')],
  ['tests', runTests],
  ['real clients', runClients],
  ['seeded bugs', () => runScript('seeded-bugs.mjs')],
]

try {
  checkNode()
  await install()
  for (const [name, check] of checks) await count(name, check)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`\n${error.message}`)
  failures.push('set-up')
  counts.failed += 1
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1

/** Runs a check and adds to the counts: one for the check, or what it counted itself. */
async function count(name, check) {
  const start = performance.now()
  console.log(`\n== ${name}`)
  const result = await check()
  const { passed, failed } = typeof result === 'boolean' ? { passed: Number(result), failed: Number(!result) } : result
  counts.passed += passed
  counts.failed += failed
  if (failed > 0) failures.push(name)
  console.log(`== ${name}: ${failed === 0 ? 'passed' : 'FAILED'} in ${since(start)}`)
}

async function runOne(command, cwd = root) {
  const { code, output } = await run(command, { cwd, output: 'keep' })
  if (code !== 0) console.log(output)
  return code === 0
}

/** The clients that are quick to install and to run; each of their rows counts, and so does one that could not be installed. */
async function runClients() {
  const { code, output } = await run([process.execPath, join(root, 'scripts/e2e.mjs'), '--quick', '--no-write'], {
    output: 'keep',
  })
  console.log(output.trimEnd())
  const [, passed, failed] = /^(\d+) rows are as they should be, (\d+) fail$/m.exec(output) ?? []
  if (failed === undefined) return { passed: 0, failed: 1 }
  return { passed: Number(passed), failed: Number(failed) === 0 && code !== 0 ? 1 : Number(failed) }
}

/** Two at a time: a build with types takes a core and half a gigabyte. */
async function runAll(commands) {
  const waiting = [...commands]
  const results = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results.push(await runOne(next.command, next.cwd))
  }
  await Promise.all([work(), work()])
  return results.every(Boolean)
}

async function runScript(file) {
  const { code } = await run([process.execPath, join(root, 'scripts', file)])
  return code === 0
}

async function runTests() {
  const report = join(temporary, 'tests.json')
  const { code } = await run(
    tool('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`),
  )
  if (!existsSync(report)) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  // A file that cannot be loaded has no tests that could fail; it counts as one.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = numFailedTests + brokenFiles.length
  // An error outside every test fails the run alone.
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed }
}
