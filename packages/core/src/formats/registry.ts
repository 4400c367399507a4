import {
  deepseekV32,
  deepseekV4,
  deepseekV41,
  dots,
  gigachat35,
  kimiK3,
  minicpm5,
  minimaxM2,
  step3,
} from './attribute-tags.ts'
import { createAuto } from './auto.ts'
import { generic, llama3Json, llama4Json, named, required, sarashina, xlam } from './bare-json.ts'
import { inkling, openai } from './channels.ts'
import { nearestName } from './nearest-name.ts'
import type { CallIdShape, Format, ReasoningMarkers } from './format.ts'
import {
  deepseekV3,
  deepseekV31,
  functionaryV2,
  functionaryV31,
  functionaryV32,
  kimiK2,
  mistral,
} from './header-json.ts'
import {
  apertus,
  cohereCommand3,
  cohereCommand4,
  ernie45,
  firefunction,
  gigachat3,
  granite,
  granite20bFc,
  granite4,
  hermes,
  hunyuanA13b,
  internlm,
  jamba,
  longcat,
  minimax,
  nemotronJson,
  phi4MiniJson,
  qwen25,
} from './json-envelope.ts'
import { glm45, hyV3, hyV4, k2Horizon, ling3, poolsideV1, solarOpen2, spark25 } from './key-value-tags.ts'
import { minimaxM3 } from './nested-tags.ts'
import { granitePythonic, lfm2, llama4Pythonic, olmo3, pythonic } from './pythonic.ts'
import { functiongemma, gemma4 } from './quoted-object.ts'
import { mimo, nemotronV3, qwen3Coder, seedOss, step3p5 } from './tagged-parameters.ts'
import type { ResponseTemplate } from '../templates/response-template.ts'
import { remember } from '../scan/remember.ts'
import { type TemplateFormat, createTemplateFormat } from '../templates/template-format.ts'

const ALL: readonly Format[] = [
  functionaryV31,
  qwen3Coder,
  mimo,
  seedOss,
  step3p5,
  nemotronV3,
  glm45,
  poolsideV1,
  ling3,
  spark25,
  hyV3,
  hyV4,
  solarOpen2,
  k2Horizon,
  step3,
  minimaxM2,
  dots,
  deepseekV32,
  deepseekV4,
  deepseekV41,
  gigachat35,
  minicpm5,
  kimiK3,
  hermes,
  qwen25,
  granite4,
  longcat,
  jamba,
  ernie45,
  granite20bFc,
  internlm,
  gigachat3,
  granite,
  nemotronJson,
  phi4MiniJson,
  firefunction,
  minimax,
  hunyuanA13b,
  cohereCommand3,
  cohereCommand4,
  apertus,
  llama3Json,
  llama4Json,
  mistral,
  kimiK2,
  deepseekV31,
  deepseekV3,
  functionaryV2,
  functionaryV32,
  openai,
  inkling,
  minimaxM3,
  gemma4,
  functiongemma,
  pythonic,
  llama4Pythonic,
  olmo3,
  lfm2,
  granitePythonic,
  xlam,
  sarashina,
  generic,
  required,
  named,
]

const AUTO = createAuto(ALL)
const NAMED: readonly Format[] = [...ALL, AUTO]

/** A format as users see it. */
export interface FormatInfo {
  /** vLLM's `--tool-call-parser` name. */
  id: string
  aliases: readonly string[]
  /** Model families that write it. */
  models: readonly string[]
  family: string
  /** Fields that a request to the model server must carry so that the markers arrive as text. */
  upstream: Readonly<Record<string, unknown>>
  /** Markers of the thought and the mode that fits most servers. Absent when the models have none. */
  reasoning: ReasoningMarkers | undefined
  /** Tokens that are removed where they leak into the text. */
  endTokens: readonly string[]
  /** How the ids look that calls get, where the models' templates refuse others. By default `call_` and 24 letters or digits. */
  callIds: CallIdShape | undefined
}

/** Every format that the parser reads, and `auto`. */
export const formats: readonly FormatInfo[] = NAMED.map(describe)

function describe(format: Format | TemplateFormat): FormatInfo {
  const detected = 'candidates' in format && format.candidates !== undefined
  return Object.freeze({
    id: format.id,
    aliases: format.aliases,
    models: format.models,
    family: 'template' in format ? 'response-template' : detected ? 'detected' : format.syntax.family,
    upstream: format.upstream,
    reasoning: format.reasoning,
    endTokens: format.endTokens,
    callIds: format.callIds,
  })
}

/**
 * The format with this id or alias, or that of a template or row.
 *
 * @throws TypeError that names the nearest id when there is none, or the key of the template that is wrong
 */
export function findFormat(name: string | ResponseTemplate | Format): FormatInfo {
  const format = findDefinition(name)
  return formats[NAMED.indexOf(format as Format)] ?? describe(format)
}

/** The definition behind an id or alias, or a template or row. */
export function findDefinition(name: string | ResponseTemplate | Format): Format | TemplateFormat {
  if (typeof name === 'object' && name !== null) {
    // A template is compiled once: every request of a server asks for its format several times.
    return 'syntax' in name ? name : remember(templates, name, () => createTemplateFormat(name))
  }
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`format must be the id of a format, such as 'qwen3_coder'; got ${JSON.stringify(name)}`)
  }
  if (name === 'response_template')
    throw new TypeError("format 'response_template' is the template itself: pass the object")
  const found = byName.get(name)
  if (found !== undefined) return found
  const names = [...byName.keys()]
  throw new TypeError(
    `Unknown format '${name}'. Did you mean '${nearestName(name, names)}'? Known: ${names.join(', ')}`,
  )
}

const byName: ReadonlyMap<string, Format> = new Map(
  NAMED.flatMap((format) => [format.id, ...format.aliases].map((name) => [name, format] as const)),
)

const templates = new WeakMap<ResponseTemplate, TemplateFormat>()
