import { acme, load, platform, refusal } from './fixture';

const CONNECTION =
  '  connection: arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000\n';
const SERVICES = '  services: { api: { repository: bulkhead/api, schema: true } }\n';

/** A platform whose delivery has this to say besides. */
const withDelivery = (text: string) =>
  platform(['  repository: bulkhead/platform\n', `  repository: bulkhead/platform\n${text}`]);
const withServices = (text: string) => platform([SERVICES, `  services: ${text}\n`]);
const withConnection = (arn: string) => platform([CONNECTION, `  connection: ${arn}\n`]);
const withWindow = (window: string) => acme(['cell: use1a\n', `cell: use1a\nmaintenanceWindow: ${window}\n`]);
const withTiers = (text: string) => platform(['cells:\n', `tiers:\n${text}cells:\n`]);

describe('delivery', () => {
  it('is careful where nothing is said', () => {
    expect(load().delivery).toMatchObject({
      branch: 'main',
      notify: [],
      internalTenants: [],
      canaryPercent: 5,
      cellsPerWave: 1,
      tenantsPerWave: 10,
      soakMinutes: 15,
      contractAfterDays: 7,
    });
    expect(load(withServices('{ api: { repository: bulkhead/api } }')).delivery.services['api']).toEqual({
      repository: 'bulkhead/api',
      branch: 'main',
      paths: [],
      tags: [],
      schema: false,
      smoke: [{ path: '/health', status: 200 }],
    });
  });

  it.each<[key: string, least: number, most: number]>([
    ['canaryPercent', 1, 50],
    ['cellsPerWave', 1, 5],
    ['tenantsPerWave', 1, 40],
    ['soakMinutes', 5, 480],
    ['contractAfterDays', 1, 90],
  ])('takes %s from %i to %i, and nothing beside', (key, least, most) => {
    for (const allowed of [least, most])
      expect(load(withDelivery(`  ${key}: ${allowed}\n`)).delivery).toMatchObject({ [key]: allowed });
    for (const refused of [least - 1, most + 1])
      expect(refusal(withDelivery(`  ${key}: ${refused}\n`))).toContain(
        `config/environments/prod/platform.yaml:41:${key.length + 5}  delivery.${key}\n`,
      );
  });

  it('needs a connection of the home account', () => {
    const other =
      'arn:aws:codestar-connections:us-east-1:222222222222:connection/00000000-0000-4000-8000-000000000000';
    expect(refusal(withConnection(other))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:39:15  delivery.connection
         must be a connection of the home account, 111111111111, got one of 222222222222
    `);
    expect(() => load(withConnection(other.replace('222222222222', '111111111111')))).not.toThrow();
    expect(refusal(withConnection('arn:aws:codeconnections:us-east-1:111111111111:host/github')))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:39:15  delivery.connection
         must be the ARN of a connection, such as arn:aws:codeconnections:us-east-1:111111111111:connection/ and its id, got "arn:aws:codeconnections:us-east-1:111111111111:host/github"
    `);
  });

  it('needs repositories, branches and patterns that are some', () => {
    expect(
      refusal(
        withServices(
          '{ api: { repository: api, branch: "-x", paths: ["a b", services/**], tags: [v1, v1], smoke: [{ path: health, status: 99 }] } }',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 6 problems

     config/environments/prod/platform.yaml:41:34  delivery.services.api.repository
         must be the owner and name of a repository, such as bulkhead/api, got "api"
     config/environments/prod/platform.yaml:41:47  delivery.services.api.branch
         must be the name of a branch, such as main, got "-x"
     config/environments/prod/platform.yaml:41:61  delivery.services.api.paths[0]
         must be a glob pattern, such as services/**, got "a b"
     config/environments/prod/platform.yaml:41:88  delivery.services.api.tags
         must not name the same entry twice, got [v1, v1]
     config/environments/prod/platform.yaml:41:114  delivery.services.api.smoke[0].path
         must be a path, such as /health, got "health"
     config/environments/prod/platform.yaml:41:130  delivery.services.api.smoke[0].status
         must be between 200 and 599, got 99
    `);
    expect(
      load(
        withServices(
          '{ api: { repository: a/b, branch: release/1.x, paths: ["services/api/**"], tags: ["v*"], smoke: [{ path: /v1/me, status: 401 }] } }',
        ),
      ).delivery.services['api'],
    ).toMatchObject({ branch: 'release/1.x', smoke: [{ path: '/v1/me', status: 401 }] });
  });

  it('tells people who can be told', () => {
    expect(load(withDelivery('  notify: [oncall@bulkhead.example]\n')).delivery.notify).toHaveLength(1);
    expect(refusal(withDelivery('  notify: [oncall]\n'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:41:12  delivery.notify[0]
         must be an e-mail address, got "oncall"
    `);
  });
});

describe('services', () => {
  it('are delivered if a tier runs them, each where it stands', () => {
    const runs = withTiers('  starter: { services: [api, web] }\n  enterprise: { services: [api, apis] }\n');
    expect(refusal(runs)).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:30  tiers.starter.services[1]
         must be among the services that are delivered (api), got "web", which tier starter runs
     config/environments/prod/platform.yaml:19:33  tiers.enterprise.services[1]
         must be among the services that are delivered (api), got "apis", which tier enterprise runs; did you mean "api"?
    `);
  });

  it('are delivered if tiers run them without saying so', () => {
    expect(refusal(withServices('{ web: { repository: bulkhead/web } }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 4 problems

     config/environments/prod/platform.yaml:41:13  delivery.services
         must be among the services that are delivered (web), got "api", which tier starter runs
     config/environments/prod/platform.yaml:41:13  delivery.services
         must be among the services that are delivered (web), got "api", which tier professional runs
     config/environments/prod/platform.yaml:41:13  delivery.services
         must be among the services that are delivered (web), got "api", which tier enterprise runs
     config/environments/prod/platform.yaml:41:20  delivery.services.web
         must be run by a tier: add it to tiers.<tier>.services, or remove it
    `);
  });

  it('are run by a tier if they are delivered', () => {
    const two = '{ api: { repository: bulkhead/api }, web: { repository: bulkhead/web } }';
    expect(refusal(withServices(two))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:41:55  delivery.services.web
         must be run by a tier: add it to tiers.<tier>.services, or remove it
    `);
    const files = platform(
      ['cells:\n', 'tiers:\n  professional: { services: [api, web] }\ncells:\n'],
      [SERVICES, `  services: ${two}\n`],
    );
    expect(Object.keys(load(files).delivery.services)).toEqual(['api', 'web']);
  });

  it('change the schema from one place only', () => {
    const two = (first: boolean) =>
      platform(
        ['cells:\n', 'tiers:\n  starter: { services: [api, web] }\ncells:\n'],
        [
          SERVICES,
          `  services:\n    api: { repository: bulkhead/api, schema: ${first} }\n    web: { repository: bulkhead/web, schema: true }\n`,
        ],
      );
    expect(refusal(two(true))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:45:46  delivery.services.web.schema
         must be true for one service only, got api and web; the migrations of a schema come from one place
    `);
    expect(load(two(false)).delivery.services['web']?.schema).toBe(true);
  });

  it('are not named as what belongs to another', () => {
    const named = (...names: readonly string[]) =>
      platform(
        ['cells:\n', `tiers:\n  starter: { services: [api, ${names.join(', ')}] }\ncells:\n`],
        [
          SERVICES,
          `  services:\n${['api', ...names].map((name) => `    ${name}: { repository: bulkhead/api }\n`).join('')}`,
        ],
      );
    expect(() => load(named('canary', 'api-preview2', 'infra'))).not.toThrow();
    expect(refusal(named('api-canary', 'infrastructure'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:45:17  delivery.services.api-canary
         must not be named infrastructure or onboarding, nor end in -internal, -canary, -preview, -contract: what releases it or another service is named so
     config/environments/prod/platform.yaml:46:21  delivery.services.infrastructure
         must not be named infrastructure or onboarding, nor end in -internal, -canary, -preview, -contract: what releases it or another service is named so
    `);
    for (const taken of ['api-internal', 'web-preview', 'web-contract'])
      expect(refusal(named(taken))).toContain(`delivery.services.${taken}\n    must not be named`);
  });

  it('are at least one', () => {
    expect(refusal(withServices('{}'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:41:13  delivery.services
         must hold at least one service, got an empty mapping
    `);
  });
});

describe('internal tenants', () => {
  it('are starter tenants', () => {
    expect(load(withDelivery('  internalTenants: [bulkhead-demo]\n')).delivery.internalTenants).toEqual([
      'bulkhead-demo',
    ]);
    expect(refusal(withDelivery('  internalTenants: [bulkhead-demo, acme]\n'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:41:36  delivery.internalTenants[1]
         must be a starter tenant, got "acme", which has a tenant file and so is dedicated
    `);
  });

  it('are told once, and are not the synthetic ones', () => {
    expect(refusal(withDelivery('  internalTenants: [demo, demo]\n'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:41:20  delivery.internalTenants
         must not name the same entry twice, got [demo, demo]
    `);
    expect(refusal(withDelivery('  internalTenants: [smoke-starter]\n'))).toContain(
      'platform.yaml:41:21  delivery.internalTenants[0]\n    must not be a reserved word',
    );
  });
});

describe('replicas', () => {
  it('are two where nothing is said, and no fewer in prod', () => {
    const { starter, professional, enterprise } = load().tiers;
    expect([starter, professional, enterprise].map(({ replicas }) => replicas)).toEqual([2, 2, 2]);
    expect(load(withTiers('  starter: { replicas: 3 }\n')).tiers.starter.replicas).toBe(3);
    expect(refusal(withTiers('  starter: { replicas: 1 }\n  enterprise: { replicas: 1 }\n')))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:24  tiers.starter.replicas
         must be at least 2 in prod, got 1; a single pod is gone while its node is replaced
     config/environments/prod/platform.yaml:19:27  tiers.enterprise.replicas
         must be at least 2 in prod, got 1; a single pod is gone while its node is replaced
    `);
  });
});

describe('a maintenance window', () => {
  it('is open for four hours where nothing is said, and up to midnight', () => {
    const of = (window: string) => load(withWindow(window)).tenants[0]?.maintenanceWindow;
    expect(load().tenants[0]?.maintenanceWindow).toBeUndefined();
    expect(of('{ day: sun, hourUtc: 8 }')).toEqual({ day: 'sun', hourUtc: 8, hours: 4 });
    expect(of('{ day: mon, hourUtc: 23, hours: 1 }')).toEqual({ day: 'mon', hourUtc: 23, hours: 1 });
    expect(of('{ day: mon, hourUtc: 12, hours: 12 }')).toMatchObject({ hours: 12 });
  });

  it('closes by midnight', () => {
    expect(refusal(withWindow('{ day: sun, hourUtc: 21 }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:5:20  maintenanceWindow
         must close by midnight UTC, got hourUtc 21 and hours 4; open it earlier, or for 3 hours
    `);
    expect(refusal(withWindow('{ day: sun, hourUtc: 13, hours: 12 }'))).toContain(
      'open it earlier, or for 11 hours',
    );
  });

  it('is a day, an hour and a length', () => {
    expect(refusal(withWindow('{ day: sunday, hourUtc: 24, hours: 13 }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 3 problems

     config/environments/prod/tenants/acme.yaml:5:27  maintenanceWindow.day
         must be one of mon, tue, wed, thu, fri, sat, sun, got "sunday"; did you mean "sun"?
     config/environments/prod/tenants/acme.yaml:5:44  maintenanceWindow.hourUtc
         must be between 0 and 23, got 24
     config/environments/prod/tenants/acme.yaml:5:55  maintenanceWindow.hours
         must be between 1 and 12, got 13
    `);
  });
});

describe('artifacts of pipelines, which CodePipeline keeps below the first 20 characters of a name', () => {
  const TIER = 'services: [orders-api, orders-web]';
  const both = (first: string, second: string) =>
    platform(
      [
        SERVICES,
        `  services: { ${first}: { repository: bulkhead/a }, ${second}: { repository: bulkhead/b } }\n`,
      ],
      [
        'cells:\n',
        `tiers:\n${['starter', 'professional', 'enterprise'].map((tier) => `  ${tier}: { ${TIER.replace('orders-api', first).replace('orders-web', second)} }\n`).join('')}cells:\n`,
      ],
    );

  it('are apart where names differ soon enough', () => {
    expect(Object.keys(load(both('order-api', 'web')).delivery.services)).toEqual(['order-api', 'web']);
  });

  it('are refused where two services would share them', () => {
    expect(refusal(both('orders-api', 'orders-web'))).toContain(
      "must differ from orders-api earlier: CodePipeline keeps the artifacts of both below bulkhead-prod-orders, where each could change the other's",
    );
  });

  it("are refused where a service would share the platform's own", () => {
    expect(refusal(both('infrastats', 'web'))).toContain('must differ from infrastructure earlier');
  });

  it('are refused where the name of the platform leaves no room', () => {
    expect(refusal(platform(['platform: bulkhead', 'platform: a-platform-14x']))).toContain(
      'must be at most 13 characters in prod, got "a-platform-14x"',
    );
    expect(load(platform(['platform: bulkhead', 'platform: a-platform-13'])).name).toBe('a-platform-13');
  });
});
