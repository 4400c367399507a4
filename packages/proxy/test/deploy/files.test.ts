import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { checkConfig, readConfig } from '../../src/config/read-config.ts'
import { createGateway } from '../../src/gateway/index.ts'

const folder = new URL('../../../../deploy/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

/** The documents of a file, as they are read: of no type. */
function readYaml(name: string) {
  return parseAllDocuments(read(name)).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
}

const keys = { TOOLDELTA_CLIENT_KEYS: 'one-key-of-a-client,another-key' }
const [deployment, budget] = readYaml('kubernetes/deployment.yaml')
const [container] = deployment!['spec'].template.spec.containers
const compose = readYaml('compose.yaml')[0]!
const unit = parseUnit(read('systemd/tooldelta.service'))
const dockerfile = read('Dockerfile')

function parseUnit(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]))
}

describe.each(['tooldelta.yaml', 'kubernetes/tooldelta.yaml'])('deploy/%s', (name) => {
  it('is fit for serve, with keys and without', () => {
    const file = new URL(name, folder).pathname
    const config = readConfig({ file, env: keys })
    expect(config.listen).toMatchObject({ host: '0.0.0.0', port: 4000 })
    expect(checkConfig({ file, env: {}, checkSecrets: false }).problems).toEqual([])
    // It serves other machines, so it must ask for keys.
    expect(checkConfig({ file, env: {} }).problems).not.toEqual([])
  })
})

describe('paths and ports', () => {
  it('of probes, scrapes and health checks are those of the gateway', async () => {
    const config = readConfig({ text: read('kubernetes/tooldelta.yaml'), env: keys })
    const { app } = await createGateway(config, { env: keys, logStream: { write() {} } })
    const asked = [
      container.startupProbe.httpGet.path,
      container.livenessProbe.httpGet.path,
      container.readinessProbe.httpGet.path,
      readYaml('kubernetes/pod-monitor.yaml')[0]!['spec'].podMetricsEndpoints[0].path,
      readYaml('prometheus/prometheus.yml')[0]!['scrape_configs'][0].metrics_path,
      /fetch\('http:\/\/127\.0\.0\.1:4000([^']+)'\)/.exec(dockerfile)![1],
    ] as string[]
    expect(new Set(asked)).toEqual(new Set(['/health/live', '/health/ready', '/metrics']))
    for (const url of asked) expect((await app.inject(url)).statusCode).not.toBe(404)
    await app.close()
  })

  it('agree everywhere', () => {
    const { listen } = readConfig({ text: read('tooldelta.yaml'), env: keys })
    const [service] = readYaml('kubernetes/service.yaml')
    const [monitor] = readYaml('kubernetes/pod-monitor.yaml')
    expect(container.ports).toEqual([{ name: 'http', containerPort: listen.port }])
    expect(service!['spec'].ports[0]).toMatchObject({ port: listen.port, targetPort: 'http' })
    expect(monitor!['spec'].podMetricsEndpoints[0].port).toBe('http')
    expect(dockerfile).toContain(`EXPOSE ${listen.port}\n`)
    expect(compose['services'].tooldelta.ports).toEqual([`127.0.0.1:${listen.port}:${listen.port}`])
    expect(readYaml('prometheus/prometheus.yml')[0]!['scrape_configs'][0].static_configs[0].targets).toContain(
      `tooldelta-1:${listen.port}`,
    )
  })

  it('of labels: every selector finds the pods', () => {
    const labels = deployment!['spec'].template.metadata.labels
    const [service] = readYaml('kubernetes/service.yaml')
    const [monitor] = readYaml('kubernetes/pod-monitor.yaml')
    const [scaler] = readYaml('kubernetes/horizontal-pod-autoscaler.yaml')
    for (const selector of [
      deployment!['spec'].selector.matchLabels,
      budget!['spec'].selector.matchLabels,
      service!['spec'].selector,
      monitor!['spec'].selector.matchLabels,
    ]) {
      expect(labels).toMatchObject(selector)
    }
    expect(scaler!['spec'].scaleTargetRef.name).toBe(deployment!['metadata'].name)
  })

  it('of files: each one that is named is there', () => {
    const [kustomization] = readYaml('kubernetes/kustomization.yaml')
    const named = [...kustomization!['resources'], ...kustomization!['configMapGenerator'][0].files] as string[]
    for (const file of named) expect(read(`kubernetes/${file}`)).not.toBe('')
    expect(kustomization!['configMapGenerator'][0].name).toBe(
      deployment!['spec'].template.spec.volumes[0].configMap.name,
    )
    expect(container.args).toEqual(['serve', '--config', `${container.volumeMounts[0].mountPath}/tooldelta.yaml`])
    expect(compose['services'].tooldelta.build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile' })
    expect(compose['services'].tooldelta.volumes).toEqual(['./tooldelta.yaml:/etc/tooldelta/tooldelta.yaml:ro'])
    expect(dockerfile).toContain('CMD ["serve", "--config", "/etc/tooldelta/tooldelta.yaml"]')
  })
})

describe('a graceful stop', () => {
  it('has more time than answers have to end', () => {
    const drain = readConfig({ text: read('tooldelta.yaml'), env: keys }).timeouts.drain / 1000
    expect(Number(unit['TimeoutStopSec'])).toBeGreaterThan(drain)
    expect(Number.parseInt(compose['services'].tooldelta.stop_grace_period)).toBeGreaterThan(drain)
    const inCluster = readConfig({ text: read('kubernetes/tooldelta.yaml'), env: keys }).timeouts.drain / 1000
    const preStop = Number(container.lifecycle.preStop.exec.command[1])
    expect(deployment!['spec'].template.spec.terminationGracePeriodSeconds).toBeGreaterThan(inCluster + preStop)
  })

  it('begins with the signal that the command handles, sent to it alone first', () => {
    expect(unit).toMatchObject({ KillSignal: 'SIGTERM', KillMode: 'mixed' })
    expect(dockerfile).toContain('STOPSIGNAL SIGTERM')
    // A shell in between would keep the signal to itself.
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", /m)
  })
})

describe('rights', () => {
  it('are few: no root, no writing, no privileges', () => {
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(deployment!['spec'].template.spec.securityContext.runAsNonRoot).toBe(true)
    expect(compose['services'].tooldelta).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    expect(unit).toMatchObject({
      DynamicUser: 'yes',
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
      CapabilityBoundingSet: '',
    })
  })

  it('of keys: they come from secrets, never from files here', () => {
    const secret = container.env.find(({ name }: { name: string }) => name === 'TOOLDELTA_CLIENT_KEYS')
    expect(secret.valueFrom.secretKeyRef).toEqual({ name: 'tooldelta-keys', key: 'client-keys' })
    expect(unit['EnvironmentFile']).toBe('/etc/tooldelta/tooldelta.env')
    expect(read('systemd/tooldelta.env.example')).toMatch(/^TOOLDELTA_CLIENT_KEYS=$/m)
    expect(compose['services'].vllm).not.toHaveProperty('ports')
  })
})

it('vLLM is started without a tool parser', () => {
  expect(compose['services'].vllm.command.join(' ')).not.toMatch(/auto-tool-choice|tool-call-parser|reasoning-parser/)
})

it('the build of the image has everything that it names', () => {
  const ignored = readFileSync(new URL('../../../../.dockerignore', import.meta.url), 'utf8').split('\n')
  for (const file of [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'tsup.config.base.ts',
    'LICENSE',
    'packages',
  ])
    expect(ignored).toContain(`!${file}`)
  const { packageManager } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))
  expect(dockerfile).toContain(`npm install --global ${packageManager}`)
})
