import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

it('has ten lines', () => {
  expect(readFileSync(`${folder}/parse-file.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(10)
})

it('prints the text, the calls and the remarks', async () => {
  const { code, output, errors } = await runScript(folder, ['parse-file.ts'])
  expect(code).toBe(0)
  expect(output).toBe(
    'I will write the file and then run the tests.\n' +
      'complete: write_file {"path":"src/greet.ts","content":"export const greet = (name: string) => `Hello ${name}`\\n\\n' +
      '// The model may write </parameter> inside a value."}\n' +
      'repaired: run_tests {}\n',
  )
  expect(errors).toMatch(/^missing-closer at \d+: .*<\/tool_call>/)
})
