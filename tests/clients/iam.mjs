// Sends commands of the AWS SDK for JavaScript. A line of JSON in, [endpoint, access key id,
// operation, params]; a line out, [http status, name of the error's class or null, message,
// result], with bytes as base64.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const sdk = require("@aws-sdk/client-iam");

function inBase64(name, value) {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [endpoint, accessKeyId, operation, params] = JSON.parse(line);
  const credentials = { accessKeyId, secretAccessKey: "x" };
  const client = new sdk.IAMClient({ endpoint, credentials, region: "us-east-1" });
  let answer;
  try {
    const { $metadata, ...result } = await client.send(new sdk[operation + "Command"](params));
    answer = [$metadata.httpStatusCode, null, null, result];
  } catch (error) {
    if (!(error instanceof sdk.IAMServiceException)) throw error;
    answer = [error.$metadata.httpStatusCode, error.name, error.message, {}];
  }
  client.destroy();
  console.log(JSON.stringify(answer, inBase64));
}
