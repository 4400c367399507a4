import { parseToolCalls } from '@tooldelta/core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeCase } from '../../src/case/link.ts'
import { emptyCase } from '../../src/case/case.ts'
import { browserPath, findViolations, fitsItsWidth, missingBrowser, PageUnderTest } from './browser.ts'

if (browserPath === undefined) console.warn(missingBrowser)

const text =
  'I look.\n<tool_call>\n<function=write>\n<parameter=path>\nC:\\new "x"\n</parameter>\n</function>\n</tool_call>'
const whole = parseToolCalls(text, { format: 'qwen3_coder' })
const wholeArguments = whole.toolCalls[0]?.function.arguments ?? ''

describe.skipIf(browserPath === undefined)('the playground in a browser', { timeout: 60_000 }, () => {
  const site = new PageUnderTest()
  beforeAll(() => site.start(), 60_000)
  afterEach(() => site.closePages())
  afterAll(() => site.stop())

  const fragmentOf = async (change: object): Promise<string> =>
    `#${await encodeCase({ ...emptyCase, text, format: 'qwen3_coder', ...change })}`

  it('steps through the chunks: text, state, arguments and wire of each', async () => {
    const page = await site.open({ fragment: await fragmentOf({ cuts: { kind: 'characters', size: 1 } }) })
    await waitForSteps(page, text.length + 1)
    const slider = page.getByRole('slider', { name: 'Step' })
    let before = ''
    for (let step = 60; step <= text.length; step += 7) {
      await slider.fill(String(step))
      await waitForStep(page, step)
      const now = (await page.locator('.value.arguments').textContent()) ?? ''
      expect(now.startsWith(before)).toBe(true)
      expect(wholeArguments.startsWith(now)).toBe(true)
      before = now
    }
    await slider.press('End')
    await waitForStep(page, text.length)
    expect(await page.locator('.value.arguments').textContent()).toBe(wholeArguments)
    expect(await page.locator('.list').last().textContent()).toContain('"finish_reason":"tool_calls"')
    // Every character has its colour: what the machine says of it is on the page, in order.
    const colours = await page
      .locator('.row .fate')
      .evaluateAll((all) => all.map((one) => [one.className.split(' ')[1], one.textContent]))
    expect(
      colours
        .map(([, piece]) => piece)
        .join('')
        .replaceAll('\u21b5', '\n'),
    ).toBe(text)
    expect(colours.filter(([fate]) => fate === 'arguments').map(([, piece]) => piece)).toEqual(['C:\\new "x"'])
    expect(page.problems).toEqual([])
  })

  it('shows held text while a marker is undecided', async () => {
    const page = await site.open({ fragment: await fragmentOf({ cuts: { kind: 'marks', at: [12] } }) })
    await page.getByRole('slider', { name: 'Step' }).fill('0')
    await page.locator('.held-text').waitFor()
    expect(await page.locator('.held-text').textContent()).toBe(JSON.stringify('\n<too'.slice(0, 5)))
    expect(await page.locator('.row .fate.held').allTextContents()).toEqual(['\u21b5', '<too'])
  })

  it('works by keyboard alone', async () => {
    const page = await site.open({ fragment: await fragmentOf({ cuts: { kind: 'characters', size: 4 } }) })
    const slider = page.getByRole('slider', { name: 'Step' })
    for (let tabs = 0; tabs < 40; tabs += 1) {
      await page.keyboard.press('Tab')
      if (await slider.evaluate((element) => element === document.activeElement)) break
    }
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await waitForStep(page, 2)
    await page.keyboard.press('End')
    await waitForStep(page, Math.ceil(text.length / 4))
  })

  it('takes cuts of your own, by keyboard and by a click with Shift', async () => {
    const page = await site.open({ fragment: await fragmentOf({ cuts: { kind: 'marks', at: [] } }) })
    await waitForSteps(page, 2)
    const field = page.getByLabel(/Cut before characters/)
    await field.focus()
    await page.keyboard.type('12, 3 40')
    await page.keyboard.press('Enter')
    await waitForSteps(page, 5)
    expect(await field.inputValue()).toBe('3, 12, 40')
    await page
      .locator('.row .fate')
      .first()
      .click({ modifiers: ['Shift'], position: { x: 12, y: 8 } })
    await waitForSteps(page, 6)
  })

  it('compares two formats, step by step', async () => {
    const page = await site.open({ fragment: await fragmentOf({ compare: 'hermes' }) })
    await page.getByRole('button', { name: 'Last step' }).click()
    await expect.poll(() => page.locator('.column').count()).toBe(2)
    await page.locator('.column').first().getByText('complete', { exact: true }).waitFor()
    await page.locator('.column').last().locator('.diagnostics').waitFor()
  })

  it('runs all cuts and says that they are equal', async () => {
    const page = await site.open({ fragment: await fragmentOf({}) })
    await page.getByRole('button', { name: 'All cuts' }).click()
    await page.getByText(`All ${text.length - 1} cuts give the same result.`).waitFor()
  })

  it('explains bad tools and keeps the last good picture', async () => {
    const page = await site.open({ fragment: await fragmentOf({}) })
    const tools = page.getByLabel(/Tools of the request/)
    await tools.fill('[{"type": "function",\n "function": {"name": }}]')
    const alert = page.locator('#tools-problem')
    await expect.poll(() => alert.textContent()).toBe('Line 2, column 23 is no JSON: value expected.')
    await tools.fill('[{"type": "function", "function": {}}]')
    await expect.poll(() => alert.textContent()).toBe('tools[0].function.name must be a text that is not empty.')
    expect(await tools.getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByTestId('message').count()).toBe(1)
    await tools.fill('[{"type":"function","function":{"name":"other"}}]')
    await page.getByRole('button', { name: 'Last step' }).click()
    await expect.poll(() => page.locator('.diagnostics').textContent()).toContain('unknown-tool')
  })

  it('never runs or draws what a model writes', async () => {
    const hostile =
      '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"><svg onload=window.hacked=1>'
    const call = `${hostile}<tool_call>\n<function=${'<b>x</b>'}>\n<parameter=a>\n${hostile}\n</parameter>\n</function>\n</tool_call>`
    const page = await site.open({ fragment: await fragmentOf({ text: call, tools: '' }) })
    await page.getByRole('button', { name: 'Last step' }).click()
    await page.getByTestId('message').getByText('onerror').first().waitFor()
    expect(await page.locator('img, svg, main b b').count()).toBe(0)
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined()
    expect(page.problems).toEqual([])
  })

  it('stays responsive with a megabyte, draws only what is in view, and shows progress', async () => {
    const page = await site.open()
    const big = `<tool_call>\n<function=write>\n<parameter=text>\n${'let x = "\\\\n";\n'.repeat(70_000)}</parameter>\n</function>\n</tool_call>`
    await page.getByRole('combobox', { name: 'Format' }).selectOption('qwen3_coder')
    await paste(page, big)
    await page.locator('progress').first().waitFor()
    // While the worker parses, the page answers.
    const pause = await page.evaluate(async () => {
      let longest = 0
      for (let turn = 0; turn < 20; turn += 1) {
        const start = performance.now()
        await new Promise((resolve) => setTimeout(resolve, 10))
        longest = Math.max(longest, performance.now() - start)
      }
      return longest
    })
    expect(pause).toBeLessThan(1000)
    await page.locator('progress').first().waitFor({ state: 'detached', timeout: 50_000 })
    await page.getByRole('button', { name: 'Last step' }).click()
    await page.getByText('complete', { exact: true }).waitFor()
    expect(await page.locator('.row').count()).toBeLessThan(200)
  })

  it('carries the whole case in its link', async () => {
    const page = await site.open({
      fragment: await fragmentOf({ cuts: { kind: 'random', seed: 7 }, finish: 'length' }),
    })
    await page.getByLabel(/Tools of the request/).fill('[{"name": "write", "parameters": {"type": "object"}}]')
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('hermes')
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('The link copied.').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    const other = await site.open({ fragment: new URL(link).hash })
    await expect.poll(() => other.getByLabel('Raw model output').inputValue()).toBe(text)
    expect(await other.getByRole('combobox', { name: 'Compare with' }).inputValue()).toBe('hermes')
    expect(await other.getByRole('combobox', { name: 'Ends by' }).inputValue()).toBe('length')
    expect(await other.getByRole('spinbutton', { name: 'Seed' }).inputValue()).toBe('7')
    expect(await other.getByLabel(/Tools of the request/).inputValue()).toContain('"write"')
    await expect.poll(() => other.locator('.column').count()).toBe(2)
    expect((await stepCount(other)) > 0).toBe(true)
    expect(await stepCount(other)).toBe(await stepCount(page))
  })

  it('says what a damaged link is', async () => {
    const page = await site.open({ fragment: '#1.AAAA' })
    await page.getByText('The link is damaged').waitFor()
  })

  it('copies the case as a fixture', async () => {
    const page = await site.open({ fragment: await fragmentOf({ cuts: { kind: 'characters', size: 5 } }) })
    await page.getByRole('button', { name: 'Copy as fixture' }).click()
    await page.getByText('The fixture copied.').waitFor()
    const [fixture] = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    expect(fixture.text).toBe(text)
    expect(fixture.chunks.join('')).toBe(text)
    expect(fixture.expected.calls).toEqual([{ name: 'write', arguments: wholeArguments, status: 'complete' }])
  })

  it('links remarks to their documentation, which is there without a network', async () => {
    const bare = '<function=write>\n<parameter=a>\n1\n</parameter>\n</function>'
    const page = await site.open({ fragment: await fragmentOf({ text: bare }) })
    await page.getByRole('button', { name: 'Last step' }).click()
    const opened = page.context().waitForEvent('page')
    await page.getByRole('link', { name: 'missing-opener' }).click()
    const documentation = await opened
    await documentation.waitForLoadState()
    expect(new URL(documentation.url()).hash).toBe('#missing-opener')
    expect(await documentation.locator('#missing-opener').count()).toBe(1)
  })

  it('asks for nothing but its own files', async () => {
    site.requests.length = 0
    const page = await site.open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.getByRole('button', { name: 'All cuts' }).click()
    await page.getByRole('button', { name: 'Last step' }).click()
    await page.getByText(/cuts give the same result/).waitFor()
    expect(asked).toEqual([])
    expect(site.requests.filter((path) => !/^\/($|assets\/)/.test(path))).toEqual([])
  })

  it.each(['light', 'dark'] as const)(
    'has no accessibility violation that axe knows, %s and on a phone',
    async (colorScheme) => {
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 375, height: 700 },
      ]) {
        const page = await site.open({
          colorScheme,
          viewport,
          bypassCSP: true,
          fragment: await fragmentOf({ compare: 'hermes' }),
        })
        await page.getByRole('button', { name: 'Last step' }).click()
        expect(await findViolations(page)).toEqual([])
        expect(await fitsItsWidth(page)).toBe(true)
      }
    },
  )
})

/** What a browser does on a paste; playwright's own way of filling a field takes minutes for a megabyte. */
async function paste(page: Page, pasted: string): Promise<void> {
  await page.getByLabel('Raw model output').evaluate((field: HTMLTextAreaElement, value) => {
    field.value = value
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }, pasted)
}

async function stepCount(page: Page): Promise<number> {
  const shown = await page.getByTestId('step-number').textContent()
  return Number(shown?.split('/')[1])
}

async function waitForSteps(page: Page, steps: number): Promise<void> {
  await expect.poll(() => stepCount(page)).toBe(steps)
}

async function waitForStep(page: Page, step: number): Promise<void> {
  await page.locator(`.step[data-step="${step}"]`).waitFor()
}
