import { Construct } from 'constructs';
import { permissionsBoundaryArn } from '../../constructs/core/permissions-boundary';
import { setPlacement } from '../../constructs/core/placement';
import { TEST_PLACEMENT, testStack } from '../support/synth';

it('is the policy of the cell in its own account', () => {
  expect(permissionsBoundaryArn(testStack())).toBe(
    'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
  );
});

it("is the platform's own outside cells", () => {
  const { platform, environment, account, region } = TEST_PLACEMENT;
  const scope = new Construct(testStack(), 'Home');
  setPlacement(scope, { platform, environment, account, region });
  expect(permissionsBoundaryArn(scope)).toBe('arn:aws:iam::222222222222:policy/bulkhead-prod-boundary');
});
