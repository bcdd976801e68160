/**
 * Loaded into the Kinesis emulator before its own code (`node --require`). The emulator listens on every interface;
 * what is put to it looks like patients' data, so here every server listens on loopback.
 */
'use strict';
const { Server } = require('node:net');

const listen = Server.prototype.listen;

Server.prototype.listen = function listenOnLoopback(...rest) {
  const [first] = rest;
  if (typeof first === 'object' && first !== null)
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest.slice(1));
  const callback = rest.find((argument) => typeof argument === 'function');
  return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ...(callback ? [callback] : []));
};
