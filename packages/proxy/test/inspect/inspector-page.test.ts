import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseToolCalls } from '@tooldelta/core'
import { createVllmEvents, cutText } from '@tooldelta/testbed/scripted-upstream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  browserPath,
  BuiltPages,
  findViolations,
  fitsItsWidth,
  missingBrowser,
  type ObservedPage,
  TestBrowser,
} from '../../../playground/test/browser/browser.ts'
import { readRecordings } from '../../src/index.ts'
import { chat, createStarter, type RunningGateway, type Settings } from '../gateway/start-gateway.ts'
import { qwenText, tools } from '../helpers/texts.ts'

if (browserPath === undefined) console.warn(missingBrowser)

/** A model server whose streams are written by the test. */
class HeldUpstream {
  private readonly waiting: ServerResponse[] = []
  private readonly server: Server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    this.waiting.push(response)
    this.server.emit('asked')
  })

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The next request's answer. */
  async next(): Promise<ServerResponse> {
    if (this.waiting.length === 0) await once(this.server, 'asked')
    return this.waiting.shift() as ServerResponse
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

describe.skipIf(browserPath === undefined)('the page of the inspector', { timeout: 60_000 }, () => {
  const start = createStarter()
  const browser = new TestBrowser()
  const pages = new BuiltPages()
  const upstream = new HeldUpstream()
  let upstreamUrl: string
  beforeAll(async () => {
    ;[, , upstreamUrl] = await Promise.all([pages.build(), browser.start(), upstream.start()])
  }, 60_000)
  afterEach(() => browser.closePages())
  afterAll(async () => {
    await browser.stop()
    upstream.stop()
    pages.remove()
  })

  const startGateway = (settings: Settings = {}, env: Record<string, string> = {}): Promise<RunningGateway> =>
    start.gateway({ url: upstreamUrl }, { inspect: { enabled: true }, ...settings }, { pages: pages.folder, env })

  /** Sends a text through the proxy, whole. */
  async function pass(url: string, text: string, size = 4): Promise<void> {
    const answered = chat(url)
    const answer = await upstream.next()
    answer.end(createVllmEvents(cutText(text, size)).join(''))
    await (await answered).text()
  }

  const openStream = async (page: ObservedPage, id: number): Promise<void> => {
    await page.getByRole('button', { name: `#${id} ` }).click()
    await page
      .getByRole('region', { name: `Exchange ${id}` })
      .or(page.locator('.stream'))
      .first()
      .waitFor()
  }
  const cells = (page: ObservedPage): Promise<string[]> =>
    page.locator('tbody tr').first().locator('td').allTextContents()

  it('follows a stream while it runs: list, colours, arguments so far, and its end', async () => {
    const { url } = await startGateway()
    const page = await browser.open(`${url}/inspect`)
    await page.getByText('Nothing has passed yet').waitFor()
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Live')

    const answered = chat(url)
    const answer = await upstream.next()
    const events = createVllmEvents(cutText(qwenText))
    const half = Math.floor(events.length / 2)
    answer.write(events.slice(0, half).join(''))
    await page.getByRole('button', { name: '#1 ' }).waitFor()
    await expect.poll(() => cells(page).then(([model, , state]) => [model, state])).toEqual(['coder', 'running'])
    await openStream(page, 1)
    // The newest step, without anybody's doing.
    await expect.poll(() => page.getByTestId('step-number').textContent()).toBe(`${half - 1} / ${half - 1}`)
    const sofar = cutText(qwenText)
      .slice(0, half - 1)
      .join('')
    await expect.poll(() => shownText(page)).toBe(sofar)
    expect(await page.locator('.row .fate.content').count()).toBeGreaterThan(0)

    answer.end(events.slice(half).join(''))
    await (await answered).text()
    await expect.poll(() => cells(page).then(([, , state, calls]) => [state, calls])).toEqual(['ended', '1'])
    const { toolCalls } = parseToolCalls(qwenText, { format: 'qwen3_coder', tools })
    await expect.poll(() => page.locator('.value.arguments').textContent()).toBe(toolCalls[0]?.function.arguments)
    await page.getByText('complete', { exact: true }).waitFor()
    expect(await shownText(page)).toBe(qwenText)
    expect((await cells(page))[6]).toMatch(/^\d+ ms$|^\d+\.\d s$/)
    expect(page.problems).toEqual([])
  })

  it('opens a case in the playground and downloads its recording', async () => {
    const { url } = await startGateway()
    await pass(url, qwenText)
    const page = await browser.open(`${url}/inspect/#1`)
    await expect.poll(() => shownText(page)).toBe(qwenText)

    const opened = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'Open in playground' }).click()
    const playground = await opened
    await expect.poll(() => playground.getByLabel('Raw model output').inputValue()).toBe(qwenText)
    expect(new URL(playground.url()).pathname).toBe('/playground/')
    expect(await playground.getByRole('combobox', { name: 'Format' }).inputValue()).toBe('qwen3_coder')
    expect(JSON.parse(await playground.getByLabel(/Tools of the request/).inputValue())).toEqual(tools)
    await expect
      .poll(() => playground.getByTestId('step-number').textContent())
      .toBe(`1 / ${cutText(qwenText).length + 1}`)

    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download recording' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('stream-1.jsonl')
    const recorded = readFileSync(await download.path(), 'utf8')
    expect(readRecordings(recorded, 'stream-1.jsonl')).toMatchObject([{ kind: 'exchange' }])
    // The playground reads what was downloaded.
    await playground.getByLabel('Raw model output').fill('other')
    const file = { name: 'stream-1.jsonl', mimeType: 'application/json', buffer: Buffer.from(recorded) }
    await playground.getByLabel('Open a file').setInputFiles(file)
    await expect.poll(() => playground.getByLabel('Raw model output').inputValue()).toBe(qwenText)
    expect(page.problems).toEqual([])
  })

  it('never runs or draws what a model, a client or an upstream writes', async () => {
    const { url } = await startGateway({ models: [{ name: '*', format: 'qwen3_coder' }] })
    const hostile =
      '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"><svg onload=window.hacked=1>'
    const answered = chat(url, { model: hostile }, { headers: { 'x-request-id': 'javascript:alert(1)' } })
    const answer = await upstream.next()
    const call = `${hostile}<tool_call>\n<function=<b>x</b>>\n<parameter=a>\n${hostile}\n</parameter>\n</function>\n</tool_call>`
    answer.write(createVllmEvents(cutText(call)).slice(0, -1).join(''))
    answer.end(`data: ${JSON.stringify({ error: { message: hostile, type: hostile, code: 500 } })}\n\n`)
    await (await answered).text()
    const page = await browser.open(`${url}/inspect/#1`)
    await page.getByText('onerror').first().waitFor()
    await page.getByTestId('message').getByText('onerror').first().waitFor()
    expect((await cells(page))[0]).toBe(hostile)
    expect(await page.locator('img, svg, main script').count()).toBe(0)
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined()
    // And had something been drawn, the browser would not have run it.
    await page.evaluate((html) => void document.body.insertAdjacentHTML('beforeend', html), hostile)
    await expect.poll(() => page.problems.join(' ')).toContain('Content Security Policy')
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined()
  })

  it('asks for a key where the proxy does, keeps it in the tab, and sends it in a header alone', async () => {
    const { url } = await startGateway({ keys: [{ name: 'me', env: 'KEY' }] }, { KEY: 'one-two-three' })
    const page = await browser.open(`${url}/inspect`)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const field = page.getByLabel('Key of a client of this proxy')
    await field.fill('wrong')
    await field.press('Enter')
    await page.getByRole('alert').getByText('does not take this key').waitFor()
    await field.fill('one-two-three')
    await field.press('Enter')
    await page.getByText('Nothing has passed yet').waitFor()
    expect(asked.join(' ')).not.toContain('one-two-three')
    await page.reload()
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Live')
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('one-two-three')
  })

  it('finds the proxy again after a restart', async () => {
    const first = await startGateway()
    const page = await browser.open(`${first.url}/inspect`)
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Live')
    await first.gateway.drain()
    await expect.poll(() => page.locator('.connection').textContent()).toMatch(/does not answer|Connecting/)
    await startGateway({ listen: { port: Number(new URL(first.url).port) } })
    await expect.poll(() => page.locator('.connection').textContent(), { timeout: 10_000 }).toBe('Live')
  })

  it.each(['light', 'dark'] as const)(
    'has no accessibility violation that axe knows, %s and on a phone',
    async (colorScheme) => {
      const { url } = await startGateway()
      await pass(url, qwenText)
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 375, height: 700 },
      ]) {
        const page = await browser.open(`${url}/inspect/#1`, { colorScheme, viewport, bypassCSP: true })
        await expect.poll(() => shownText(page)).toBe(qwenText)
        await page.getByText('complete', { exact: true }).waitFor()
        expect(await findViolations(page)).toEqual([])
        expect(await fitsItsWidth(page)).toBe(true)
      }
    },
  )
})

/** The raw text as the page shows it. */
async function shownText(page: ObservedPage): Promise<string> {
  const pieces = await page.locator('.row .fate').allTextContents()
  return pieces.join('').replaceAll('\u21b5', '\n')
}
