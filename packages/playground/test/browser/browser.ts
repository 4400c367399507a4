import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

/** Where Debian, others and people put a browser that playwright can drive. */
const places = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The browser for these tests; undefined where none is installed. */
export const browserPath = places.find((path) => path !== undefined && path !== '' && existsSync(path))

export const missingBrowser =
  'These tests drive a real browser. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to it.'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** The built page in a real browser, on a server that is asked for nothing else. */
export class PageUnderTest {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  private browser: Browser | undefined
  private server: Server | undefined
  private readonly folder = mkdtempSync(join(tmpdir(), 'playground-'))

  async start(): Promise<void> {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    await build({ root, logLevel: 'error', build: { outDir: this.folder, emptyOutDir: true } })
    this.server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname
      this.requests.push(path)
      const file = join(this.folder, normalize(path === '/' ? '/index.html' : path))
      try {
        const body = await readFile(file)
        response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
        response.end(body)
      } catch {
        response.statusCode = 404
        response.end()
      }
    })
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve))
    // Containers run as root, where Chromium's own sandbox cannot be had.
    this.browser = await chromium.launch({ executablePath: browserPath as string, args: ['--no-sandbox'] })
  }

  get url(): string {
    const address = this.server?.address()
    if (typeof address !== 'object' || address === null) throw new Error('The server has not been started.')
    return `http://127.0.0.1:${address.port}/`
  }

  /** Opens the page; a script error or a refused resource fails the test that asks `page.problems`. */
  async open(options: BrowserContextOptions & { fragment?: string } = {}): Promise<Page & { problems: string[] }> {
    const { fragment = '', ...rest } = options
    const context = await (this.browser as Browser).newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
      ...rest,
    })
    const page = Object.assign(await context.newPage(), { problems: [] as string[] })
    page.on('pageerror', (error) => page.problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()))
    await page.goto(this.url + fragment)
    await page.getByRole('slider', { name: 'Step' }).waitFor()
    await page.waitForFunction(() => document.querySelector('[data-testid="step-number"]')?.textContent?.includes('/'))
    return page
  }

  async stop(): Promise<void> {
    await this.browser?.close()
    await new Promise((resolve) => (this.server === undefined ? resolve(undefined) : this.server.close(resolve)))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The path of axe's script, to be put into a page. */
export function axeScript(): string {
  return createRequire(import.meta.url).resolve('axe-core/axe.min.js')
}
