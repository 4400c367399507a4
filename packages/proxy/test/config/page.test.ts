import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderConfigurationPage } from '../../scripts/configuration-page.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { findSetting, listSettings } from '../../src/config/settings.ts'

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')

it('docs/configuration.md is current', () => {
  expect(page, 'run pnpm --filter @tooldelta/proxy configuration-page').toBe(renderConfigurationPage())
})

it('has an example that can be used', () => {
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1]
  expect(readConfig({ text: example, env: { TOOLDELTA_KEY: 'k' } }).models).toMatchObject([{ name: 'coder' }])
})

it('describes every setting', () => {
  const bare = listSettings().filter(({ node }) => node.description === undefined)
  expect(bare.map(({ path }) => path.join('.'))).toEqual([])
  expect(findSetting(['listen', 'port'])?.default).toBe(4000)
})
