import { findFormat } from '@tooldelta/core'
import { findPromptRenderer } from '@tooldelta/openai'
import { describeServer } from './identify.ts'
import type { ProbedModel, ProbeFindings, ProbeResult, ProbeTarget } from './types.ts'

/** The mode that follows from what was found, with the reasons. */
export function decide(
  findings: ProbeFindings,
  model: Pick<ProbedModel, 'name' | 'format' | 'parser'>,
  { profile }: Pick<ProbeTarget, 'profile'>,
): ProbeResult {
  const mode = chooseMode(findings, model.format, profile)
  const sentences = [
    `The upstream is ${describeServer(findings.server)}.`,
    ...describeProfile(findings, profile),
    ...describeMode(findings, mode, model.format, isMangled(findings, profile)),
    ...describeRawCall(findings, mode, model.format),
    ...describeThinking(findings, model),
    ...(findings.systemMessages === 'first'
      ? ['Its template wants one system message, at the beginning: set mergeSystemMessages: true.']
      : []),
  ]
  return { mode, findings, sentences }
}

function chooseMode(findings: ProbeFindings, format: string, profile: ProbeTarget['profile']): ProbeResult['mode'] {
  if (findings.parser === 'correct' && findings.brokenHistory === 'taken') return 'passthrough'
  const isHidden = findings.tools === 'ignored' || findings.tools === 'refused'
  const needsPrompt = isHidden || isMangled(findings, profile)
  return needsPrompt && findPromptRenderer(format) !== undefined ? 'prompt' : 'template'
}

/** A bad parser that is at work as soon as there are tools. Other servers leave the text alone with `tool_choice: 'none'`. */
function isMangled({ parser }: ProbeFindings, profile: ProbeTarget['profile']): boolean {
  return parser === 'faulty' && (profile === 'sglang' || profile === 'generic')
}

function describeProfile({ server: { kind } }: ProbeFindings, profile: ProbeTarget['profile']): string[] {
  if (kind === 'unknown' || kind === 'tooldelta' || kind === profile || profile === 'generic') return []
  return [`Its profile is '${profile}': set profile: ${kind}.`]
}

function describeMode(
  findings: ProbeFindings,
  mode: ProbeResult['mode'],
  format: string,
  isMangled: boolean,
): string[] {
  const { tools, parser, parserFault, toolsRefusal } = findings
  if (mode === 'passthrough') {
    return ['Its own tool parser works, and it takes broken histories: requests and answers pass untouched.']
  }
  const own = {
    none: 'It has no tool parser, so tooldelta reads the calls.',
    correct: 'Its own tool parser works, but it refuses a history with one broken call, so tooldelta mends histories.',
    faulty: `Its own tool parser does not work: ${parserFault} tooldelta reads the calls.`,
    unknown: 'Whether it has a tool parser of its own did not show.',
  }[parser]
  if (isMangled && mode === 'prompt') {
    return [own, 'It leaves the text alone only where a request has no tools, so tooldelta writes them: mode prompt.']
  }
  return [own, describeTools(tools, toolsRefusal, mode, format)]
}

function describeTools(
  tools: ProbeFindings['tools'],
  refusal: string | undefined,
  mode: ProbeResult['mode'],
  format: string,
): string {
  if (tools === 'rendered') return 'Its chat template writes tools into the prompt: mode template.'
  if (tools === 'unknown') return 'Whether tools reach the prompt did not show: mode template.'
  const what =
    tools === 'ignored' ? 'Its chat template leaves tools out of the prompt' : `It refuses tools (${refusal})`
  if (mode === 'prompt') return `${what}, so tooldelta writes them: mode prompt.`
  return `${what}, and tooldelta has no prompt of the format '${format}': the model sees no tools. Set its format, or use a chat template with tools.`
}

function describeRawCall(
  { rawCall, markers, looksLike }: ProbeFindings,
  mode: ProbeResult['mode'],
  format: string,
): string[] {
  if (mode === 'passthrough' || rawCall === 'unknown') return []
  if (rawCall === 'read') return [`A call came through with the format '${format}'.`]
  if (rawCall === 'no call') return ['The model did not call the tool that it was asked to call.']
  if (markers === 'stripped') {
    return [`The markers of the format '${format}' do not reach tooldelta: the server strips special tokens.`]
  }
  const mend =
    looksLike === undefined
      ? 'set another one; tooldelta formats lists them'
      : `it looks like ${looksLike}: set format: ${looksLike}`
  return [`The model's call could not be read with the format '${format}'; ${mend}.`]
}

function describeThinking(
  { thinking }: ProbeFindings,
  { parser, format }: Pick<ProbedModel, 'parser' | 'format'>,
): string[] {
  const start = parser?.reasoning ?? findFormat(format).reasoning?.start
  if (thinking === 'open' && start !== 'open' && start !== 'auto') {
    return ['Its template begins every answer inside a thought: set parser.reasoning: open.']
  }
  return thinking === 'split' ? ['The server splits thoughts off by itself.'] : []
}
