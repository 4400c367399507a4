import type { Colors } from '../output/colors.ts'

const columnWidth = 18

/** Shows two columns: what the model writes, and what the client gets. */
export interface DemoScreen {
  /** A piece of raw text has left the model server. */
  showRaw(text: string): void
  /** A delta has reached the client. */
  showDelta(delta: object): void
  /** A line by itself. */
  showLine(line?: string): void
}

/** A screen of plain lines, so that it can be read in a file as well. */
export function createDemoScreen(write: (text: string) => void, colors: Colors): DemoScreen {
  // What the open line holds: nothing, or raw text that still has room for a delta beside it.
  let isLineOpen = false
  const closeLine = (): void => {
    if (isLineOpen) write('\n')
    isLineOpen = false
  }
  return {
    showRaw(text) {
      closeLine()
      write(colors.cyan(JSON.stringify(text).padEnd(columnWidth)))
      isLineOpen = true
    },
    showDelta(delta) {
      const start = isLineOpen ? '' : ' '.repeat(columnWidth)
      const paint = 'tool_calls' in delta ? colors.green : colors.dim
      write(`${start} ${paint(JSON.stringify(delta))}\n`)
      isLineOpen = false
    },
    showLine(line = '') {
      closeLine()
      write(`${line}\n`)
    },
  }
}
