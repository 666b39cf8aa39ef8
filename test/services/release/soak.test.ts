import { ApiServer } from './api-server';
import { Scene } from './scene';

const server = new ApiServer();
let scene: Scene;
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  scene = new Scene(server);
  scene.alarms.set('burn-starter', 'OK').set('burn-professional', 'OK');
});

const soak = () =>
  scene.run(
    scene.environment({
      STEP: 'soak',
      RING: 'starter',
      ALARMS: '["burn-starter","burn-professional"]',
      SOAK_MINUTES: '15',
    }),
  );

describe('a soak', () => {
  test('watches for as long as it was told', async () => {
    const begun = scene.now;
    const ended = await soak();
    expect(ended.summary).toMatchObject({ step: 'soak', ok: true, ring: 'starter', minutes: 15 });
    expect(scene.now - begun).toBe(15 * 60_000);
    expect(scene.requests).toHaveLength(31);
    expect(JSON.parse(scene.requests[0]?.body ?? '')).toEqual({
      AlarmNames: ['burn-starter', 'burn-professional'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: 100,
    });
  });

  test('ends as soon as one is raised, and says which and why', async () => {
    const raised = scene.now + 5 * 60_000;
    scene.onTick = (now) => now >= raised && scene.alarms.set('burn-professional', 'ALARM');
    const ended = await soak();
    expect(ended.ok).toBe(false);
    expect(scene.now).toBe(raised);
    expect(ended.text).toContain('what happened: alarm burn-professional: budget burns 15 times too fast');
    expect(ended.text).toContain('the pipeline goes back to the release before');
  });

  test('goes on without data, which quiet tenants leave, and says so', async () => {
    scene.alarms.set('burn-starter', 'INSUFFICIENT_DATA');
    const ended = await soak();
    expect(ended.ok).toBe(true);
    expect(ended.lines.filter((line) => line === 'no data: burn-starter')).toHaveLength(1);
  });

  test('fails where nobody watches', async () => {
    scene.alarms.delete('burn-starter');
    const ended = await soak();
    expect(ended.text).toContain('nobody watches this release: there is no alarm burn-starter');
  });

  test('waits for CloudWatch, and fails where it may not ask', async () => {
    scene.fault = (_, number) => (number < 4 ? { status: 500 } : undefined);
    expect((await soak()).ok).toBe(true);
    scene.fault = () => ({ status: 403, body: { __type: 'com.amazon#AccessDeniedException' } });
    expect((await soak()).text).toContain('DescribeAlarms was refused: AccessDeniedException');
  });
});
