import { problemsOfImage, type Surroundings } from '../../../services/image-check/image-check';
import { settingsIn } from '../../../services/image-check/settings';
import { readWaivers } from '../../../services/image-check/waivers';

const PROFILE = 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/bulkhead_prod_images';
const IMAGE = `sha256:${'a'.repeat(64)}`;
const VARIABLES = {
  REPOSITORY: 'bulkhead/prod/api',
  IMAGE,
  SIGNING_PROFILE: PROFILE,
  COPY_REGIONS: '["eu-west-1"]',
};
const SETTINGS = settingsIn(VARIABLES);
const START = Date.parse('2026-11-26T08:00:00Z');

type Answers = Readonly<Record<string, object | (() => object)>>;

const CLEAN: Answers = {
  'describe-image-scan-findings': {
    imageScanStatus: { status: 'COMPLETE' },
    imageScanFindings: { findings: [] },
  },
  'describe-image-signing-status': {
    signingStatuses: [{ signingProfileArn: PROFILE, status: 'COMPLETE' }],
  },
  'describe-image-replication-status': {
    replicationStatuses: [{ region: 'eu-west-1', registryId: '111111111111', status: 'COMPLETE' }],
  },
};
const scan = (findings: readonly object[], counts: object = {}): Answers => ({
  'describe-image-scan-findings': {
    imageScanStatus: { status: 'COMPLETE' },
    imageScanFindings: { findings, findingSeverityCounts: counts },
  },
});
const CRITICAL = { name: 'CVE-2026-0001', severity: 'CRITICAL', uri: 'https://example.com/1' };

/** A registry that answers so, on a clock that only sleeping moves. */
class World {
  public time = START;
  public readonly commands: (readonly string[])[] = [];
  public readonly lines: string[] = [];

  public constructor(
    private readonly answers: Answers = {},
    private readonly waivers?: object,
  ) {}

  public check(settings = SETTINGS): Promise<readonly string[]> {
    return problemsOfImage(settings, this.surroundings());
  }

  private surroundings(): Surroundings {
    return {
      aws: (...command) => {
        this.commands.push(command);
        const answer = { ...CLEAN, ...this.answers }[command[1] ?? ''];
        return Promise.resolve().then(() =>
          typeof answer === 'function' ? (answer as () => object)() : answer,
        );
      },
      read: (file) =>
        file === 'waivers.json' && this.waivers !== undefined ? JSON.stringify(this.waivers) : undefined,
      now: () => new Date(this.time),
      sleep: (ms) => {
        this.time += ms;
        return Promise.resolve();
      },
      log: (line) => this.lines.push(line),
    };
  }
}

/** Each answer in turn, then the last one again. */
const inTurn = (...answers: (object | Error)[]): (() => object) => {
  let asked = 0;
  return () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer');
    return answer;
  };
};

it('lets an image pass that is clean, signed and everywhere', async () => {
  const world = new World();
  expect(await world.check()).toEqual([]);
  expect(world.commands.map((command) => command.join(' ')).sort()).toEqual(
    ['replication-status', 'scan-findings', 'signing-status'].map(
      (what) =>
        `ecr describe-image-${what} --repository-name bulkhead/prod/api --image-id imageDigest=${IMAGE}`,
    ),
  );
  expect(world.lines).toEqual([`${IMAGE} may be released`]);
});

describe('findings', () => {
  it.each(['CRITICAL', 'HIGH'])(
    'that are %s stop it, each with its name and where to read of it',
    async (severity) => {
      const world = new World(
        scan([
          { ...CRITICAL, severity },
          { name: 'CVE-2026-0002', severity: 'MEDIUM' },
        ]),
      );
      expect(await world.check()).toEqual([`CVE-2026-0001, ${severity}: https://example.com/1`]);
    },
  );

  it.each(['MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'])('that are %s do not', async (severity) => {
    expect(await new World(scan([{ ...CRITICAL, severity }])).check()).toEqual([]);
  });

  it('that are accepted until today or later do not stop it, and are told', async () => {
    const world = new World(scan([CRITICAL]), [
      { finding: 'CVE-2026-0001', reason: 'The library is only used in tests', until: '2026-11-26' },
    ]);
    expect(await world.check()).toEqual([]);
    expect(world.lines).toContain('CVE-2026-0001, CRITICAL, is accepted until 2026-11-26');
  });

  it('count again when that has ended', async () => {
    const world = new World(scan([CRITICAL]), [
      { finding: 'CVE-2026-0001', reason: 'The library is only used in tests', until: '2026-11-25' },
    ]);
    expect(await world.check()).toHaveLength(1);
  });

  it('that are counted and not listed stop it', async () => {
    expect(await new World(scan([], { HIGH: 2 })).check()).toEqual([
      'the scan counts 2 grave findings and lists 0: read them in the console',
    ]);
  });

  it('are waited for, also before the scan is known', async () => {
    const world = new World({
      'describe-image-scan-findings': inTurn(
        new Error('An error occurred (ScanNotFoundException)'),
        { imageScanStatus: { status: 'IN_PROGRESS' } },
        { imageScanStatus: { status: 'COMPLETE' }, imageScanFindings: { findings: [CRITICAL] } },
      ),
    });
    expect(await world.check()).toHaveLength(1);
    expect(world.time).toBe(START + 20_000);
  });

  it.each([
    [
      { imageScanStatus: { status: 'FAILED', description: 'no manifest' } },
      'it was not scanned: FAILED, no manifest',
    ],
    [{ imageScanStatus: { status: 'UNSUPPORTED_IMAGE' } }, 'it was not scanned: UNSUPPORTED_IMAGE'],
    [{ imageScanStatus: { status: 'IN_PROGRESS' } }, 'it was not scanned: IN_PROGRESS'],
  ])('that nobody has looked for stop it: %j', async (answer, problem) => {
    expect(await new World({ 'describe-image-scan-findings': answer }).check()).toEqual([problem]);
  });

  it('end the check when they cannot be asked for', async () => {
    const world = new World({
      'describe-image-scan-findings': inTurn(new Error('An error occurred (AccessDeniedException)')),
    });
    await expect(world.check()).rejects.toThrow('AccessDeniedException');
  });
});

describe('the signature', () => {
  it('is waited for', async () => {
    const world = new World({
      'describe-image-signing-status': inTurn(
        { signingStatuses: [] },
        { signingStatuses: [{ signingProfileArn: PROFILE, status: 'IN_PROGRESS' }] },
        { signingStatuses: [{ signingProfileArn: PROFILE, status: 'COMPLETE' }] },
      ),
    });
    expect(await world.check()).toEqual([]);
    expect(world.time).toBe(START + 20_000);
  });

  it.each([
    [[], ''],
    [[{ signingProfileArn: PROFILE, status: 'FAILED', failureReason: 'no access' }], ': no access'],
    [[{ signingProfileArn: `${PROFILE}2`, status: 'COMPLETE' }], ''],
  ])("must be the platform's own: %j", async (signingStatuses, reason) => {
    const world = new World({ 'describe-image-signing-status': { signingStatuses } });
    expect(await world.check()).toEqual([`it is not signed by ${PROFILE}${reason}`]);
  });
});

describe('copies', () => {
  it('must be in every region that pulls', async () => {
    const world = new World({
      'describe-image-replication-status': {
        replicationStatuses: [{ region: 'eu-west-1', status: 'FAILED' }],
      },
    });
    expect(await world.check()).toEqual(['it is not in eu-west-1: FAILED']);
  });

  it('that were never begun are told after a while', async () => {
    expect(await new World({ 'describe-image-replication-status': {} }).check()).toEqual([
      'it is not in eu-west-1: no copy was made',
    ]);
  });

  it('are not asked for where there is one region', async () => {
    const world = new World();
    expect(await world.check({ ...SETTINGS, copyRegions: [] })).toEqual([]);
    expect(world.commands.map(([, what]) => what)).not.toContain('describe-image-replication-status');
  });
});

it('tells everything at once', async () => {
  const world = new World({
    ...scan([CRITICAL]),
    'describe-image-signing-status': {},
    'describe-image-replication-status': {},
  });
  expect(await world.check()).toHaveLength(3);
});

describe('waivers', () => {
  const now = new Date(START);
  const waiver = {
    finding: 'CVE-2026-0001',
    reason: 'The library is only used in tests',
    until: '2026-12-31',
  };

  it('are none where there is no file', () => {
    expect(readWaivers(undefined, now)).toEqual([]);
  });

  it('last 90 days at most', () => {
    expect(readWaivers(JSON.stringify([{ ...waiver, until: '2027-02-24' }]), now)).toHaveLength(1);
    expect(() => readWaivers(JSON.stringify([{ ...waiver, until: '2027-02-25' }]), now)).toThrow(
      'CVE-2026-0001: until must be at most 90 days from now, 2027-02-24, got 2027-02-25',
    );
  });

  it('say why, and what is wrong with them is told at once', () => {
    expect(() =>
      readWaivers(JSON.stringify([{ ...waiver, reason: 'ok', until: 'soon' }, { finding: '*' }]), now),
    ).toThrow(/0\.reason.*\n.*0\.until.*\n.*1\.finding/);
  });

  it('are JSON', () => {
    expect(() => readWaivers('no', now)).toThrow(/^invalid waivers: /);
  });
});

it('does not begin with wrong settings, and tells all that is wrong', () => {
  expect(() =>
    settingsIn({ ...VARIABLES, IMAGE: 'latest', COPY_REGIONS: 'eu-west-1', SIGNING_PROFILE: '' }),
  ).toThrow(/IMAGE[\s\S]*SIGNING_PROFILE|SIGNING_PROFILE[\s\S]*IMAGE/);
});
