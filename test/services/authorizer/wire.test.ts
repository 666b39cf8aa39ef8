import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { answerOf, bodyOf } from '../../../services/authorizer/answer';
import { REFUSALS } from '../../../services/authorizer/decide';
import { AUTHORIZATION, decodeAnswer } from '../../../services/authorizer/wire';

const folder = join(__dirname, '../../../services/authorizer');

const { descriptor } = jest.requireActual<{ descriptor: (text: string) => string }>('../../../bin/proto');

describe('the protocol of checks', () => {
  it.each(['ext-authz', 'health'])(
    '%s.json is what %s.proto says; after a change run `npm run proto`',
    (name) => {
      const text = readFileSync(join(folder, `${name}.proto`), 'utf8');
      expect(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))).toEqual(
        JSON.parse(descriptor(text)),
      );
    },
  );

  /** A field of the wire format whose value has a length. */
  const field = (number: number, ...parts: readonly (string | Buffer)[]): Buffer => {
    const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const length = value.length < 128 ? [value.length] : [(value.length & 127) | 128, value.length >> 7];
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), value]);
  };

  it('has the numbers of Envoy, and skips what it does not read', () => {
    const http = [
      field(1, 'id of the request'),
      field(2, 'GET'),
      field(3, field(1, 'x-a'), field(2, 'b')),
      field(4, '/path?query'),
      field(5, 'host'),
      field(6, 'https'),
      // size: -1
      Buffer.from('48ffffffffffffffffff01', 'hex'),
      field(10, 'HTTP/2'),
    ];
    const attributes = [
      field(1, field(2, 'source')),
      field(4, field(1, Buffer.from('0801', 'hex')), field(2, ...http)),
      field(10, field(1, 'fleet'), field(2, 'shared')),
      field(10, field(1, 'cell'), field(2, 'use1a')),
      field(11, field(1, 'metadata')),
    ];
    expect(AUTHORIZATION.check.requestDeserialize(field(1, ...attributes))).toMatchObject({
      attributes: {
        request: { http: { method: 'GET', headers: { 'x-a': 'b' }, path: '/path?query', host: 'host' } },
        context_extensions: { fleet: 'shared', cell: 'use1a' },
      },
    });
  });

  it('gives Envoy a limit that it takes for an override: a number and the name of a unit', () => {
    const answer = answerOf({ allowed: true, tenant: 'acme', tier: 'starter', limit: 10, shedLevel: 1 });
    expect(decodeAnswer(answer)).toEqual({
      status: { code: 0 },
      ok_response: {},
      dynamic_metadata: {
        fields: {
          rate_limit: {
            struct_value: {
              fields: { requests_per_unit: { number_value: 10 }, unit: { string_value: 'SECOND' } },
            },
          },
          tenant: { string_value: 'acme' },
          tier: { string_value: 'starter' },
          shed_level: { number_value: 1 },
        },
      },
    });
  });

  it('keeps a limit and a level of zero, which are not the same as none', () => {
    const answer = answerOf({ allowed: true, tenant: 'acme', tier: 'starter', limit: 0, shedLevel: 0 });
    expect(decodeAnswer(answer)).toMatchObject({
      dynamic_metadata: {
        fields: {
          rate_limit: { struct_value: { fields: { requests_per_unit: { number_value: 0 } } } },
          shed_level: { number_value: 0 },
        },
      },
    });
  });

  it.each(Object.entries(REFUSALS))(
    'answers %s as HTTP, with a body that a program can read',
    (refusal, [status]) => {
      const name = refusal as keyof typeof REFUSALS;
      const answer = decodeAnswer(answerOf({ allowed: false, refusal: name }));
      const headers: Record<number, object[]> = {
        401: [{ header: { key: 'www-authenticate', value: 'Bearer error="invalid_token"' } }],
        503: [{ header: { key: 'retry-after', value: '1' } }],
      };
      expect(answer).toEqual({
        status: { code: { 401: 16, 403: 7, 503: 14 }[status], message: refusal },
        denied_response: {
          status: { code: status },
          headers: [
            { header: { key: 'content-type', value: 'application/json' } },
            { header: { key: 'cache-control', value: 'no-store' } },
            ...(headers[status] ?? []),
          ],
          body: bodyOf(name),
        },
        dynamic_metadata: { fields: { reason: { string_value: name } } },
      });
      expect(JSON.parse(bodyOf(name))).toEqual({ error: { code: refusal, message: REFUSALS[name][1] } });
    },
  );

  it('can be read by a client that was built from the .proto', () => {
    const root = protobuf.parse(readFileSync(join(folder, 'ext-authz.proto'), 'utf8'), {
      keepCase: true,
    }).root;
    const response = root.lookupType('envoy.service.auth.v3.CheckResponse');
    const answer = answerOf({ allowed: false, refusal: 'token_revoked' });
    expect(response.toObject(response.decode(answer))).toMatchObject({ status: { code: 16 } });
  });
});
