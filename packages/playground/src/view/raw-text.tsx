import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Fate, Segment, Step } from '../trace/trace.ts'
import { findRows, rowAt } from './rows.ts'

const rowHeight = 22
/** Rows above and below the visible ones that are drawn too, so that scrolling shows no gap. */
const spare = 12

export interface Range {
  from: number
  to: number
}

interface RawTextProps {
  text: string
  step: Step | undefined
  segments: readonly Segment[]
  label: string
  marks: readonly number[]
  /** Told which characters are in view, whenever that changes. */
  onRange(range: Range): void
  /** A character was chosen; with `toggleMark` to set or remove a cut before it. */
  onPick(offset: number, toggleMark: boolean): void
}

const words: Record<Fate, string> = {
  content: 'content',
  reasoning: 'reasoning',
  arguments: 'argument',
  markup: 'markup',
  dropped: 'dropped',
  held: 'held back',
  future: 'still to come',
}

/** What the colours mean. */
export function Legend() {
  return (
    <ul class="legend" aria-label="What became of a character">
      {Object.entries(words).map(([fate, word]) => (
        <li key={fate}>
          <span class={`fate ${fate}`}>{word}</span>
        </li>
      ))}
    </ul>
  )
}

/** The raw text, each character coloured by what became of it. Only the rows in view are in the page. */
export function RawText({ text, step, segments, label, marks, onRange, onPick }: RawTextProps) {
  const box = useRef<HTMLDivElement>(null)
  const [columns, setColumns] = useState(80)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(400)
  const rows = useRows(text, columns)
  const first = Math.max(0, Math.floor(top / rowHeight) - spare)
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + spare)
  const from = rows[first] ?? 0
  const to = rows[last] ?? text.length

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = (): void => {
      const { width } = element.querySelector('.ruler')?.getBoundingClientRect() ?? { width: 80 }
      setColumns(Math.max(16, Math.floor((element.clientWidth - 24) / (width / 10))))
      setHeight(element.clientHeight)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => onRange({ from, to }), [from, to, text])

  // The chunk of the step stays in view while one scrubs.
  const place = step === undefined ? 0 : rowAt(rows, Math.max(0, step.to - 1)) * rowHeight
  useEffect(() => {
    const element = box.current
    if (element === null || step === undefined) return
    if (place < element.scrollTop || place > element.scrollTop + element.clientHeight - 2 * rowHeight) {
      element.scrollTop = Math.max(0, place - element.clientHeight / 2)
    }
  }, [step?.index, place])

  return (
    <div
      class="raw"
      ref={box}
      role="region"
      aria-label={label}
      // A region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onClick={(event) => {
        const offset = offsetAt(event)
        if (offset !== undefined) onPick(offset, event.shiftKey || event.altKey)
      }}
    >
      <span class="ruler" aria-hidden="true">
        {'0123456789'}
      </span>
      <div class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
        <div class="window" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: last - first }, (_, index) => {
            const start = rows[first + index] as number
            const end = rows[first + index + 1] ?? text.length
            return (
              <div class="row" key={first + index}>
                {cutRow(segments, start, end, step, marks).map((piece) => (
                  <span
                    key={piece.start}
                    class={`fate ${piece.fate}${piece.isNow ? ' now' : ''}${piece.isMarked ? ' marked' : ''}`}
                    data-start={piece.start}
                  >
                    {showControls(text.slice(piece.start, piece.end))}
                  </span>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function useRows(text: string, columns: number): Uint32Array {
  const [rows, setRows] = useState(() => findRows(text, columns))
  const known = useRef({ text, columns })
  if (known.current.text === text && known.current.columns === columns) return rows
  const made = findRows(text, columns)
  known.current = { text, columns }
  setRows(made)
  return made
}

interface Piece extends Segment {
  isNow: boolean
  isMarked: boolean
}

/** The segments of one row, cut where the chunk of the step begins and ends and where marks are. */
function cutRow(
  segments: readonly Segment[],
  start: number,
  end: number,
  step: Step | undefined,
  marks: readonly number[],
): Piece[] {
  const pieces: Piece[] = []
  const places = [step?.from ?? -1, step?.to ?? -1, ...marks]
  let covered = start
  for (const segment of segments) {
    if (segment.end <= start) continue
    if (segment.start >= end) break
    const [from, to] = [Math.max(segment.start, start), Math.min(segment.end, end)]
    const inner = places.filter((at) => at > from && at < to).toSorted((a, b) => a - b)
    for (const [index, at] of [from, ...inner].entries()) {
      pieces.push(toPiece(at, inner[index] ?? to, segment.fate, step, marks))
    }
    covered = to
  }
  // Segments of a range that is just being asked for are not there yet.
  if (covered < end) pieces.push(toPiece(covered, end, 'future', step, marks))
  return pieces
}

function toPiece(start: number, end: number, fate: Fate, step: Step | undefined, marks: readonly number[]): Piece {
  const isNow = step !== undefined && start >= step.from && end <= step.to
  return { start, end, fate, isNow, isMarked: marks.includes(start) }
}

/** Signs for characters that have none; each is one character, so that offsets stay true. */
function showControls(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, (letter) =>
    letter === '\n' ? '\u21b5' : letter === '\t' ? '\u21e5' : String.fromCharCode(0x2400 + letter.charCodeAt(0)),
  )
}

function offsetAt(event: MouseEvent): number | undefined {
  const target = event.target
  if (!(target instanceof HTMLElement)) return undefined
  const start = target.dataset['start']
  if (start === undefined) return undefined
  const { width, left } = target.getBoundingClientRect()
  const length = target.textContent?.length ?? 1
  const within = Math.floor(((event.clientX - left) / width) * length)
  return Number(start) + Math.min(Math.max(within, 0), length - 1)
}
