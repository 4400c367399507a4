// Makes the pictures of the documentation from the real pages: `pnpm --filter @tooldelta/playground screenshots`. Needs Chromium.
import { mkdirSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createVllmEvents, cutText } from '../../testbed/src/scripted-upstream.ts'
import { createGateway } from '../../proxy/src/gateway/index.ts'
import { readConfig } from '../../proxy/src/config/read-config.ts'
import { browserPath, BuiltPages, missingBrowser, type ObservedPage, TestBrowser } from '../test/browser/browser.ts'

const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const mostBytes = 150_000
const viewport = { width: 1240, height: 860 }
const tools = [
  {
    type: 'function',
    function: {
      name: 'read_file',
      parameters: { type: 'object', properties: { path: { type: 'string' }, lines: { type: 'integer' } } },
    },
  },
]
const answers = [
  'The test fails in the parser. I read it first.\n\n<tool_call>\n<function=read_file>\n<parameter=path>\nsrc/parser.ts\n</parameter>\n<parameter=lines>\n120\n</parameter>\n</function>\n</tool_call>',
  'Both files matter.\n\n<function=read_file>\n<parameter=path>\nsrc/main.ts\n</parameter>\n</function>\n</tool_call>',
  'Now I see why: the second `</parameter>` is inside the text.\n\n<tool_call>\n<function=read_file>\n<parameter=path>\ntest/closers "quoted" and \\n escaped.md\n</parameter>\n<parameter=lines>\n40\n</parameter>\n</function>\n</tool_call>',
]

if (browserPath === undefined) throw new Error(missingBrowser)
const browser = new TestBrowser()
const pages = new BuiltPages()
await Promise.all([pages.build(), browser.start()])

/** Each request gets the next answer; the last one stays half said. */
let count = 0
const upstream = createServer((request, response) => {
  request.resume()
  const events = createVllmEvents(cutText(answers[count] as string))
  const isLast = count === answers.length - 1
  count += 1
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (isLast) response.write(events.slice(0, -14).join(''))
  else response.end(events.join(''))
})
upstream.listen(0, '127.0.0.1')
await once(upstream, 'listening')

const config = readConfig({
  text: JSON.stringify({
    listen: { port: 0 },
    upstreams: [{ name: 'gpu', urls: [`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`] }],
    models: [{ name: 'qwen3-coder', format: 'qwen3_coder' }],
    probe: { enabled: false },
    log: { level: 'silent' },
    inspect: { enabled: true },
  }),
  env: {},
})
const gateway = await createGateway(config, { pages: pages.folder, env: {} })
await gateway.app.listen(config.listen)
const url = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`

try {
  mkdirSync(folder, { recursive: true })
  await shootPlayground('playground.png', 'light')
  await shootPlayground('playground-dark.png', 'dark')
  await shootInspector('inspector.png')
} finally {
  gateway.app.server.closeAllConnections()
  upstream.closeAllConnections()
  upstream.close()
  await Promise.all([browser.stop(), gateway.app.close()])
  pages.remove()
}

async function shootPlayground(file: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.open(`${url}/playground/`, { colorScheme, viewport })
  await page.getByRole('combobox', { name: 'Format' }).selectOption('qwen3_coder')
  await page.getByLabel('Raw model output').fill(answers[2] as string)
  await page.getByLabel(/Tools of the request/).fill(JSON.stringify(tools, null, 2))
  const slider = page.getByRole('slider', { name: 'Step' })
  await page.locator('.row').getByText('closers').waitFor()
  await slider.fill('46')
  await page.locator('.step[data-step="46"]').waitFor()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await save(page, file)
}

async function shootInspector(file: string): Promise<void> {
  for (const place of answers.keys()) {
    const body = JSON.stringify({
      model: 'qwen3-coder',
      stream: true,
      messages: [{ role: 'user', content: 'Why does the test fail?' }],
      tools,
    })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
    if (place < answers.length - 1) await response.text()
  }
  const page = await browser.open(`${url}/inspect/#3`, { colorScheme: 'light', viewport })
  await page.locator('.value.arguments').waitFor()
  await save(page, file)
}

async function save(page: ObservedPage, file: string): Promise<void> {
  await page.screenshot({ path: folder + file, animations: 'disabled' })
  const { size } = statSync(folder + file)
  if (size > mostBytes) throw new Error(`${file} has ${size} bytes; at most ${mostBytes} are wanted.`)
  console.log(`${file}: ${Math.round(size / 1000)} kB`)
}
