import { findFormat } from '@tooldelta/core'
import { createToolCallFetch } from '@tooldelta/fetch'
import { findFormatByName } from '../gateway/format-by-name.ts'
import { getPage } from '../probe/ask.ts'
import { describeServer, identifyServer } from '../probe/identify.ts'
import { ProbeError, probeModel, type ProbeResult, type ProbeTarget, type ServerIdentity } from '../probe/index.ts'
import { createUpstream, type Upstream } from '../upstream/index.ts'
import {
  checkBrokenHistory,
  checkCompletion,
  checkForcedCall,
  checkLateSystem,
  checkSecondTurn,
  checkToolCall,
} from './client-checks.ts'
import { toProbeRows } from './probe-rows.ts'
import { type CheckRow, type DoctorReport, failed, note, ok, type Verdict } from './types.ts'

/** Options of {@link runDoctor}. */
export interface DoctorOptions {
  /** The proxy or the model server, with or without `/v1`. */
  url: string
  key?: string | undefined
  /** @defaultValue the first that the server lists */
  model?: string | undefined
  /** The format of a bare server's model. @defaultValue by the model's name, else `auto` */
  format?: string | undefined
  /** Called with the title of each check before it starts. */
  onStart?: ((title: string) => void) | undefined
}

/** Runs checks one after the other and keeps their rows. */
class Checkup {
  readonly rows: CheckRow[] = []
  private readonly onStart: DoctorOptions['onStart']

  constructor(onStart: DoctorOptions['onStart']) {
    this.onStart = onStart
  }

  async run(id: string, title: string, check: () => Promise<Verdict>): Promise<boolean> {
    this.onStart?.(title)
    const start = performance.now()
    const verdict = await check().catch(explainFailure)
    this.add(id, title, verdict, performance.now() - start)
    return verdict.status !== 'failed'
  }

  add(id: string, title: string, verdict: Verdict, ms = 0): void {
    this.rows.push({ id, title, ...verdict, ms: Math.round(ms) })
  }
}

/** What a check is about. Its names are the rows of the report. */
const titles = {
  health: 'Health',
  models: 'Models',
  completion: 'Completion',
  probe: 'Probe of the server',
  'tool-call': 'Streamed tool call',
  'forced-call': 'Required tool call',
  'second-turn': "Turn with a tool's result",
  'broken-history': 'Turn with a broken history',
  'late-system': 'Second system message',
} as const

/**
 * Checks a server end to end: health, models, a completion, a streamed tool call, what the probe at start would find, a second turn with a
 * tool's result, and one with a history that servers fail on. Asked is `tooldelta serve` as a client would, or a bare model server through
 * tooldelta inside this process. Never throws for what a server does.
 *
 * @example
 * ```ts
 * const { ok, rows } = await runDoctor({ url: 'http://127.0.0.1:4000' })
 * ```
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const upstream = createTarget(options)
  const checkup = new Checkup(options.onStart)
  const report: DoctorReport = {
    url: options.url,
    role: 'unknown',
    server: undefined,
    model: undefined,
    format: undefined,
    mode: undefined,
    rows: checkup.rows,
    ok: false,
  }
  try {
    await examine(upstream, options, checkup, report)
  } finally {
    await upstream.close()
  }
  for (const [id, title] of Object.entries(titles)) {
    const isMissing = id !== 'probe' && !checkup.rows.some((row) => row.id === id)
    if (isMissing) checkup.add(id, title, { status: 'skipped', detail: 'Not tried, because of the failures above.' })
  }
  report.ok = checkup.rows.every(({ status }) => status !== 'failed')
  return report
}

async function examine(
  upstream: Upstream,
  options: DoctorOptions,
  checkup: Checkup,
  report: DoctorReport,
): Promise<void> {
  if (!(await checkup.run('health', titles.health, () => checkHealth(upstream, report)))) return
  if (!(await checkup.run('models', titles.models, () => checkModels(upstream, options, report)))) return
  const model = report.model!
  const isAnswering = await checkup.run('completion', titles.completion, () =>
    checkCompletion({ target: upstream, model }),
  )
  if (!isAnswering) return
  const target = report.role === 'proxy' ? upstream : await examineServer(upstream, options, checkup, report)
  if (target !== undefined) await examineClient(target, model, checkup)
}

/** What an editor does. */
async function examineClient(target: ProbeTarget, model: string, checkup: Checkup): Promise<void> {
  const context = { target, model }
  let first: Awaited<ReturnType<typeof checkToolCall>>['answer']
  const isCalling = await checkup.run('tool-call', titles['tool-call'], async () => {
    const { verdict, answer } = await checkToolCall(context)
    first = answer
    return verdict
  })
  await checkup.run('forced-call', titles['forced-call'], () => checkForcedCall(context))
  await checkup.run('second-turn', titles['second-turn'], () => checkSecondTurn(context, isCalling ? first : undefined))
  await checkup.run('broken-history', titles['broken-history'], () => checkBrokenHistory(context))
  await checkup.run('late-system', titles['late-system'], () => checkLateSystem(context))
}

/**
 * Probes a bare model server.
 *
 * @returns the server behind tooldelta, as the proxy would stand in front of it
 */
async function examineServer(
  upstream: Upstream,
  options: DoctorOptions,
  checkup: Checkup,
  report: DoctorReport,
): Promise<ProbeTarget | undefined> {
  const model = report.model!
  const format = options.format ?? findFormatByName(model) ?? 'auto'
  const profile = toProfile(report.server!)
  report.format = findFormat(format).id
  const found: { probe?: ProbeResult } = {}
  await checkup.run('probe', titles.probe, async () => {
    found.probe = await probeModel({ ...upstream, fetch: upstream.fetch, profile }, { name: model, format })
    return ok(`mode: ${found.probe.mode}, format: ${report.format}, profile: ${profile}`)
  })
  const { probe } = found
  if (probe === undefined) return undefined
  report.mode = probe.mode
  for (const { id, title, verdict } of toProbeRows(probe, report.format)) checkup.add(id, title, verdict)
  const { thinking, systemMessages } = probe.findings
  const wrapped = createToolCallFetch({
    fetch: upstream.fetch,
    format,
    mode: probe.mode,
    profile,
    mergeSystemMessages: systemMessages === 'first',
    ...(thinking === 'open' && { reasoning: 'open' as const }),
  })
  return { name: upstream.name, profile, fetch: wrapped }
}

async function checkHealth(target: ProbeTarget, report: DoctorReport): Promise<Verdict> {
  // Servers without such a page are asked for their models next.
  const page = await getPage(target, '/health')
  const server = await identifyServer(target)
  report.server = server
  report.role = server.kind === 'tooldelta' ? 'proxy' : 'model server'
  if (report.role === 'proxy') {
    return page.status === 200
      ? ok('This is tooldelta serve, and an upstream is up.')
      : failed(
          `This is tooldelta serve, but it is not ready: ${String(page.body?.['status'] ?? page.status)}.`,
          'Start the model server that the settings name, or correct its urls; GET /health/ready tells which.',
        )
  }
  const what = `This is ${describeServer(server)}, with no tooldelta in front.`
  if (page.status === 200 || page.status === 404) return ok(what)
  return failed(`${what} Its health is ${page.status}: ${page.text}`, 'Wait until the server has loaded its model.')
}

async function checkModels(target: ProbeTarget, { model }: DoctorOptions, report: DoctorReport): Promise<Verdict> {
  const page = await getPage(target, '/v1/models')
  if (page.status === 401 || page.status === 403) {
    return failed(`${page.status}: ${page.text}`, 'Give the key with --key, or in the variable TOOLDELTA_KEY.')
  }
  const list = Array.isArray(page.body?.['data']) ? (page.body['data'] as { id?: unknown }[]) : []
  const models = list.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
  report.model = model ?? models[0]
  if (report.model === undefined) {
    return failed(
      `GET /v1/models answered ${page.status} and lists none.`,
      'Correct --url (with or without /v1), or name the model with --model.',
    )
  }
  if (models.length > 0 && !models.includes(report.model)) {
    return failed(`${report.model} is not listed: ${models.join(', ')}.`, 'Name one of the listed models with --model.')
  }
  const others = models.filter((name) => name !== report.model)
  const rest = others.length === 0 ? '' : `; ${others.length} more, which --model chooses`
  return models.length === 0 ? note(`None are listed; ${report.model} is tried.`) : ok(`${report.model}${rest}`)
}

function explainFailure(error: unknown): Verdict {
  if (!(error instanceof ProbeError)) throw error
  const mends: Readonly<Record<number, string>> = {
    401: 'Give the key with --key, or in the variable TOOLDELTA_KEY.',
    403: 'Give a key that may use this model with --key.',
    404: 'Correct --url (with or without /v1) or --model.',
    429: 'Wait, or raise the limits of the server: it has too many requests.',
  }
  const isSilent = error.status === undefined
  const mend = isSilent
    ? 'Start the server, or correct --url; a server that loads its model takes minutes.'
    : (mends[error.status!] ?? 'Wait until the model server is up, and see its log.')
  return failed(`${error.message.replace(/\.$/, '')}.`, mend)
}

function toProfile({ kind }: ServerIdentity): ProbeTarget['profile'] {
  return kind === 'vllm' || kind === 'sglang' || kind === 'llamacpp' ? kind : 'generic'
}

function createTarget({ url, key }: DoctorOptions): Upstream {
  const config = {
    name: 'The server',
    urls: [url],
    profile: 'generic' as const,
    headers: {},
    connections: 16,
    retries: 0,
    passPaths: [],
  }
  // Every answer is wanted, so no failure may keep the next question from being asked.
  const circuit = { failures: 1000, pause: 1 }
  return createUpstream(config, { timeouts: { connect: 5000, drain: 1 }, circuit, key })
}
