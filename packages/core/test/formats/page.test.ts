import { readFileSync } from 'node:fs'
import { renderFormatPage } from '@tooldelta/testbed'
import { expect, it } from 'vitest'
import { formats } from '../../src/index.ts'

it('docs/formats.md is what the table of formats says', () => {
  const page = readFileSync(new URL('../../../../docs/formats.md', import.meta.url), 'utf8')
  expect(page, 'run pnpm --filter @tooldelta/testbed formats-page').toBe(renderFormatPage(formats))
})
