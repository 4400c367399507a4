// As use-esm.mjs, by the installed command.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const expected = JSON.parse(readFileSync('cases.json', 'utf8'))
writeFileSync('answer.txt', expected.text)
writeFileSync('tools.json', JSON.stringify(expected.tools))

const { bin } = JSON.parse(readFileSync('node_modules/@tooldelta/proxy/package.json', 'utf8'))
const file = `node_modules/@tooldelta/proxy/${bin.tooldelta}`
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [file, 'parse', 'answer.txt', '--format', 'qwen3_coder', '--tools', 'tools.json'],
  {
    encoding: 'utf8',
  },
)
assert.equal(status, 0, stderr)
const { content, tool_calls: calls } = JSON.parse(stdout)
assert.equal(content, 'On it.')
assert.equal(calls[0].function.name, expected.name)
assert.deepEqual(JSON.parse(calls[0].function.arguments), expected.arguments)

// The pages that the command serves.
for (const page of ['index', 'inspect', 'diagnostics']) {
  assert.ok(existsSync(`node_modules/@tooldelta/playground/dist/${page}.html`), `${page}.html is missing`)
}
