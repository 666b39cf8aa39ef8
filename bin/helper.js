// A second thread for a synth of many stacks: the same bundle, which builds what it is sent.
'use strict';

const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');

/**
 * @param {string} bundle
 * @param {object} work plain data, and memory that both threads see
 * @returns {Promise<readonly object[]>} what the bundle's `help` returned for the work
 */
function helpWith(bundle, work) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { bundle, work } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the helping thread ended with code ${code}`)));
  });
}

if (!isMainThread) {
  const { bundle, work } = workerData;
  parentPort.postMessage(require('./load').load(bundle).help(work));
}

module.exports = { helpWith };
