import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { defaultFile, findConfigFile } from '../config/find-file.ts'
import { readErrorMessage, UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { checkFormat } from '../input/read-format.ts'
import { readText } from '../input/read-text.ts'

const help = `
Settings come from a file, then from the environment, then from flags of serve; the later ones win.
Without FILE: that of TOOLDELTA_CONFIG, or tooldelta.yaml in this folder, or the environment alone.

Examples:
  tooldelta config init --upstream http://gpu:8000 --format qwen3_coder
  tooldelta config check
  tooldelta config import litellm.yaml --out tooldelta.yaml
  tooldelta config COMMAND --help explains a command.`

/** Adds `tooldelta config`: writes, checks, shows and translates settings of `serve`. */
export function addConfigCommand(program: Command, report: ReportExitCode): void {
  const config = program
    .command('config')
    .usage('COMMAND')
    .description('writes, checks, shows and imports the settings of serve')
    .helpCommand(false)
    .addHelpText('after', help)
  addCheck(config, report)
  addShow(config, report)
  addInit(config, report)
  addImport(config, report)
  addSchema(config, report)
}

const checkHelp = `
Every mistake is printed with its line and how to mend it. Exit code 1: there are some.

Examples:
  tooldelta config check
  tooldelta config check deploy/tooldelta.yaml --no-secrets
  tooldelta config check --json | jq '.problems[].message'`

function addCheck(config: Command, report: ReportExitCode): void {
  config
    .command('check')
    .description('says whether the settings can be used, and what is wrong')
    .argument('[FILE]', 'the file of the settings; - for standard input')
    .option('--no-secrets', 'do not ask for the keys that the settings point to')
    .option('--json', 'print JSON')
    .addHelpText('after', checkHelp)
    .action(async (named: string | undefined, flags: { secrets: boolean; json?: boolean }) => {
      const { checkConfig } = await import('../config/read-config.ts')
      const { renderProblems } = await import('../config/problem.ts')
      const file = findConfigFile(named, process.env)
      const text = file === '-' ? await readText('-') : undefined
      const name = file === '-' ? 'standard input' : file
      const found = checkConfig({ file: name, text, env: process.env, checkSecrets: flags.secrets })
      const isGood = found.config !== undefined && found.problems.length === 0
      if (flags.json === true) {
        const result = { file: name ?? null, ok: isGood, problems: found.problems }
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
      } else {
        const text = isGood && found.config !== undefined ? praise(name, found.config) : renderProblems(found.problems)
        process.stdout.write(`${text}\n`)
      }
      report(isGood ? 0 : 1)
    })
}

function praise(
  file: string | undefined,
  {
    upstreams,
    models,
    keys,
    listen,
  }: { upstreams: { urls: string[] }[]; models: object[]; keys: object[]; listen: { host: string; port: number } },
): string {
  const replicas = upstreams.flatMap(({ urls }) => urls).length
  const parts = [
    count(upstreams.length, 'upstream'),
    count(replicas, 'replica'),
    count(models.length, 'model'),
    count(keys.length, 'key'),
  ]
  return `${file ?? 'The environment'} is fine: ${parts.join(', ')}, to listen on ${listen.host}:${listen.port}.`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

const showHelp = `
Prints what serve would use: file, environment and defaults together, without secrets.

Examples:
  tooldelta config show
  tooldelta config show tooldelta.yaml --json | jq .timeouts`

function addShow(config: Command, report: ReportExitCode): void {
  config
    .command('show')
    .description('prints the settings with every default, without secrets')
    .argument('[FILE]', 'the file of the settings')
    .option('--json', 'print JSON')
    .addHelpText('after', showHelp)
    .action(async (named: string | undefined, flags: { json?: boolean }) => {
      const { readConfig } = await import('../config/read-config.ts')
      const { redactConfig, showConfig } = await import('../config/show.ts')
      const settings = readConfig({
        file: findConfigFile(named, process.env),
        env: process.env,
        checkSecrets: false,
      })
      const text = flags.json === true ? `${JSON.stringify(redactConfig(settings), null, 2)}\n` : showConfig(settings)
      process.stdout.write(text)
      report(0)
    })
}

const initHelp = `
Examples:
  tooldelta config init
  tooldelta config init --upstream http://gpu:8000 --format qwen3_coder --out deploy/tooldelta.yaml
  tooldelta config init --out -`

interface OutFlags {
  out: string
  force?: true
}

function addInit(config: Command, report: ReportExitCode): void {
  addOutOptions(config.command('init').description('writes a file of settings to begin with, with comments'))
    .option('-u, --upstream <url>', 'the model server', 'http://127.0.0.1:8000')
    .option('-f, --format <id>', "the model's tool-call format", 'auto')
    .addHelpText('after', initHelp)
    .action(async ({ upstream, format, ...flags }: OutFlags & { upstream: string; format: string }) => {
      checkFormat(format)
      const { readConfig } = await import('../config/read-config.ts')
      const { renderStarter } = await import('../config/starter.ts')
      // Says what is wrong with the flags before anything is written.
      readConfig({ env: {}, overrides: { upstream: { urls: [upstream] }, model: { format } } })
      await writeOut(renderStarter({ upstream, format }), flags)
      if (flags.out !== '-') process.stdout.write(`Wrote ${flags.out}. Then: tooldelta serve --config ${flags.out}\n`)
      report(0)
    })
}

const importHelp = `
Carried over: models with their replicas and aliases, addresses, names of key variables, time-outs, repeats and cool-downs.
The format of each model is guessed from its name. What was guessed and what was left out stands in the file as comments.
Keys are never copied: the file names an environment variable for each, and says so.

Examples:
  tooldelta config import litellm.yaml
  tooldelta config import litellm.yaml --out -
  tooldelta config check --no-secrets`

function addImport(config: Command, report: ReportExitCode): void {
  addOutOptions(config.command('import').description('translates a configuration of LiteLLM'))
    .argument('<FILE>', 'the configuration of LiteLLM; - for standard input')
    .addHelpText('after', importHelp)
    .action(async (file: string, flags: OutFlags) => {
      const text = await readText(file)
      const { readLiteLlm } = await import('../config/litellm/read-litellm.ts')
      const { translateLiteLlm } = await import('../config/litellm/translate.ts')
      const { renderImport } = await import('../config/litellm/write-import.ts')
      const translation = translateLiteLlm(readLiteLlm(text, file))
      if ((translation.config.models ?? []).length === 0) {
        const reasons = translation.notes.map(({ about, text }) => `${about}: ${text}`)
        throw new UsageError(`No model of ${file} can be carried over. ${reasons.join('. ')}.`)
      }
      await writeOut(renderImport(translation, file === '-' ? 'a LiteLLM configuration' : file), flags)
      if (flags.out !== '-') {
        const { models = [], upstreams } = translation.config
        const done = `Wrote ${flags.out}: ${count(models.length, 'model')}, ${count(upstreams.length, 'upstream')}.`
        process.stdout.write(`${done} Read its comments; ${count(translation.notes.length, 'thing')} to look at.\n`)
      }
      report(0)
    })
}

function addSchema(config: Command, report: ReportExitCode): void {
  config
    .command('schema')
    .description('prints the JSON Schema of the settings, for editors')
    .addHelpText(
      'after',
      `
The first line of a file that editors of YAML check with it: # yaml-language-server: $schema=./tooldelta.schema.json

Examples:
  tooldelta config schema > tooldelta.schema.json`,
    )
    .action(async () => {
      const { settingsSchema } = await import('../config/settings.ts')
      process.stdout.write(`${JSON.stringify({ title: 'tooldelta.yaml', ...settingsSchema }, null, 2)}\n`)
      report(0)
    })
}

function addOutOptions(command: Command): Command {
  return command
    .option('-o, --out <file>', 'where to write; - for standard output', defaultFile)
    .option('--force', 'replace a file that is there')
}

async function writeOut(text: string, { out, force }: OutFlags): Promise<void> {
  if (out === '-') {
    process.stdout.write(text)
    return
  }
  if (force !== true && existsSync(out)) {
    throw new UsageError(`${out} is there already. Name another file with --out, or replace it with --force.`)
  }
  try {
    await writeFile(out, text)
  } catch (error) {
    throw new UsageError(`${out} cannot be written: ${readErrorMessage(error)}.`)
  }
}
