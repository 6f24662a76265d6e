// Holds the objects of a YAML file to the schemas of the npm packages kubernetes-models (built-in kinds, Prometheus operator, KEDA,
// cert-manager): wrong types, missing fields, values outside an enumeration. Usage: node validate.mjs FOLDER_OF_NODE_MODULES FILE
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, file] = process.argv.slice(2);
const load = (...path) => import(pathToFileURL(join(modules, ...path)).href);
const yaml = (await load('yaml', 'dist', 'index.js')).default;

const packages = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'keda.sh': '@kubernetes-models/keda',
  'cert-manager.io': '@kubernetes-models/cert-manager',
};

let count = 0;
let failed = 0;
for (const document of yaml.parseAllDocuments(readFileSync(file, 'utf8'))) {
  const object = document.toJS();
  if (object.kind === 'Secret') {
    // Kustomize breaks long base64 into lines, which Kubernetes accepts and the schema does not.
    for (const [key, value] of Object.entries(object.data ?? {})) {
      object.data[key] = value.replace(/\s/g, '');
    }
  }

  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const folder = join(packages[group] ?? 'kubernetes-models', group, version);
  const name = `${object.kind}/${object.metadata?.name}`;
  count += 1;
  if (!existsSync(join(modules, folder, `${object.kind}.js`))) {
    console.log(`${name}: there is no schema of ${object.apiVersion} ${object.kind}`);
    failed += 1;
    continue;
  }

  const model = await load(folder, `${object.kind}.js`);
  try {
    new model[object.kind](object).validate();
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    failed += 1;
  }
}

console.log(`${count} objects, ${failed} wrong`);
process.exit(failed === 0 && count > 0 ? 0 : 1);
