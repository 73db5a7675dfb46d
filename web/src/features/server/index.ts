export { DiskBanner } from "./DiskBanner";
