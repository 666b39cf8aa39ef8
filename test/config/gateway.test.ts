import { load, platform, refusal } from './fixture';

/** A platform whose cell has this to say of gateways. */
const withGateway = (gateway: string) => platform(['cluster:', `gateway: ${gateway}\n    cluster:`]);

describe('gateways', () => {
  it('have a proxy and an authorizer in each zone where nothing is said', () => {
    const [cell] = load(platform()).cells;
    expect(cell?.gateway).toMatchObject({
      shared: { minProxies: 3, maxProxies: 12 },
      enterprise: { minProxies: 3, maxProxies: 12 },
      authorizers: 3,
      denyListStalenessSeconds: 60,
    });
  });

  it('may be as small as that in prod and no smaller, and never have fewer at most than at least', () => {
    expect(() =>
      load(withGateway('{ shared: { minProxies: 3, maxProxies: 3 }, authorizers: 3 }')),
    ).not.toThrow();
    expect(
      refusal(
        withGateway(
          '{ shared: { minProxies: 2 }, enterprise: { minProxies: 5, maxProxies: 4 }, authorizers: 2 }',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 3 problems

     config/environments/prod/platform.yaml:25:38  cells.use1a.gateway.shared.minProxies
         must be at least 3 in prod, one a zone, got 2; the loss of a zone must leave two thirds
     config/environments/prod/platform.yaml:25:84  cells.use1a.gateway.enterprise.maxProxies
         must be at least minProxies, 5, got 4
     config/environments/prod/platform.yaml:25:102  cells.use1a.gateway.authorizers
         must be at least 3 in prod, one a zone, got 2; without them every call is refused
    `);
  });

  it('are told where the number is that is wrong', () => {
    expect(refusal(withGateway('{ shared: { minProxies: 13 } }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:25:38  cells.use1a.gateway.shared.minProxies
         must be at most maxProxies, 12, got 13
    `);
    expect(refusal(withGateway('{ enterprise: { maxProxies: 2 } }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:25:42  cells.use1a.gateway.enterprise.maxProxies
         must be at least minProxies, 3, got 2
    `);
  });
});
