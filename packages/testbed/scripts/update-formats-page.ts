import { writeFileSync } from 'node:fs'
import { formats } from '@tooldelta/core'
import { renderFormatPage } from '../src/format-page.ts'

writeFileSync(new URL('../../../docs/formats.md', import.meta.url), renderFormatPage(formats))
