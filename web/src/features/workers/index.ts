export { WorkersPage } from "./WorkersPage";
