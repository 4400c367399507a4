import type { ProbeResult } from '../probe/index.ts'
import { failed, note, ok, type Verdict } from './types.ts'

/** A finding of the probe as a row of the report. */
export interface ProbeRow {
  id: string
  title: string
  verdict: Verdict
}

/** What the probe has found out about a bare model server. */
export function toProbeRows({ findings, mode }: ProbeResult, format: string): ProbeRow[] {
  const rows: ProbeRow[] = [
    { id: 'own-parser', title: "Server's own parser", verdict: judgeParser(findings) },
    { id: 'tools-in-prompt', title: 'Tools in the prompt', verdict: judgeTools(findings, mode, format) },
    { id: 'raw-call', title: 'Raw call', verdict: judgeRawCall(findings, mode, format) },
    { id: 'thinking', title: 'Thoughts', verdict: judgeThinking(findings) },
    { id: 'system-rule', title: 'System messages', verdict: judgeSystemRule(findings) },
  ]
  return rows.filter(({ verdict }) => verdict.detail !== '')
}

function judgeParser({ parser, parserFault, brokenHistory }: ProbeResult['findings']): Verdict {
  if (parser === 'none') return note('None: without tooldelta there are no tool calls here.')
  if (parser === 'faulty') return note(`It does not work: ${parserFault}`)
  if (parser === 'unknown') return note('Whether there is one did not show.')
  return brokenHistory === 'refused'
    ? note('It works, but one cut call in a history fails every later turn.')
    : ok('It works, and broken histories are taken: mode passthrough.')
}

function judgeTools(findings: ProbeResult['findings'], mode: ProbeResult['mode'], format: string): Verdict {
  const { tools, toolsRefusal } = findings
  if (tools === 'rendered') return ok('The chat template writes them.')
  if (tools === 'unknown') return note('Whether the chat template writes them did not show.')
  const what = tools === 'ignored' ? 'The chat template leaves them out' : `The server refuses them: ${toolsRefusal}`
  if (mode === 'prompt' || mode === 'passthrough') return ok(`${what}. With mode: prompt tooldelta writes them.`)
  return failed(
    `${what}, and tooldelta has no prompt of the format '${format}'.`,
    "Give the model's own format with --format, or start the server with a chat template that has tools.",
  )
}

function judgeRawCall(findings: ProbeResult['findings'], mode: ProbeResult['mode'], format: string): Verdict {
  const { rawCall, markers, looksLike } = findings
  if (rawCall === 'read') return ok(`Read with the format '${format}'.`)
  if (rawCall === 'unknown' || mode === 'passthrough') return note('')
  if (rawCall === 'no call') {
    return failed(
      'The model did not call the tool that it was asked to call.',
      'Use a model that was made to call tools, or a chat template that shows it the tools.',
    )
  }
  if (markers === 'stripped') {
    return failed(
      `The markers of the format '${format}' do not arrive: the server strips special tokens.`,
      'Start llama.cpp with --special, or use a server that takes skip_special_tokens: false.',
    )
  }
  return failed(
    `The model's call cannot be read with the format '${format}'.`,
    looksLike === undefined
      ? "Give the model's own format with --format; tooldelta formats lists them."
      : `Give --format ${looksLike}, which it looks like.`,
  )
}

function judgeThinking({ thinking }: ProbeResult['findings']): Verdict {
  switch (thinking) {
    case 'open':
      return note('Answers begin inside a thought: set parser.reasoning: open.')
    case 'tags':
      return ok('The model writes its thoughts in tags.')
    case 'split':
      return ok('The server splits them off by itself.')
    default:
      return note('')
  }
}

function judgeSystemRule({ systemMessages }: ProbeResult['findings']): Verdict {
  return note(
    systemMessages === 'first' ? 'The template wants one, at the beginning: set mergeSystemMessages: true.' : '',
  )
}
