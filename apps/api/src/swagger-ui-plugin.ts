/** The part of Swagger UI's system that the plugin touches. */
interface SwaggerSystem {
  specSelectors: {
    parameterWithMetaByIdentity(pathMethod: unknown, parameter: unknown): { get(name: string): unknown };
  };
  specActions: { changeParamByIdentity(pathMethod: unknown, parameter: unknown, value: string, isXml: boolean): void };
}

/**
 * A Swagger UI plugin: before a request is checked and sent, an empty Idempotency-Key becomes a fresh UUID. It runs in
 * the browser: its text is put into the page as it is, so it can't use anything from outside itself.
 */
export function fillIdempotencyKey() {
  type Operation = {
    getIn(path: string[]): { forEach(visit: (parameter: { get(name: string): unknown }) => void): void } | undefined;
  };
  type System = SwaggerSystem & {
    specSelectors: { specJsonWithResolvedSubtrees(): { getIn(path: unknown[]): Operation | undefined } };
  };
  return {
    statePlugins: {
      spec: {
        wrapActions: {
          validateParams:
            (validate: (...given: unknown[]) => unknown, system: System) =>
            (pathMethod: [string, string], ...rest: unknown[]) => {
              const operation = system.specSelectors.specJsonWithResolvedSubtrees().getIn(['paths', ...pathMethod]);
              operation?.getIn(['parameters'])?.forEach((parameter) => {
                if (parameter.get('name') !== 'Idempotency-Key') return;
                const given = system.specSelectors.parameterWithMetaByIdentity(pathMethod, parameter).get('value');
                // undefined before anybody has typed, null after a value was cleared
                if (given === undefined || given === null || given === '') {
                  system.specActions.changeParamByIdentity(
                    pathMethod,
                    parameter,
                    globalThis.crypto.randomUUID(),
                    false,
                  );
                }
              });
              return validate(pathMethod, ...rest);
            },
        },
      },
    },
  };
}
