/** The part of the WebAssembly JavaScript API that is used; Node's types leave it out, and the DOM's bring too much. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; abort: () => never } });
    readonly exports: unknown;
  }
}
