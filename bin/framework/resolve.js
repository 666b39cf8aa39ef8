// Stands in the bundle in place of cdktf/lib/tokens/private/resolve.js, with the same results and errors.
//
// The framework makes a path, a context with closures and four tokenized strings for every value it walks over, though
// hardly any value holds a token. Here a value without a token costs a look at it.
'use strict';

// Before what is required below, which requires this.
Object.assign(exports, { resolve, findTokens });

const { DefaultTokenResolver, StringConcat } = require('../resolvable');
const { TokenString, containsMapToken, extractTokenDouble } = require('./encoding');
const { TokenMap } = require('./token-map');
const token = require('../token');
const errors = require('../../errors');

/** Every token in a string, a list or the keys of a map has this in it. */
const MARK = 'TfToken[';

/**
 * A number that stands for a token is beyond 1e200. Written into a text it has an exponent of three digits, or else very
 * many digits. Whether it is a token, the framework's own expression tells.
 */
const MAY_HOLD_NUMBER = /e\+?\d{3}|\d{100}/;
const LEAST_NUMBER = 1e200;

/** Nesting that is taken for a circle. */
const DEEPEST = 200;

/**
 * @param {unknown} value
 * @param {{ scope: object, preparing: boolean, resolver: object, prefix?: string[], previousContext?: object }} options
 */
function resolve(value, { scope, preparing, resolver, prefix = [], previousContext }) {
  const path = prefix.reduce((parent, key) => ({ parent, key, depth: parent.depth + 1 }), ROOT);
  return visit(value, { scope, preparing, resolver }, previousContext, path);
}

const ROOT = { parent: undefined, key: '', depth: 0 };

/** Says where a value is. */
function nameOf(path) {
  const keys = [];
  for (let at = path; at.parent; at = at.parent) keys.unshift(at.key);
  return `/${keys.join('/')}`;
}

/** What a token is told of its surroundings. It may change them for what is resolved inside of it. */
function contextOf({ scope, preparing, resolver }, previous, path) {
  let postProcessor;
  const context = {
    preparing,
    scope,
    suppressBraces: previous?.suppressBraces,
    ignoreEscapes: previous?.ignoreEscapes,
    warnEscapes: previous?.warnEscapes,
    iteratorContext: previous?.iteratorContext,
    registerPostProcessor(processor) {
      postProcessor = processor;
    },
    resolve: (value) => visit(value, { scope, preparing, resolver }, context, path),
  };
  const postProcess = (value) => (postProcessor ? postProcessor.postProcess(value, context) : value);
  return [context, { postProcess }];
}

function visit(value, options, previous, path) {
  if (path.depth > DEEPEST) throw errors.unableToResolveCircularReference(nameOf(path));
  switch (typeof value) {
    case 'string':
      return visitString(value, options, previous, path);
    case 'number':
      return visitNumber(value, options, previous, path);
    case 'function':
      throw errors.cannotResolveFunction(nameOf(path), value);
    case 'object':
      // eslint-disable-next-line no-instanceof/no-instanceof
      if (value === null || value instanceof Date) return value;
      return Array.isArray(value)
        ? visitArray(value, options, previous, path)
        : visitObject(value, options, previous, path);
    default:
      return value;
  }
}

function visitString(value, options, previous, path) {
  let text = value;
  if (value.includes(MARK)) {
    if (TokenString.forListToken(value).test()) throw errors.encodedListTokenInScalarStringContext();
    const tokens = TokenString.forString(value, !previous?.ignoreEscapes, previous?.warnEscapes);
    if (tokens.test()) {
      const map = TokenMap.instance();
      const fragments = tokens.split((key) => map.lookupToken(key));
      text = options.resolver.resolveString(fragments, contextOf(options, previous, path)[0]);
    }
  } else if (value === token.Token.STRING_MAP_TOKEN_VALUE || value === token.Token.ANY_MAP_TOKEN_VALUE) {
    throw errors.encodedMapTokenInScalarStringContext();
  }
  // A resolver may make something else than text of a string.
  if (typeof text === 'string' && !MAY_HOLD_NUMBER.test(text)) return text;
  const numbers = TokenString.forNumbers(text);
  if (!numbers.test()) return text;
  const map = TokenMap.instance();
  const fragments = numbers.split((number) => map.lookupNumberToken(parseFloat(number)));
  return fragments.mapTokens(contextOf(options, previous, path)[0]).join(new StringConcat());
}

function visitNumber(value, options, previous, path) {
  if (value === token.Token.NUMBER_MAP_TOKEN_VALUE) throw errors.encodedMapTokenInScalarNumberContext();
  if (Math.abs(value) < LEAST_NUMBER) return value;
  const found = TokenMap.instance().lookupNumberToken(value);
  return found === undefined ? value : contextOf(options, previous, path)[0].resolve(found);
}

function visitArray(values, options, previous, path) {
  const { resolver } = options;
  if (values.some(isListToken)) return resolver.resolveList(values, contextOf(options, previous, path)[0]);
  if (values.some(isNumberListToken)) {
    return resolver.resolveNumberList(values, contextOf(options, previous, path)[0]);
  }
  return values
    .map((value, index) => visit(value, options, previous, step(path, `${index}`)))
    .filter((value) => value !== undefined);
}

const isListToken = (value) =>
  typeof value === 'string' && value.includes(MARK) && TokenString.forListToken(value).test();

const isNumberListToken = (value) =>
  typeof value === 'number' &&
  !(Math.abs(value) < LEAST_NUMBER) &&
  extractTokenDouble(value, true) !== undefined;

function visitObject(object, options, previous, path) {
  const keys = Object.keys(object);
  if (keys.some((key) => key.includes(MARK)) && containsMapToken(object)) {
    return options.resolver.resolveMap(object, contextOf(options, previous, path)[0]);
  }
  if (typeof object.resolve === 'function') {
    const [context, postProcessor] = contextOf(options, previous, path);
    return options.resolver.resolveToken(object, context, postProcessor);
  }
  if (object._children !== undefined && object._metadata !== undefined) {
    throw errors.constructsCannotBeResolved(nameOf(path));
  }
  const result = {};
  for (const key of keys) {
    const resolvedKey = visitString(key, options, previous, path);
    if (typeof resolvedKey !== 'string') {
      throw errors.mapKeyMustResolveToString(nameOf(path), key, resolvedKey);
    }
    const value = visit(object[key], options, previous, step(path, key));
    if (value !== undefined) result[resolvedKey] = value;
  }
  return result;
}

const step = (parent, key) => ({ parent, key, depth: parent.depth + 1 });

/** All tokens that are met while a value is resolved. */
function findTokens(scope, make) {
  const resolver = new RememberingTokenResolver(new StringConcat());
  resolve(make(), { scope, prefix: [], resolver, preparing: true });
  return resolver.tokens;
}

class RememberingTokenResolver extends DefaultTokenResolver {
  tokensSeen = new Set();

  resolveToken(seen, context, postProcessor) {
    this.tokensSeen.add(seen);
    return super.resolveToken(seen, context, postProcessor);
  }

  get tokens() {
    return [...this.tokensSeen];
  }
}

exports.RememberingTokenResolver = RememberingTokenResolver;
