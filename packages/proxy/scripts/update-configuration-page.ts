import { writeFileSync } from 'node:fs'
import { renderConfigurationPage } from './configuration-page.ts'

writeFileSync(new URL('../../../docs/configuration.md', import.meta.url), renderConfigurationPage())
