import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const { registry } = createMetrics()

function readRepositoryFile(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8')
}

interface Described {
  name: string
  type: string
  help: string
  labelNames: string[]
}

/** One row for each metric, in the order of the registry. */
async function renderRows(of: Registry): Promise<string[]> {
  const types = new Map((await of.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]))
  return (of.getMetricsAsArray() as unknown as Described[]).map(({ name, help, labelNames }) => {
    const labels = labelNames.map((label) => `\`${label}\``).join(', ') || '-'
    return `| \`${name}\` | ${types.get(name)} | ${labels} | ${help} |`
  })
}

/** The cells of a table's row, however it is padded. */
function normalize(row: string): string {
  return row.replaceAll(/ +/g, ' ').trim()
}

describe('docs/metrics.md', () => {
  const rows = readRepositoryFile('docs/metrics.md')
    .split('\n')
    .filter((line) => /^\| `(?:gen_ai|tooldelta|process|nodejs)_/.test(line))
    .map(normalize)

  it('has every metric with its type, labels and help', async () => {
    for (const row of await renderRows(registry)) expect(rows).toContain(row)
  })

  it('has no metric that does not exist', async () => {
    const all = await renderRows(registry)
    // Some of the process are measured by Linux alone.
    const others = rows.filter(
      (row) => !all.includes(row) && !(process.platform !== 'linux' && row.includes('`process_')),
    )
    expect(others).toEqual([])
  })
})

interface Panel {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { h: number; w: number; x: number; y: number }
  targets?: { expr: string; refId: string }[]
}

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(readRepositoryFile('deploy/grafana/tooldelta.json')) as {
    panels: Panel[]
    templating: { list: { name: string }[] }
  }
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

  it('names only metrics and labels that exist', async () => {
    const metrics = registry.getMetricsAsArray() as unknown as Described[]
    const names = new Set(metrics.map(({ name }) => name))
    const labels = new Set(['le', ...metrics.flatMap(({ labelNames }) => labelNames)])
    expect(expressions.length).toBeGreaterThan(15)
    for (const expression of expressions) {
      const found =
        expression.replaceAll(/by \([^)]*\)/g, '').match(/\b(?:gen_ai|tooldelta|process|nodejs)_\w+(?=[{[)])/g) ?? []
      expect(found, expression).not.toEqual([])
      for (const name of found) expect(names, expression).toContain(name.replace(/_(?:bucket|sum|count)$/, ''))
      const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(', '))
      const selected = [...expression.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!)
      for (const label of [...grouped, ...selected]) expect(labels, expression).toContain(label)
    }
  })

  it('shows every metric of our own', () => {
    for (const { name } of registry.getMetricsAsArray()) {
      if (/^(?:gen_ai|tooldelta)_/.test(name)) expect(expressions.join('\n')).toContain(name)
    }
  })

  it('has panels with ids of their own that do not overlap, and only variables that it defines', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = new Set<string>()
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells, title).not.toContain(`${x},${y}`)
          cells.add(`${x},${y}`)
        }
      }
    }
    const defined = new Set(['__rate_interval', ...dashboard.templating.list.map(({ name }) => name)])
    for (const [, name] of JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)) {
      if (name !== '__all') expect(defined).toContain(name)
    }
  })

  it('says in each panel what it shows', () => {
    for (const { type, title, description } of dashboard.panels) {
      if (type !== 'row') expect(description, title).toMatch(/\.$/)
    }
  })
})
