import {
  createObedientModel,
  type FakeUpstream,
  type FakeUpstreamOptions,
  startFakeUpstream,
} from '@tooldelta/testbed/upstreams'
import { afterEach, describe, expect, it } from 'vitest'
import { ProbeError, probeModel, type ProbeResult, type ProbeTarget } from '../../src/probe/index.ts'

const running: FakeUpstream[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((upstream) => upstream.close()))
})

type Options = Partial<FakeUpstreamOptions> & Pick<FakeUpstreamOptions, 'kind'>

async function start(options: Options): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream({ answer: createObedientModel(), ...options })
  running.push(upstream)
  return upstream
}

function toTarget({ url }: FakeUpstream, profile: ProbeTarget['profile']): ProbeTarget {
  const ask: typeof fetch = (input, init) => fetch(String(input).replace('http://upstream', url), init)
  return { name: 'gpu', profile, fetch: ask }
}

const profiles = { 'vllm-old': 'vllm', 'vllm-new': 'vllm', sglang: 'sglang', llamacpp: 'llamacpp' } as const

interface ProbeOptions {
  profile?: ProbeTarget['profile']
  format?: string
}

async function probe(options: Options, { profile, format = 'qwen3_coder' }: ProbeOptions = {}): Promise<ProbeResult> {
  const upstream = await start(options)
  const target = toTarget(upstream, profile ?? profiles[options.kind])
  return probeModel(target, { name: 'coder', upstreamModel: 'qwen3-coder', format })
}

describe('the mode', () => {
  it.each(['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const)(
    'is template for %s without a parser',
    async (kind) => {
      const { mode, findings, sentences } = await probe({ kind, toolParser: false })
      expect(mode).toBe('template')
      expect(findings).toMatchObject({
        tools: 'rendered',
        rawCall: 'read',
        systemMessages: 'anywhere',
        thinking: 'none',
      })
      expect(sentences).toContain("A call came through with the format 'qwen3_coder'.")
    },
  )

  it.each(['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const)(
    'is prompt for %s whose template leaves tools out',
    async (kind) => {
      const { mode, findings, sentences } = await probe({ kind, templateRendersTools: false })
      expect(mode).toBe('prompt')
      expect(findings).toMatchObject({ tools: 'ignored', rawCall: 'read' })
      expect(sentences.join(' ')).toContain('leaves tools out of the prompt, so tooldelta writes them: mode prompt.')
    },
  )

  it('is prompt for vLLM that leaves tools out with none, whatever its template does', async () => {
    expect((await probe({ kind: 'vllm-old', version: '0.9.1' })).mode).toBe('prompt')
    expect((await probe({ kind: 'vllm-new', excludesToolsWhenNone: true })).mode).toBe('prompt')
  })

  it('is prompt for llama.cpp without --jinja, with its words', async () => {
    const { mode, findings, sentences } = await probe({ kind: 'llamacpp', jinja: false })
    expect(mode).toBe('prompt')
    expect(findings).toMatchObject({ tools: 'refused', rawCall: 'read' })
    expect(sentences.join(' ')).toContain('It refuses tools (tools param requires --jinja flag)')
  })

  it('is passthrough where the server parses by itself and takes broken histories', async () => {
    const { mode, findings, sentences } = await probe({ kind: 'vllm-new', version: '0.32.0', toolParser: true })
    expect(mode).toBe('passthrough')
    expect(findings).toMatchObject({ parser: 'correct', brokenHistory: 'taken' })
    expect(sentences.join(' ')).toContain('requests and answers pass untouched')
  })

  it.each(['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const)(
    'is template where %s parses by itself and refuses broken histories',
    async (kind) => {
      const { mode, findings, sentences } = await probe({ kind, toolParser: true })
      expect(mode).toBe('template')
      expect(findings).toMatchObject({ parser: 'correct', brokenHistory: 'refused', rawCall: 'read' })
      expect(sentences.join(' ')).toContain('refuses a history with one broken call')
    },
  )

  it('is template where the parser is that of another format', async () => {
    const { mode, findings } = await probe({ kind: 'vllm-new', toolParser: 'mistral' })
    expect(mode).toBe('template')
    expect(findings.parser).toBe('none')
  })

  it('stays template for a format whose prompt nobody can write, and says that the model sees no tools', async () => {
    const { mode, sentences } = await probe({ kind: 'vllm-new', templateRendersTools: false }, { format: 'auto' })
    expect(mode).toBe('template')
    expect(sentences.join(' ')).toContain("tooldelta has no prompt of the format 'auto': the model sees no tools.")
  })
})

describe('what is told', () => {
  it('is the kind and version of the server, and a profile that is not its own', async () => {
    const told = await Promise.all([
      probe({ kind: 'vllm-old' }),
      probe({ kind: 'sglang' }, { profile: 'vllm' }),
      probe({ kind: 'llamacpp' }),
    ])
    expect(told.map(({ findings }) => findings.server)).toMatchObject([
      { kind: 'vllm', version: '0.10.2', models: ['qwen3-coder'], maxModelLength: 32_768 },
      { kind: 'sglang', version: '0.5.6' },
      { kind: 'llamacpp', version: expect.stringMatching(/^b\d+-/), maxModelLength: 32_768 },
    ])
    expect(told[0]!.sentences[0]).toBe('The upstream is vLLM 0.10.2.')
    expect(told[1]!.sentences[1]).toBe("Its profile is 'vllm': set profile: sglang.")
    // With vLLM's choice SGLang hides the tools.
    expect(told[1]!.mode).toBe('prompt')
  })

  it('is a parser that works badly', async () => {
    const answer = createObedientModel()
    // Every call comes twice.
    const twice: FakeUpstreamOptions['answer'] = (prompt, request) => {
      const text = String(answer(prompt, request))
      return text.includes('<tool_call>') ? `${text}\n${text}` : text
    }
    const { mode, findings, sentences } = await probe({ kind: 'vllm-new', toolParser: true, answer: twice })
    expect(findings).toMatchObject({ parser: 'faulty', parserFault: 'There were 2 calls instead of one.' })
    expect(sentences.join(' ')).toContain('Its own tool parser does not work: There were 2 calls instead of one.')
    expect(mode).toBe('template')
    // SGLang's parser is at work as soon as there are tools.
    const sglang = await probe({ kind: 'sglang', toolParser: true, answer: twice })
    expect(sglang.mode).toBe('prompt')
    expect(sglang.sentences.join(' ')).toContain('It leaves the text alone only where a request has no tools')
  })

  it.each([
    ['open', false, 'open', 'begins every answer inside a thought: set parser.reasoning: open.'],
    ['switch', false, 'tags', ''],
    ['open', true, 'split', 'splits thoughts off by itself'],
  ] as const)(
    'is where a thought begins: template %s, reasoning parser %s',
    async (thinking, parser, found, sentence) => {
      const answer = createObedientModel({ thought: 'I shall report it.' })
      const result = await probe({ kind: 'vllm-new', thinking, reasoningParser: parser, answer })
      expect(result.findings).toMatchObject({ thinking: found, rawCall: 'read', tools: 'rendered' })
      expect(result.sentences.join(' ')).toContain(sentence)
    },
  )

  it('is a template that wants the system message first', async () => {
    const { findings, sentences } = await probe({ kind: 'vllm-new', systemFirst: true })
    expect(findings.systemMessages).toBe('first')
    expect(sentences.at(-1)).toContain('set mergeSystemMessages: true')
  })

  it('is that special tokens are stripped, for a format that lives on them', async () => {
    const format = 'kimi_k2'
    const specialTokens = [
      '<|tool_calls_section_begin|>',
      '<|tool_calls_section_end|>',
      '<|tool_call_begin|>',
      '<|tool_call_argument_begin|>',
      '<|tool_call_end|>',
    ]
    const model = { format, specialTokens, answer: createObedientModel({ format }) }
    // llama.cpp strips them whatever it is asked.
    const stripped = await probe({ kind: 'llamacpp', ...model }, { format })
    expect(stripped.findings).toMatchObject({ rawCall: 'unreadable', markers: 'stripped' })
    expect(stripped.sentences.join(' ')).toContain('the server strips special tokens')
    const kept = await probe({ kind: 'vllm-new', ...model }, { format })
    expect(kept.findings).toMatchObject({ rawCall: 'read', markers: 'kept' })
  })

  it('is a format that does not fit, and a model that does not call', async () => {
    const other = await probe({ kind: 'vllm-new' }, { format: 'mistral' })
    expect(other.findings.rawCall).toBe('unreadable')
    expect(other.sentences.join(' ')).toContain(
      "with the format 'mistral'; it looks like qwen3_coder: set format: qwen3_coder.",
    )
    const lazy = await probe({ kind: 'vllm-new', answer: createObedientModel({ isLazy: true }) })
    expect(lazy).toMatchObject({ mode: 'template', findings: { rawCall: 'no call', tools: 'rendered' } })
  })
})

describe('a server that gives no answer', () => {
  const model = { name: 'qwen3-coder', format: 'qwen3_coder' }

  it('is a ProbeError: not up, loading, another model, a wrong key', async () => {
    const gone = await start({ kind: 'vllm-new' })
    await gone.close()
    await expect(probeModel(toTarget(gone, 'vllm'), model)).rejects.toThrow(/^gpu gave no answer: .*ECONNREFUSED/)
    const loading = await start({ kind: 'vllm-new', isLoading: true })
    await expect(probeModel(toTarget(loading, 'vllm'), model)).rejects.toThrow('gpu answered 503: Loading model')
    loading.setLoading(false)
    expect((await probeModel(toTarget(loading, 'vllm'), model)).mode).toBe('template')
    const locked = toTarget(await start({ kind: 'vllm-new', key: 'k' }), 'vllm')
    await expect(probeModel(locked, model)).rejects.toThrow(ProbeError)
    await expect(probeModel(locked, model)).rejects.toMatchObject({ status: 401 })
    const other = toTarget(await start({ kind: 'vllm-new', model: 'other' }), 'vllm')
    await expect(probeModel(other, model)).rejects.toMatchObject({ status: 404 })
  })

  it('ends when it is told to', async () => {
    const hanging = await start({ kind: 'vllm-new', answer: () => ({ text: 'a b', hangAfter: 0 }) })
    const stop = new AbortController()
    const probing = probeModel(toTarget(hanging, 'vllm'), model, stop.signal)
    while (hanging.openStreams === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(new Error('the proxy stops'))
    await expect(probing).rejects.toThrow('the proxy stops')
    await hanging.waitForAbort()
  })
})
