import { host } from "#host";

export type { BytesName, CommandName, Host, RequestOf, ResponseOf } from "./host";
export { CallError } from "./host";
export { host };
