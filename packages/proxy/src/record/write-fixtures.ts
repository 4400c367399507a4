import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readErrorCode, UsageError } from '../errors.ts'
import { readJson } from '../input/read-json.ts'
import type { Fixture, FixtureOfFormat } from './fixture.ts'

/**
 * Puts fixtures into the files of their formats, `FORMAT.json` in a folder. One with the same title is replaced, all others stay.
 *
 * @returns the files that were written
 * @throws UsageError when a file holds something else
 */
export async function writeFixtures(folder: string, fixtures: readonly FixtureOfFormat[]): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const format of new Set(fixtures.map((one) => one.format))) {
    const file = join(folder, `${format}.json`)
    const own = fixtures.filter((one) => one.format === format).map(({ fixture }) => fixture)
    const text = await readIfThere(file)
    await writeFile(file, printFixtures(merge(readFixtures(text, file), own), indentOf(text)))
    files.push(file)
  }
  return files
}

/** JSON as it stands in a fixture file. */
export function printFixtures(fixtures: readonly unknown[], indent = 1): string {
  return `${JSON.stringify(fixtures, undefined, indent)}\n`
}

/** Blanks before an entry: a file keeps its layout, so that its difference is the new entry alone. */
function indentOf(text: string): number | undefined {
  return /^\[\n( +)/.exec(text)?.[1]?.length
}

function readFixtures(text: string, file: string): { title?: string }[] {
  const value = text === '' ? [] : readJson(text, file)
  if (Array.isArray(value)) return value as { title?: string }[]
  throw new UsageError(`${file} is no list of fixtures. Name another folder with --out.`)
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return ''
    throw error
  }
}

function merge(present: readonly { title?: string }[], own: readonly Fixture[]): unknown[] {
  const titles = new Set(own.map(({ title }) => title))
  return [...present.filter(({ title }) => title === undefined || !titles.has(title)), ...own]
}
