// `npm run test:seeded-bugs`: tests the tests. Plants small bugs in a copy of the core, one at a time; the tests that each names must fail.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run, since } from './workspace.mjs'
import { seededBugs } from './seeded-bugs-list.mjs'

/** Both cores of a small machine; each copy belongs to one worker. */
const workers = 2
/** Fewer runs of each property for one format of each kind, and the same ones every time: what a bug does is then always seen or never. */
const environment = { SEED: '20250817', QUICK: '1', FORMATS: 'representatives', NO_COLOR: '1' }

const start = performance.now()
const temporary = mkdtempSync(join(tmpdir(), 'tooldelta-bugs-'))
const only = process.argv.slice(2)
const queue = seededBugs.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))
const counts = { passed: 0, failed: 0 }

try {
  const copies = Array.from({ length: workers }, (_, index) => copyWorkspace(join(temporary, String(index))))
  checkSabotages(copies[0])
  await checkHealthy(copies[0])
  const rows = []
  await Promise.all(
    copies.map(async (copy) => {
      for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) rows.push(await plant(copy, bug))
    }),
  )
  printTable(rows)
} catch (error) {
  counts.failed += 1
  console.error(error instanceof Error ? error.message : error)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

console.log(`\nIn ${since(start)}.\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1

/** What the core's tests need, with links to the installed modules and to the copied packages. */
function copyWorkspace(copy) {
  mkdirSync(copy)
  for (const file of ['package.json', 'vitest.config.ts']) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  for (const name of ['core', 'testkit', 'testbed']) {
    for (const part of ['package.json', 'src', 'test', 'fixtures']) {
      // The recordings of megabytes are not part of the quick suite.
      const wanted = (source) => !source.includes('recordings')
      const from = join(root, 'packages', name, part)
      if (readdirSync(join(root, 'packages', name)).includes(part)) {
        cpSync(from, join(copy, 'packages', name, part), { recursive: true, filter: wanted })
      }
    }
    linkModules(copy, name)
  }
  return copy
}

function linkModules(copy, name) {
  const installed = join(root, 'packages', name, 'node_modules')
  const modules = join(copy, 'packages', name, 'node_modules')
  mkdirSync(join(modules, '@tooldelta'), { recursive: true })
  for (const entry of readdirSync(installed)) {
    if (!entry.startsWith('.') && entry !== '@tooldelta')
      symlinkSync(join(installed, entry), join(modules, entry), 'junction')
  }
  for (const entry of readdirSync(join(installed, '@tooldelta'))) {
    symlinkSync(join(copy, 'packages', entry), join(modules, '@tooldelta', entry), 'junction')
  }
}

/** Every place that a sabotage names must exist once, before anything runs. */
function checkSabotages(copy) {
  const wrong = seededBugs.flatMap((bug) =>
    bug.changes.flatMap(({ file, find }) => {
      const found = readFileSync(sourceOf(copy, file), 'utf8').split(find).length - 1
      return found === 1
        ? []
        : [`${bug.name}: ${file} holds ${JSON.stringify(find)} ${found} times; name a place that stands there once`]
    }),
  )
  if (wrong.length > 0) throw new Error(`The list of seeded bugs does not fit the source:\n${wrong.join('\n')}`)
}

async function checkHealthy(copy) {
  const named = new Set(queue.flatMap(({ tests }) => tests))
  const { code, output } = await runSuite(copy, [...named])
  if (code !== 0) throw new Error(`The suite fails without any bug:\n${output.slice(-4000)}`)
  console.log(`The suite passes without any bug, in ${since(start)}.`)
}

/** Plants a bug, runs the suite, takes the bug out again. */
async function plant(copy, bug) {
  const began = performance.now()
  const originals = bug.changes.map(({ file }) => [file, readFileSync(sourceOf(copy, file), 'utf8')])
  for (const { file, find, replace } of bug.changes) {
    const source = readFileSync(sourceOf(copy, file), 'utf8')
    writeFileSync(sourceOf(copy, file), source.split(find).join(replace))
  }
  const { code, output } = await runSuite(copy, bug.tests)
  for (const [file, source] of originals.toReversed()) writeFileSync(sourceOf(copy, file), source)
  const caughtBy = /FAIL\s+(.+)/.exec(output)?.[1] ?? ''
  const caught = code !== 0 && caughtBy !== ''
  counts[caught ? 'passed' : 'failed'] += 1
  return { name: bug.name, caught, seconds: since(began), caughtBy: caught ? caughtBy : output.trim().slice(-300) }
}

function sourceOf(copy, file) {
  return join(copy, 'packages/core/src', file)
}

/** @param {string[]} tests the beginnings of the paths of test files */
function runSuite(copy, tests) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['--no-isolate', '--bail', '1', '--maxWorkers', '1', '--reporter', 'dot']
  return run([process.execPath, vitest, 'run', ...tests.map((path) => `packages/core/test/${path}`), ...options], {
    cwd: copy,
    env: environment,
    output: 'keep',
  })
}

function printTable(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, caught, seconds, caughtBy } of rows) {
    const first = caughtBy.split('\n')[0].replace('packages/core/test/', '')
    console.log(
      `${caught ? 'caught  ' : 'SURVIVED'}  ${name.padEnd(width)}  ${seconds.padStart(7)}  ${caught ? first : caughtBy}`,
    )
  }
}
