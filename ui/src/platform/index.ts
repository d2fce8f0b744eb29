import { host } from "#host";

export type { BytesName, CommandName, DesktopMessage, Host, RequestOf, ResponseOf } from "./host";
export { CallError } from "./host";
export { host };
