import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
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

/** A page, with the errors of its scripts and the resources that it was refused. */
export type ObservedPage = Page & { problems: string[] }

/** One browser for the tests of a file; each page is a user of its own. */
export class TestBrowser {
  private browser: Browser | undefined
  private readonly contexts: BrowserContext[] = []

  async start(): Promise<void> {
    this.browser = await chromium.launch({
      executablePath: browserPath as string,
      // Containers run as root, where Chromium's own sandbox cannot be had, and with little shared memory.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
  }

  async open(url: string, options: BrowserContextOptions = {}): Promise<ObservedPage> {
    const context = await (this.browser as Browser).newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    this.contexts.push(context)
    const page = Object.assign(await context.newPage(), { problems: [] as string[] })
    page.on('pageerror', (error) => page.problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()))
    await page.goto(url)
    return page
  }

  /** To be called after each test. */
  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()))
  }

  async stop(): Promise<void> {
    await this.browser?.close()
  }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** The pages as they are published, in a folder of their own. */
export class BuiltPages {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'playground-'))

  async build(): Promise<void> {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    await build({ root, logLevel: 'error', build: { outDir: this.folder, emptyOutDir: true } })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The playground in a real browser, on a server that is asked for nothing else. */
export class PageUnderTest {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  private readonly browser = new TestBrowser()
  private readonly pages = new BuiltPages()
  private server: Server | undefined

  async start(): Promise<void> {
    await Promise.all([this.pages.build(), this.browser.start()])
    this.server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname
      this.requests.push(path)
      const file = join(this.pages.folder, normalize(path === '/' ? '/index.html' : path))
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
  }

  get url(): string {
    const address = this.server?.address()
    if (typeof address !== 'object' || address === null) throw new Error('The server has not been started.')
    return `http://127.0.0.1:${address.port}/`
  }

  /** Opens the page; a script error or a refused resource fails the test that asks `page.problems`. */
  async open({ fragment = '', ...options }: BrowserContextOptions & { fragment?: string } = {}): Promise<ObservedPage> {
    const page = await this.browser.open(this.url + fragment, options)
    await page.waitForFunction(() => document.querySelector('[data-testid="step-number"]')?.textContent?.includes('/'))
    return page
  }

  closePages(): Promise<void> {
    return this.browser.closePages()
  }

  async stop(): Promise<void> {
    await this.browser.stop()
    await new Promise((resolve) => (this.server === undefined ? resolve(undefined) : this.server.close(resolve)))
    this.pages.remove()
  }
}

/** What axe has to say about a page, one line for each violation. The page must have been opened with `bypassCSP`. */
export async function findViolations(page: Page): Promise<string[]> {
  const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  await page.addScriptTag({ content: readFileSync(script, 'utf8') })
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

/** Whether nothing sticks out to the right. */
export function fitsItsWidth(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
}
