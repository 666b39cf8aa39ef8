import { JwksMirror, type JwksMirrorProps } from '../../constructs/gateway/jwks-mirror';
import { testStack } from '../support/synth';
import { synthInCluster } from './surroundings';

jest.mock('../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.from('program') }));

const PROPS: JwksMirrorProps = {
  jwksUri: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc/.well-known/jwks.json',
  dependsOn: [],
};
const stack = synthInCluster((scope) => new JwksMirror(scope, 'Mirror', PROPS));
const mirror = stack.only('kubernetes_config_map_v1', 'Mirror/Mirror');

describe('the mirror of keys', () => {
  it('is there from the start, and its content is not Terraform’s', () => {
    expect(mirror).toMatchObject({
      metadata: { name: 'jwks-mirror', namespace: 'envoy-gateway-system' },
      data: { jwks: '{"keys":[]}' },
      lifecycle: { ignore_changes: ['data'] },
    });
  });

  it('is filled once before anything else goes on, and then again and again', () => {
    expect(stack.only('kubernetes_job_v1')).toMatchObject({ wait_for_completion: true });
    expect(stack.only('kubernetes_cron_job_v1')['spec']).toMatchObject({
      schedule: '*/15 * * * *',
      concurrency_policy: 'Forbid',
    });
  });

  it('is filled by who may read and change it, and no other object', () => {
    expect(stack.only('kubernetes_role_v1')['rule']).toEqual([
      {
        api_groups: [''],
        resources: ['configmaps'],
        resource_names: ['jwks-mirror'],
        verbs: ['get', 'patch'],
      },
    ]);
    expect(stack.only('kubernetes_role_binding_v1')['subject']).toEqual([
      { kind: 'ServiceAccount', name: 'jwks-mirror', namespace: 'envoy-gateway-system', api_group: '' },
    ]);
    expect(stack.only('kubernetes_service_account_v1')['automount_service_account_token']).toBe(false);
  });

  it.each([0, 60, 1.5])('refuses to copy every %s minutes', (everyMinutes) => {
    expect(() => new JwksMirror(testStack(), 'Mirror', { ...PROPS, everyMinutes })).toThrow(
      `everyMinutes must be a whole number from 1 to 59, got ${String(everyMinutes)}`,
    );
  });
});
