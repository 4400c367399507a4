import { UsageError } from '../errors.ts'
import { formatPath, type SettingPath } from './settings.ts'

/** Where a setting was written. */
export interface SettingOrigin {
  /** The file, the environment variable or `the command line`. */
  source: string
  /** Counted from 1; only in files. */
  line?: number | undefined
  column?: number | undefined
  /** The line, with secrets masked. */
  excerpt?: string | undefined
  /** Characters of the line that are meant. */
  length?: number | undefined
}

/** One mistake in the settings. */
export interface ConfigProblem extends SettingOrigin {
  path: SettingPath
  /** What is wrong, as a sentence. */
  message: string
  /** What to do, as a sentence. */
  mend: string
}

/**
 * Settings that cannot be used. The message lists every problem with its place and mend; `problems` has the same as data.
 */
export class ConfigError extends UsageError {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(renderProblems(problems))
    this.problems = problems
  }
}

/** All problems as text: place, what is wrong, the mend, and the line with a mark under it. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  if (problems.length === 1) return renderProblem(problems[0] as ConfigProblem)
  return [`The settings have ${problems.length} problems.`, ...problems.map(renderProblem)].join('\n')
}

function renderProblem(problem: ConfigProblem): string {
  const { source, line, column, path, message, mend } = problem
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`
  const setting = path.length === 0 ? '' : `${formatPath(path)}: `
  const sentence = `${place}: ${setting}${message} ${mend}`
  return line === undefined ? sentence : `${sentence}\n${renderExcerpt(problem)}`
}

function renderExcerpt({ line, column = 1, excerpt = '', length = 1 }: ConfigProblem): string {
  const number = String(line).padStart(4)
  // A masked secret may have made the line shorter.
  if (column > excerpt.length) return `${number} | ${excerpt}`
  const tail = Math.max(1, Math.min(length, excerpt.length - column + 1))
  return `${number} | ${excerpt}\n     | ${' '.repeat(column - 1)}${'^'.repeat(tail)}`
}
