import { PluginError } from '../errors/callback-errors.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { isMqttError } from '../errors/mqtt-error.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { PreparationStep, StepContext } from '../connection/preparation.js';
import { checkWill } from '../options/check-will.js';
import { OptionChecker } from '../options/option-checker.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { ReportPlugin, WithHook } from './active-plugins.js';
import type { ConnectAttempt, ConnectPatch } from './plugin.js';

/** What plugins make of CONNECT: asked one after the other, without a promise as long as none of them returns one. */
export function connectStep(plugins: readonly WithHook<'connect'>[], report: ReportPlugin): PreparationStep {
  let waitsFor = '';
  const failed = (plugin: WithHook<'connect'>, cause: unknown): void => {
    const error = new PluginError(plugin.name, 'connect', 'see cause', { cause, retryable: true });
    if (plugin.refuses) throw error;
    report(error);
  };
  const patched = (plugin: WithHook<'connect'>, request: ConnectRequest, patch: unknown): ConnectRequest => {
    try {
      return patch === undefined ? request : { ...request, ...checkedPatch(request, patch) };
    } catch (cause) {
      failed(plugin, cause);
      return request;
    }
  };
  const runFrom = (
    first: number,
    given: ConnectRequest,
    context: StepContext,
  ): ConnectRequest | PromiseLike<ConnectRequest> => {
    let request = given;
    for (const [index, plugin] of plugins.entries()) {
      if (index < first) continue;
      let patch: unknown;
      try {
        patch = plugin.hooks.connect(attemptOf(request, context));
      } catch (cause) {
        failed(plugin, cause);
        continue;
      }
      if (isPromiseLike(patch)) {
        const before = request;
        waitsFor = plugin.name;
        return patch
          .then(
            (answer) => patched(plugin, before, answer),
            (cause: unknown) => {
              failed(plugin, cause);
              return before;
            },
          )
          .then((after) => runFrom(index + 1, after, context));
      }
      request = patched(plugin, request, patch);
    }
    return request;
  };
  return {
    name: 'answer of a plugin',
    run: (request, context) => runFrom(0, request, context),
    failed: (cause) =>
      isMqttError(cause) ? cause : new PluginError(waitsFor, 'connect', 'it took too long', { cause, retryable: true }),
  };
}

/** Without what is secret. */
function attemptOf(request: ConnectRequest, { attempt, signal }: StepContext): ConnectAttempt {
  const { endpoint, foreign, protocolVersion, clientId, clean, keepalive } = request;
  return { attempt, endpoint: endpoint.label, foreign, protocolVersion, clientId, clean, keepalive, signal };
}

/** What a plugin gives is held to what the options are held to. */
function checkedPatch(request: ConnectRequest, patch: unknown): Partial<ConnectRequest> {
  const check = new OptionChecker();
  const change: { -readonly [Name in keyof ConnectRequest]?: ConnectRequest[Name] } = {};
  if (check.object('patch', patch)) {
    check.keys('', patch, ['credentials', 'userProperties', 'will']);
    const { credentials, userProperties, will } = patch as ConnectPatch;
    if (request.foreign && (credentials !== undefined || will !== undefined)) {
      check.problems.push({
        path: 'patch',
        reason: 'has credentials or a will, which are not for a server that only another one has named',
      });
    }
    if (credentials !== undefined && check.object('credentials', credentials)) {
      check.credentials('credentials', credentials);
      change.username = credentials.username;
      change.password = credentials.password;
    }
    if (userProperties !== undefined) {
      check.pairs('userProperties', userProperties);
      change.userProperties = [...request.userProperties, ...userProperties];
    }
    if (will !== undefined && check.object('will', will)) {
      checkWill(will, check);
      change.will = will;
    }
  }
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return change;
}
