import { formats } from '@tooldelta/core'
import type { Cutter } from './cuts.ts'
import {
  makeHermes,
  makeManyCalls,
  makePlainText,
  makeTagged,
  makeWriteFile,
  sizes,
  type BenchDocument,
  type SizeName,
} from './documents.ts'
import { familyPrinters } from './printers.ts'
import type { RecordedTurn } from './recordings.ts'
import { prepareMiddleware } from './runners/ai-sdk.ts'
import { prepareEveryCut } from './runners/every-cut.ts'
import { prepareIndexOf, prepareStringify, prepareStringifyEach, prepareXml } from './runners/baselines.ts'
import { prepareCore, prepareDeltas, prepareTurns, type Turn } from './runners/core.ts'
import { prepareIdentityStream, prepareSse, prepareSseFloor, type SsePath } from './runners/sse.ts'
import type { CutName, Scenario, ScenarioContext } from './scenario.ts'

type Syntax = 'tagged' | 'hermes'

const cuts: readonly CutName[] = ['token', '4', 'whole']
const syntaxes: readonly Syntax[] = ['tagged', 'hermes']

/** Every row of the benchmark, in the order of the table. */
export function listScenarios(): Scenario[] {
  return [...listCore(), ...listFamilies(), ...listSweep(), ...listSse(), ...listBaselines(), ...listMiddlewares()]
}

function listCore(): Scenario[] {
  const written = syntaxes.flatMap((syntax) =>
    (['64KB', '1MB'] as const).flatMap((size) =>
      cuts.map((cut) => core(`${syntax}/${size}`, cut, size === '64KB' || cut !== 'token')),
    ),
  )
  const deltas: Scenario = {
    ...core('tagged/64KB', '4', true),
    name: 'deltas/64KB/4',
    prepare: (context) => prepareDeltas('deltas/64KB/4', ...read(context, 'tagged/64KB', '4')),
  }
  return [
    ...cuts.map((cut) => core('text/64KB', cut, cut !== 'token')),
    ...cuts.map((cut) => core('calls/2000', cut, cut === '4')),
    ...cuts.map((cut) => turns(cut)),
    ...written,
    deltas,
  ]
}

/** The sizes between, for the plot of the growth. */
function listSweep(): Scenario[] {
  return syntaxes.flatMap((syntax) =>
    (['4KB', '16KB', '256KB'] as const).map((size) => core(`${syntax}/${size}`, '4', false)),
  )
}

function core(document: string, cut: CutName, isQuick: boolean): Scenario {
  const name = `${document}/${cut}`
  return {
    name,
    kind: 'tooldelta',
    document,
    cut,
    isQuick,
    prepare: (context) => prepareCore(name, ...read(context, document, cut)),
  }
}

function turns(cut: CutName): Scenario {
  const name = `turns/148/${cut}`
  return {
    name,
    kind: 'tooldelta',
    document: 'turns/148',
    cut,
    isQuick: cut === 'token',
    prepare: ({ recordings, cutters }) =>
      prepareTurns(
        name,
        recordings.turns.map((turn) => readTurn(turn, cut, cutters[cut])),
      ),
  }
}

function listFamilies(): Scenario[] {
  const families = [...new Set(formats.map((format) => format.family))]
  return families.map((family) => {
    const printer = familyPrinters[family]
    if (printer === undefined) throw new Error(`no printer for the family ${family}: add one to bench/src/printers.ts`)
    const name = `family/${family}/4`
    return {
      name,
      kind: 'tooldelta',
      document: `family/${family}`,
      cut: '4',
      isQuick: true,
      prepare({ recordings, cutters }) {
        const document = makeWriteFile(printer.format, printer.print, sizes['64KB'], recordings.argumentLines)
        return prepareCore(name, document, cutters['4'](document.text))
      },
    } satisfies Scenario
  })
}

function listSse(): Scenario[] {
  const rows: [SsePath, string, CutName, boolean][] = [
    ['transform-stream', 'tagged/64KB', 'token', false],
    ['transform-stream', 'tagged/64KB', '4', false],
    ['transform-response', 'tagged/64KB', '4', true],
    ['transform-response', 'hermes/64KB', '4', false],
    ['transform-response', 'tagged/1MB', '4', false],
  ]
  return rows.map(([path, document, cut, isQuick]) => {
    const name = `sse/${path}/${document}/${cut}`
    return {
      name,
      kind: 'tooldelta',
      document,
      cut,
      isQuick,
      prepare: (context) => prepareSse(name, path, ...read(context, document, cut)),
    } satisfies Scenario
  })
}

function listBaselines(): Scenario[] {
  const wholes = ['text/64KB', 'tagged/64KB', 'hermes/64KB', 'tagged/1MB', 'hermes/1MB'].flatMap((document) => [
    baseline('indexof', document, 'whole', document === 'tagged/64KB', ([made]) => prepareIndexOf(made)),
    baseline('stringify', document, 'whole', document === 'tagged/64KB', ([made]) => prepareStringify(made)),
  ])
  const chunked = (['tagged/64KB', 'tagged/1MB'] as const).flatMap((document) => {
    const isQuick = document === 'tagged/64KB'
    return [
      baseline('stringify-each', document, '4', isQuick, ([, chunks]) => prepareStringifyEach(chunks)),
      baseline('sse-json', document, 'token', false, ([, chunks]) => prepareSseFloor(chunks)),
      baseline('sse-json', document, '4', isQuick, ([, chunks]) => prepareSseFloor(chunks)),
      baseline('identity-stream', document, '4', isQuick, ([, chunks]) => prepareIdentityStream(chunks)),
      baseline('fast-xml-parser', document, '4', isQuick, ([made], cutter) =>
        prepareXml(`fast-xml-parser/${document}`, made, cutter),
      ),
    ]
  })
  return [...wholes, ...chunked]
}

function baseline(
  what: string,
  document: string,
  cut: CutName,
  isQuick: boolean,
  prepare: (made: [BenchDocument, string[]], cutter: Cutter) => ReturnType<typeof prepareIndexOf>,
): Scenario {
  return {
    name: `${what}/${document}/${cut}`,
    kind: 'baseline',
    document,
    cut,
    isQuick,
    prepare: (context) => prepare(read(context, document, cut), context.cutters[cut]),
  }
}

/**
 * Our middleware of the AI SDK and `@ai-sdk-tool/parser`, on the same texts. At 4 characters a chunk the time of the latter grows faster
 * than the text; 1 MB would take many minutes, so only `whole` is run.
 */
function listMiddlewares(): Scenario[] {
  const rows: [string, CutName, boolean, boolean][] = syntaxes.flatMap((syntax) => [
    [`${syntax}/2KB`, '4', true, false],
    [`${syntax}/8KB`, '4', false, false],
    [`${syntax}/16KB`, '4', false, true],
    [`${syntax}/64KB`, '4', false, true],
    [`${syntax}/64KB`, 'whole', true, false],
    [`${syntax}/1MB`, 'whole', false, true],
  ])
  const timed = rows.flatMap(([document, cut, isQuick, isSlow]) =>
    middlewares.map(({ name, kind }): Scenario => ({
      name: `${name}/${document}/${cut}`,
      kind,
      document,
      cut,
      isQuick,
      isSlow: isSlow && kind === 'peer',
      prepare: (context) => prepareMiddleware(name, ...read(context, document, cut)),
    })),
  )
  const cut = (['qwen3_coder', 'hermes', 'turns'] as const).flatMap((texts) =>
    middlewares.map(({ name, kind }): Scenario => ({
      name: `${name}/every-cut/${texts}`,
      kind,
      document: `every-cut/${texts}`,
      cut: 'token',
      isQuick: false,
      isSlow: true,
      prepare: ({ recordings }) => prepareEveryCut(name, texts, recordings),
    })),
  )
  return [...timed, ...cut]
}

const middlewares = [
  { name: 'ai-sdk', kind: 'tooldelta' },
  { name: 'ai-sdk-tool', kind: 'peer' },
] as const

/** Makes a document by its name, and its chunks. */
function read({ recordings, cutters }: ScenarioContext, name: string, cut: CutName): [BenchDocument, string[]] {
  const [kind, size] = name.split('/') as [string, SizeName]
  const lines = recordings.argumentLines
  const makers: Record<string, () => BenchDocument> = {
    text: () => makePlainText(sizes[size], recordings),
    calls: () => makeManyCalls(Number(size), lines),
    tagged: () => makeTagged(sizes[size], lines),
    hermes: () => makeHermes(sizes[size], lines),
  }
  const document = (makers[kind] as () => BenchDocument)()
  return [document, cutters[cut](document.text)]
}

function readTurn(turn: RecordedTurn, cut: CutName, cutter: Cutter): Turn {
  const { text, format, tools, expected } = turn
  return {
    document: { text, options: { format, tools, reasoning: 'off' }, expected },
    chunks: cut === 'token' ? turn.chunks : cutter(text),
  }
}
