import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderOf } from '../installs.ts'
import { findNode22 } from '../node-22.ts'
import { runProcess, type ProcessResult } from '../run-process.ts'
import type { Client, ClientTools, Outcome } from '../types.ts'
import { list, object, text } from '../values.ts'

const platform = process.platform === 'win32' ? 'windows' : process.platform

/** Continue on the command line. */
const continueClient: Client = {
  id: 'cn',
  title: 'Continue CLI',
  installs: ['continue'],
  package: '@continuedev/cli',
  kind: 'command',
  node: 20,
  isQuick: true,
  ran: '`cn -p --auto`, provider `openai`',
  tools: {
    ...fileTools({ read: 'Read', write: 'Write', path: 'filepath' }),
    plain: { name: 'Exit', arguments: [] },
    plainEnds: 'exit code 1',
  },
  async run({ baseURL, model, prompt, folder, home }) {
    const config = join(home, 'config.yaml')
    const settings = {
      name: 'Local',
      version: '1.0.0',
      schema: 'v1',
      models: [
        {
          name: 'Local',
          provider: 'openai',
          model,
          apiBase: baseURL,
          apiKey: 'none',
          roles: ['chat', 'edit', 'apply'],
          capabilities: ['tool_use'],
        },
      ],
    }
    // JSON is YAML. The second file says that cn has been set up.
    await writeFile(config, JSON.stringify(settings))
    await writeFile(join(home, '.onboarding_complete'), '')
    const cn = join(folderOf('continue'), 'node_modules/@continuedev/cli/dist/cn.js')
    const env = {
      HOME: home,
      CONTINUE_GLOBAL_DIR: home,
      CONTINUE_CLI_ENABLE_TELEMETRY: '0',
      CONTINUE_METRICS_ENABLED: '0',
      // Nothing listens there: it asks its own service for assistants otherwise.
      CONTINUE_API_BASE: 'http://127.0.0.1:9/',
      FORCE_NO_TTY: '1',
    }
    const args = [cn, '-p', prompt, '--config', config, '--auto']
    return toOutcome(await runProcess(process.execPath, args, { cwd: folder, env }))
  },
}

const qwenTools: ClientTools = {
  ...fileTools({ read: 'read_file', write: 'write_file', path: 'file_path' }),
  noPlain: 'It has no tool without parameters.',
}

/** Qwen Code, the last version for Node 20 and a new one. */
const qwenClients = [
  { id: 'qwen', title: 'Qwen Code 0.15', install: 'qwen-code', node: 20 },
  { id: 'qwen-latest', title: 'Qwen Code 0.24', install: 'qwen-code-22', node: 22 },
].map(({ id, title, install, node }): Client => ({
  id,
  title,
  installs: node === 22 ? [install, 'node-22'] : [install],
  package: '@qwen-code/qwen-code',
  kind: 'command',
  node: node as 20 | 22,
  isQuick: false,
  ran: '`qwen --auth-type openai --approval-mode yolo -p`',
  tools: qwenTools,
  async run({ baseURL, model, prompt, folder, home }) {
    const settings = {
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      security: { auth: { selectedType: 'openai' } },
    }
    await mkdir(join(home, '.qwen'))
    await writeFile(join(home, '.qwen/settings.json'), JSON.stringify(settings))
    const program = node === 22 ? await findNode22() : process.execPath
    const qwen = join(folderOf(install), 'node_modules/.bin/qwen')
    const server = ['--auth-type', 'openai', '--openai-api-key', 'none', '--openai-base-url', baseURL, '-m', model]
    const args = [qwen, ...server, '--approval-mode', 'yolo', '-o', 'text', '-p', prompt]
    return toOutcome(await runProcess(program, args, { cwd: folder, env: { HOME: home } }))
  },
}))

const opencodeClient: Client = {
  id: 'opencode',
  title: 'opencode',
  installs: ['opencode'],
  package: 'opencode-ai',
  kind: 'command',
  node: 20,
  isQuick: false,
  ran: '`opencode run --auto`, provider `@ai-sdk/openai-compatible`',
  tools: {
    ...fileTools({ read: 'read', write: 'write', path: 'filePath' }),
    noPlain: 'It has no tool without parameters.',
  },
  async run({ baseURL, model, prompt, folder, home }) {
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      name: 'tooldelta',
      options: { baseURL, apiKey: 'none' },
      models: { [model]: { name: model, tool_call: true, limit: { context: 1_000_000, output: 100_000 } } },
    }
    await writeFile(join(home, 'opencode.json'), JSON.stringify({ provider: { tooldelta: provider } }))
    const env = {
      HOME: home,
      OPENCODE_CONFIG: join(home, 'opencode.json'),
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      ...Object.fromEntries(['DATA', 'CONFIG', 'STATE', 'CACHE'].map((kind) => [`XDG_${kind}_HOME`, join(home, kind)])),
    }
    const program = join(folderOf('opencode'), `node_modules/opencode-${platform}-${process.arch}/bin/opencode`)
    const args = ['run', '--pure', '--auto', '--title', 't', '-m', `tooldelta/${model}`, prompt]
    return toOutcome(await runProcess(program, args, { cwd: folder, env }))
  },
}

const clineClient: Client = {
  id: 'cline',
  title: 'Cline CLI',
  installs: ['cline'],
  package: 'cline',
  kind: 'command',
  node: 20,
  isQuick: false,
  ran: '`cline -P openai-compatible --auto-approve true`',
  tools: {
    read: (path) => ({ name: 'read_files', arguments: [['files', list([object({ path: text(path) })])]] }),
    write: (path, content) => ({
      name: 'editor',
      arguments: [
        ['path', text(path)],
        ['new_text', text(content)],
      ],
    }),
    plain: { name: 'team_status', arguments: [] },
  },
  large: { characters: 6000, cause: 'Its tool `editor` refuses more than 6000; the call of 256 KB came to it whole.' },
  async run({ baseURL, model, prompt, folder, home }) {
    const cline = join(folderOf('cline'), `node_modules/@cline/cli-${platform}-${process.arch}/bin/cline`)
    const options = { cwd: folder, env: { HOME: home } }
    const common = ['-k', 'none', '-m', model, '--data-dir', join(home, 'data')]
    const auth = await runProcess(cline, ['auth', '-p', 'openai-compatible', '-b', baseURL, ...common], options)
    if (auth.code !== 0) return toOutcome(auth)
    const limits = ['--auto-approve', 'true', '--retries', '1', '-t', '100']
    return toOutcome(
      await runProcess(cline, ['-P', 'openai-compatible', ...common, ...limits, '-c', folder, prompt], options),
    )
  },
}

export const commandClients: readonly Client[] = [continueClient, ...qwenClients, opencodeClient, clineClient]

function fileTools({ read, write, path: name }: { read: string; write: string; path: string }): ClientTools {
  return {
    read: (path) => ({ name: read, arguments: [[name, text(path)]] }),
    write: (path, content) => ({
      name: write,
      arguments: [
        [name, text(path)],
        ['content', text(content)],
      ],
    }),
  }
}

function toOutcome({ code, output, errors }: ProcessResult): Outcome {
  const plain = (text: string): string => text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').trim()
  const shown = `${plain(output)}\n${plain(errors)}`
  if (code === 0) return { text: shown }
  return { text: shown, error: findError(shown) ?? (shown.trim() || `exit code ${code}`) }
}

/** The line that tells the error, among warnings and lists of calls. */
function findError(shown: string): string | undefined {
  return shown.split('\n').findLast((line) => /cut off|CUDA|\berror\b/i.test(line))
}
